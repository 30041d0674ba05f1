"""Instruments of Gate.io spot, from `GET /api/v4/spot/currency_pairs`."""

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
from crossbook.venues.pairs import bare_spot, split_at

__all__ = ["DEFAULT_FEE", "instrument_from_native", "instruments", "recognises", "split"]

_VENUE = "gateio"

DEFAULT_FEE = FeeSchedule(taker_ppm=2000, maker_ppm=2000)
"""0.2 % both ways, the base rate."""

_STATUS = {
    "tradable": Status.TRADING,
    "buyable": Status.BUY_ONLY,
    "sellable": Status.SELL_ONLY,
    "untradable": Status.HALTED,
}


def instruments(metadata: bytes) -> Catalogue:
    """Return the pairs of a list, or the one of a single answer."""
    found = document(_VENUE, metadata)
    if not recognises(found):
        raise misfit(_VENUE, found, "a list of currency pairs")
    return collect(_VENUE, found if isinstance(found, list) else [found], "id", _pair)


def recognises(document: object) -> bool:
    """Return whether this is a currency pair or a list of them."""
    first = document[0] if isinstance(document, list) and document else document
    return isinstance(first, dict) and {"id", "precision", "amount_precision"} <= first.keys()


def split(native: str) -> tuple[str, str]:
    """Return base and quote of `BTC_USDT`."""
    return split_at(native, "_")


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
    base, quote = row.text("base"), row.text("quote")
    symbol = f"{base}-{quote}"
    tick, lot = step_of(row.decimals("precision")), step_of(row.decimals("amount_precision"))
    size_max = row.bound("max_base_amount")
    status_text = row.text("trade_status")
    return [
        Instrument(
            symbol=symbol,
            venue=_VENUE,
            native=row.text("id"),
            kind=Kind.SPOT,
            base=base,
            quote=quote,
            asset=AssetKey.of_pair(symbol, base),
            scale=storage_scale(tick, lot, quote=quote, size_max=size_max),
            fee=_fee(row),
            status=_STATUS.get(status_text, Status.UNKNOWN),
            status_text=status_text,
            tick=tick,
            lot=lot,
            min_size=row.bound("min_base_amount"),
            max_size=size_max,
            min_notional=row.bound("min_quote_amount"),
        )
    ]


def _fee(row: Row) -> FeeSchedule:
    """Return the pair's own rate, in percent and for both sides; newer answers may lack it."""
    if not row.has("fee"):
        return DEFAULT_FEE
    rate_ppm = ppm(row.rate("fee", percent=True))
    return FeeSchedule(taker_ppm=rate_ppm, maker_ppm=rate_ppm, source=FeeSource.METADATA)
