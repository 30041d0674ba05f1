"""Instruments of MEXC spot, from `GET /api/v3/exchangeInfo`."""

from crossbook.model import (
    AssetKey,
    Catalogue,
    FeeSchedule,
    FeeSource,
    Instrument,
    Kind,
    Outcome,
    Status,
    storage_scale,
)
from crossbook.model.fees import ppm
from crossbook.venues.metadata import Row, collect, document, misfit, step_of
from crossbook.venues.pairs import bare_spot, split_word

__all__ = ["DEFAULT_FEE", "instrument_from_native", "instruments", "recognises", "split"]

_VENUE = "mexc"

DEFAULT_FEE = FeeSchedule(taker_ppm=500, maker_ppm=0)
"""0.05 % for takers, the typical rate; not uniform, so the list's own rates come first."""

_STATUS = {
    "1": Status.TRADING,
    "ENABLED": Status.TRADING,  # The former word for it.
    "2": Status.HALTED,
    "3": Status.CLOSED,
}

_SIDES = {1: Status.TRADING, 2: Status.BUY_ONLY, 3: Status.SELL_ONLY, 4: Status.HALTED}

_QUOTES = "BRL BTC ETH EUR USD1 USDC USDE USDF USDT TUSD MX SOL"


def instruments(metadata: bytes) -> Catalogue:
    """Return the pairs of an exchangeInfo answer."""
    found = document(_VENUE, metadata)
    if not recognises(found):
        raise misfit(_VENUE, found, "an object with `symbols`, as MEXC writes them")
    assert isinstance(found, dict)
    return collect(_VENUE, found["symbols"], "symbol", _pair)


def recognises(document: object) -> bool:
    """Return whether this is an exchangeInfo answer of MEXC: `baseSizePrecision` is its own."""
    if not isinstance(document, dict) or not isinstance(document.get("symbols"), list):
        return False
    return any(isinstance(row, dict) and "baseSizePrecision" in row for row in document["symbols"])


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
    # There is no filter with steps: the precisions of quote and base are those of price and size.
    tick, lot = step_of(row.decimals("quotePrecision")), step_of(row.decimals("baseAssetPrecision"))
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
            scale=storage_scale(tick, lot, quote=quote),
            fee=_fee(row),
            status=status,
            status_text=status_text,
            tick=tick,
            lot=lot,
            # The smallest quantity, despite its name.
            min_size=row.bound("baseSizePrecision"),
            min_notional=row.bound("quoteAmountPrecision"),
        )
    ]


def _fee(row: Row) -> FeeSchedule:
    if not row.has("takerCommission") or not row.has("makerCommission"):
        return DEFAULT_FEE
    return FeeSchedule(
        taker_ppm=ppm(row.rate("takerCommission")),
        maker_ppm=ppm(row.rate("makerCommission")),
        source=FeeSource.METADATA,
    )


def _status(row: Row) -> tuple[Status, str]:
    text = row.text("status")
    status = _STATUS.get(text, Status.UNKNOWN)
    if status is not Status.TRADING:
        return status, text
    if row.has("isSpotTradingAllowed") and not row.flag("isSpotTradingAllowed"):
        return Status.HALTED, f"{text}, isSpotTradingAllowed false"
    if not row.has("tradeSideType"):
        return status, text
    side = row.integer("tradeSideType", 1, 4)
    return _SIDES[side], text if side == 1 else f"{text}, tradeSideType {side}"
