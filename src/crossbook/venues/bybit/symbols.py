"""Instruments of Bybit spot, from `GET /v5/market/instruments-info?category=spot`."""

from crossbook.model import (
    AssetKey,
    Catalogue,
    FeeSchedule,
    Instrument,
    Kind,
    Outcome,
    Status,
    storage_scale,
)
from crossbook.venues.metadata import Row, collect, document, misfit
from crossbook.venues.pairs import bare_spot, split_word

__all__ = ["DEFAULT_FEE", "instrument_from_native", "instruments", "recognises", "split"]

_VENUE = "bybit"

DEFAULT_FEE = FeeSchedule(taker_ppm=1000, maker_ppm=1000)
"""0.1 % both ways, the base rate; the list has no rates."""

_STATUS = {
    "Trading": Status.TRADING,
    "PreLaunch": Status.PRE_OPEN,
    "Delivering": Status.CLOSED,
    "Closed": Status.CLOSED,
}

_QUOTES = "BRL BRZ BTC DAI ETH EUR MNT PLN SOL TRY USD USD1 USDC USDE USDQ USDR USDT XUSD"


def instruments(metadata: bytes) -> Catalogue:
    """Return the pairs of an instruments-info answer."""
    found = document(_VENUE, metadata)
    if not recognises(found):
        raise misfit(_VENUE, found, "an object with `retCode` and `result.list`")
    assert isinstance(found, dict)
    return collect(_VENUE, found["result"]["list"], "symbol", _pair)


def recognises(document: object) -> bool:
    """Return whether this is an instruments-info answer."""
    result = document.get("result") if isinstance(document, dict) else None
    rows = result.get("list") if isinstance(result, dict) else None
    return isinstance(rows, list) and any(
        isinstance(row, dict) and "lotSizeFilter" in row for row in rows
    )


def split(native: str) -> tuple[str, str]:
    """Return base and quote of `BTCUSDT`."""
    return split_word(native, _QUOTES)


def instrument_from_native(
    native: str,
    outcome: Outcome | None = None,
    *,
    price_decimals: int | None = None,
    size_decimals: int | None = None,
) -> Instrument:
    """Return an instrument of which only the native symbol is known."""
    del outcome  # A pair has no sides.
    return bare_spot(_VENUE, native, split, DEFAULT_FEE, price_decimals, size_decimals)


def _pair(row: Row) -> list[Instrument]:
    if row.has("contractType"):
        # Its symbol is that of a spot pair as well: one id would name two books.
        raise row.error("contractType", "a spot pair, which has none")
    base, quote = row.text("baseCoin"), row.text("quoteCoin")
    symbol = f"{base}-{quote}"
    price, size = row.child("priceFilter"), row.child("lotSizeFilter")
    tick, lot = price.positive("tickSize"), size.positive("basePrecision")
    # The newer field comes first; the other stays in older answers.
    size_max = size.bound("maxLimitOrderQty") or size.bound("maxOrderQty")
    status_text = row.text("status")
    return [
        Instrument(
            symbol=symbol,
            venue=_VENUE,
            native=row.text("symbol"),
            kind=Kind.SPOT,
            base=base,
            quote=quote,
            asset=AssetKey.of_pair(symbol, base),
            scale=storage_scale(tick, lot, quote=quote, size_max=size_max),
            fee=DEFAULT_FEE,
            status=_STATUS.get(status_text, Status.UNKNOWN),
            status_text=status_text,
            tick=tick,
            lot=lot,
            min_size=size.bound("minOrderQty"),
            max_size=size_max,
            min_notional=size.bound("minOrderAmt"),
        )
    ]
