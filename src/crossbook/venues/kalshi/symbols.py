"""Instruments of Kalshi: the YES and the NO side of each ticker.

Markets come from `GET /markets`, or nested in `GET /events`. Fees stand at the series: an answer
of `GET /series` may be given in the same document, beside the markets or on a line of its own.
"""

from collections.abc import Iterator
from decimal import Decimal

from crossbook.errors import SymbolError
from crossbook.model import (
    AssetKey,
    Catalogue,
    FeeCurve,
    FeeSchedule,
    FeeSource,
    Instrument,
    Kind,
    Outcome,
    PriceRange,
    Scale,
    Status,
)
from crossbook.model.fees import ppm
from crossbook.model.identifiers import canonical_symbol
from crossbook.model.scale import OUTCOME_SCALE, decimals_of
from crossbook.venues.metadata import Row, collect, document, misfit

__all__ = ["DEFAULT_FEE", "instrument_from_native", "instruments", "recognises", "split"]

_VENUE = "kalshi"
_QUOTE = "USD"
_RATE = Decimal("0.07")

_MAKER_SHARE = {
    "quadratic": Decimal(0),
    "quadratic_with_maker_fees": Decimal("0.25"),
    "quadratic_with_combo_maker_fees": Decimal("0.5"),
}
"""The maker's fee as a share of the taker's, by `fee_type` of the series."""

DEFAULT_FEE = FeeSchedule(
    curve=FeeCurve.QUADRATIC, taker_ppm=70_000, maker_ppm=17_500, rounding_decimals=2
)
"""0.07; for makers a quarter of it, because most series that are not named may charge them. Cash
is kept in whole cents for accounts through a broker, which is the worse case (0.0001 for direct
members), and rounding each fee up to it never understates what is taken."""

_LOT = Decimal("0.01")

_Series = dict[str, dict[str, object]]
_FEE_FIELDS = ("fee_type", "fee_multiplier")
_INHERITED = ("event_ticker", "series_ticker", *_FEE_FIELDS)
_LISTS = {
    "market": "event_ticker",
    "markets": "event_ticker",
    "event": "event_ticker",
    "events": "event_ticker",
    "series": "fee_type",
}
"""The fields that hold something of ours, and a field by which it is known."""
_DEPTH_MAX = 4
"""Objects within objects that are looked through: markets of events of an answer are two deep."""

_STATUS = {
    "initialized": Status.PRE_OPEN,
    "inactive": Status.HALTED,
    "active": Status.TRADING,
    "closed": Status.CLOSED,
    "determined": Status.CLOSED,
    "disputed": Status.CLOSED,
    "amended": Status.CLOSED,
    "finalized": Status.SETTLED,
}


def instruments(metadata: bytes) -> Catalogue:
    """Return both sides of each market; a list of events without markets has none."""
    found = document(_VENUE, metadata)
    if not recognises(found):
        raise misfit(_VENUE, found, "an object with `markets` or `events`")
    return collect(_VENUE, _markets(found), "ticker", _sides)


def recognises(document: object) -> bool:
    """Return whether this holds markets, events or series."""
    parts = document if isinstance(document, list) else [document]
    return any(isinstance(part, dict) and _is_ours(part) for part in parts)


def split(native: str) -> tuple[str, str]:
    """Return the ticker itself and the currency: a ticker is not made of two names.

    Raises:
        SymbolError: it is no ticker.
    """
    if canonical_symbol(native) != native:
        raise SymbolError(native, "a ticker has no slash")
    return native, _QUOTE


def instrument_from_native(
    native: str,
    outcome: Outcome | None = None,
    *,
    price_decimals: int | None = None,
    size_decimals: int | None = None,
) -> Instrument:
    """Return one side of a ticker of which nothing else is known; YES where no side is given."""
    split(native)
    side = outcome or Outcome.YES
    scale = Scale(
        OUTCOME_SCALE.price_decimals if price_decimals is None else price_decimals,
        OUTCOME_SCALE.size_decimals if size_decimals is None else size_decimals,
    )
    symbol = _symbol(native, side)
    # The event cannot be had by cutting the ticker at a dash: the list alone tells it.
    return Instrument(
        symbol=symbol,
        venue=_VENUE,
        native=native,
        kind=Kind.OUTCOME,
        base=symbol,
        quote=_QUOTE,
        asset=AssetKey(native, native, symbol),
        scale=scale,
        fee=DEFAULT_FEE,
        outcome=side,
    )


def _symbol(ticker: str, side: Outcome) -> str:
    return f"{ticker}-{side.value.upper()}"


