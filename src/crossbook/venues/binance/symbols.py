"""Instruments of Binance spot, from `GET /api/v3/exchangeInfo`."""

import msgspec

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

_VENUE = "binance"

DEFAULT_FEE = FeeSchedule(taker_ppm=1000, maker_ppm=1000, rounding_decimals=8)
"""0.1 % both ways, the entry tier; exchangeInfo has no rates. Commissions have 8 decimals."""

_STATUS = {
    "TRADING": Status.TRADING,
    "CANCEL_ONLY": Status.CANCEL_ONLY,
    "PRE_TRADING": Status.PRE_OPEN,
}
"""Any other word (BREAK, HALT, END_OF_DAY and new ones) means that nothing trades."""

_QUOTES = (
    "AUD ARS BIDR BKRW BNB BRL BTC BUSD BVND COP CZK DAI DOGE DOT ETH EUR EURI FDUSD GBP GYEN "
    "IDRT JPY MXN NGN PAX PLN RON RUB TRX TRY TUSD UAH USD1 USDC USDP USDS USDT UST VAI XRP ZAR"
)


def instruments(metadata: bytes) -> Catalogue:
    """Return the pairs of an exchangeInfo answer."""
    found = document(_VENUE, metadata)
    if not recognises(found):
        raise misfit(_VENUE, found, "an object with `symbols` and `exchangeFilters`")
    assert isinstance(found, dict)
    return collect(_VENUE, found["symbols"], "symbol", _pair)


def recognises(document: object) -> bool:
    """Return whether this is an exchangeInfo answer of Binance; that of MEXC is modelled on it."""
    if not isinstance(document, dict) or not isinstance(document.get("symbols"), list):
        return False
    rows = document["symbols"]
    return "exchangeFilters" in document and not any(
        isinstance(row, dict) and "baseSizePrecision" in row for row in rows[:1]
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
    base, quote = row.text("baseAsset"), row.text("quoteAsset")
    symbol = f"{base}-{quote}"
    filters = {each.text("filterType"): each for each in row.children("filters")}
    price, size = _filter(row, filters, "PRICE_FILTER"), _filter(row, filters, "LOT_SIZE")
    # A symbol carries one of the two: MIN_NOTIONAL is the older form.
    notional = filters.get("NOTIONAL") or filters.get("MIN_NOTIONAL")
    tick, lot = price.positive("tickSize"), size.positive("stepSize")
    price_max, size_max = price.bound("maxPrice"), size.bound("maxQty")
    status, status_text = _status(row)
    return [
        Instrument(
            symbol=symbol,
            venue=_VENUE,
            native=row.text("symbol"),
            kind=Kind.SPOT,
            base=base,
            quote=quote,
            asset=AssetKey.of_pair(symbol, base),
            scale=storage_scale(tick, lot, quote=quote, price_max=price_max, size_max=size_max),
            fee=_fee(row),
            status=status,
            status_text=status_text,
            tick=tick,
            lot=lot,
            min_size=size.bound("minQty"),
            max_size=size_max,
            min_notional=notional.bound("minNotional") if notional else None,
            max_price=price_max,
        )
    ]


def _filter(row: Row, filters: dict[str, Row], name: str) -> Row:
    if name not in filters:
        raise row.error("filters", f"a list with {name}")
    return filters[name]


def _status(row: Row) -> tuple[Status, str]:
    text = row.text("status")
    status = _STATUS.get(text, Status.HALTED)
    is_barred = row.has("isSpotTradingAllowed") and not row.flag("isSpotTradingAllowed")
    if status is Status.TRADING and is_barred:
        return Status.HALTED, f"{text}, isSpotTradingAllowed false"
    return status, text


def _fee(row: Row) -> FeeSchedule:
    """Return the default rates with the precision that the list gives for commissions."""
    if not row.has("quoteCommissionPrecision"):
        return DEFAULT_FEE
    return msgspec.structs.replace(
        DEFAULT_FEE, rounding_decimals=row.decimals("quoteCommissionPrecision")
    )