def _is_ours(fields: dict[str, object]) -> bool:
    if "event_ticker" in fields:
        return True
    for field, mark in _LISTS.items():
        value = fields.get(field)
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, dict) and mark in first:
            return True
    return False


def _markets(document: object) -> Iterator[object]:
    """Yield each market with what its event and its series say of fees."""
    parts = document if isinstance(document, list) else [document]
    series = {ticker: fees for part in parts for ticker, fees in _series(part)}
    for part in parts:
        yield from _markets_of(part, series, depth=0)


def _series(part: object) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the fee fields of each series in an answer of `GET /series`."""
    found = part.get("series") if isinstance(part, dict) else None
    for each in found if isinstance(found, list) else [found]:
        if isinstance(each, dict) and isinstance(each.get("ticker"), str):
            yield each["ticker"], {key: each[key] for key in _FEE_FIELDS if key in each}


def _markets_of(part: object, series: _Series, depth: int) -> Iterator[object]:
    """Yield the markets within an answer, an event or a market; each inherits from above it."""
    if not isinstance(part, dict) or depth > _DEPTH_MAX:
        yield part
    elif {"ticker", "event_ticker"} <= part.keys():
        yield {**series.get(str(part.get("series_ticker")), {}), **part}
    else:
        inherited = {key: part[key] for key in _INHERITED if key in part}
        for field in ("market", "markets", "event", "events"):
            value = part.get(field)
            for each in value if isinstance(value, list) else [value]:
                if each is not None:
                    below = {**inherited, **each} if isinstance(each, dict) else each
                    yield from _markets_of(below, series, depth + 1)


def _sides(row: Row) -> list[Instrument]:
    ticker = row.text("ticker")
    ranges = _ranges(row)
    tick = min((span.tick for span in ranges), default=_old_tick(row))
    if tick is not None and decimals_of(tick) > OUTCOME_SCALE.price_decimals:
        raise row.error("price_ranges", "steps of at most six decimals")
    fee = _fee(row)
    status_text = row.word("status")
    return [
        Instrument(
            symbol=_symbol(ticker, side),
            venue=_VENUE,
            native=ticker,
            kind=Kind.OUTCOME,
            base=_symbol(ticker, side),
            quote=_QUOTE,
            asset=AssetKey(row.text("event_ticker"), ticker, _symbol(ticker, side)),
            scale=OUTCOME_SCALE,
            fee=fee,
            outcome=side,
            outcome_label=row.word(f"{side.value}_sub_title"),
            title=row.word("title"),
            status=_STATUS.get(status_text, Status.UNKNOWN),
            status_text=status_text,
            tick=tick,
            price_ranges=ranges if side is Outcome.YES else _mirrored(ranges),
            lot=_LOT,
            min_size=_LOT,
            max_price=None if tick is None else 1 - tick,
        )
        for side in Outcome
    ]


def _ranges(row: Row) -> tuple[PriceRange, ...]:
    """Return the spans of the YES price; `price_level_structure` only names them."""
    if not row.has("price_ranges"):
        return ()
    return tuple(
        PriceRange(span.bound("start") or Decimal(0), span.positive("end"), span.positive("step"))
        for span in row.children("price_ranges")
    )


def _mirrored(ranges: tuple[PriceRange, ...]) -> tuple[PriceRange, ...]:
    """Return the spans of the NO price, which is 1 minus that of YES."""
    return tuple(PriceRange(1 - span.end, 1 - span.start, span.tick) for span in reversed(ranges))


def _old_tick(row: Row) -> Decimal | None:
    """Return the tick of answers before May 2026, in cents; `None`: not said."""
    cents = row.bound("tick_size")
    return None if cents is None else cents / 100


def _fee(row: Row) -> FeeSchedule:
    if not row.has("fee_type"):
        return DEFAULT_FEE
    fee_type = row.text("fee_type")
    if fee_type not in _MAKER_SHARE:
        # `flat` exists, but its amount is not in the answers.
        raise row.error("fee_type", f"one of {', '.join(_MAKER_SHARE)}")
    multiplier = (
        row.bound("fee_multiplier") or Decimal(0) if row.has("fee_multiplier") else Decimal(1)
    )
    if multiplier > 10:
        raise row.error("fee_multiplier", "a number of at most 10")
    taker = _RATE * multiplier
    return FeeSchedule(
        curve=FeeCurve.QUADRATIC,
        taker_ppm=ppm(taker),
        maker_ppm=ppm(taker * _MAKER_SHARE[fee_type]),
        rounding_decimals=DEFAULT_FEE.rounding_decimals,
        source=FeeSource.METADATA,
    )
