"""Instruments of Polymarket: the two tokens of each market.

A market comes in four shapes: Gamma (`conditionId`, `clobTokenIds`), CLOB (`condition_id`,
`tokens`), compact (`/clob-markets`: `c`, `t`), and as the event `new_market` on the websocket.
Each is read here, alone, in a list, in a page, nested in an event, or one on each line.
"""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

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
    Scale,
    Status,
)
from crossbook.model.fees import ppm
from crossbook.model.scale import OUTCOME_SCALE, decimals_of
from crossbook.venues.metadata import Row, collect, document, misfit

__all__ = ["DEFAULT_FEE", "instrument_from_native", "instruments", "recognises", "split"]

_VENUE = "polymarket"
_QUOTE = "PUSD"

DEFAULT_FEE = FeeSchedule(
    curve=FeeCurve.QUADRATIC, taker_ppm=70_000, maker_ppm=0, rounding_decimals=5
)
"""0.07, the highest category's rate (crypto); makers pay nothing. The venue rounds to 5 decimals
and does not say which way."""

_LOT = Decimal("0.01")
"""Order sizes have two decimals, whatever the tick."""
_MIN_NOTIONAL = Decimal(1)
"""A marketable order is worth at least one dollar."""
_NAMES = ("conditionId", "condition_id", "c")
_DEPTH_MAX = 8
"""Lists within lists that are looked through: a page of events of markets has four."""
_TOKEN_DIGITS_MAX = 78
"""A token id is a uint256 in decimal."""


def instruments(metadata: bytes) -> Catalogue:
    """Return the tokens of the markets in an answer of any of the four shapes."""
    found = document(_VENUE, metadata)
    if not recognises(found):
        raise misfit(_VENUE, found, "a market, or a list of markets or events")
    return collect(_VENUE, _markets(found), "market", _tokens)


def recognises(document: object) -> bool:
    """Return whether this holds markets of any of the four shapes."""
    return any(isinstance(market, dict) and _shape(market) for market in _markets(document))


def split(native: str) -> tuple[str, str]:
    """Return the token itself and the collateral: a token is not made of two names.

    Raises:
        SymbolError: it is no token id.
    """
    if not _is_token(native):
        raise SymbolError(native, "a token id is a decimal number of at most 78 digits")
    return native, _QUOTE


def instrument_from_native(
    native: str,
    outcome: Outcome | None = None,
    *,
    price_decimals: int | None = None,
    size_decimals: int | None = None,
) -> Instrument:
    """Return a token of which only the id is known; its market is named by it as well."""
    base, quote = split(native)
    scale = Scale(
        OUTCOME_SCALE.price_decimals if price_decimals is None else price_decimals,
        OUTCOME_SCALE.size_decimals if size_decimals is None else size_decimals,
    )
    return Instrument(
        symbol=native,
        venue=_VENUE,
        native=native,
        kind=Kind.OUTCOME,
        base=base,
        quote=quote,
        asset=AssetKey(native, native, native),
        scale=scale,
        fee=DEFAULT_FEE,
        outcome=outcome,
    )


def _markets(document: object, event: str = "", depth: int = 0) -> Iterator[object]:
    """Yield the markets in a document, each with its own name and that of its event."""
    if isinstance(document, list) and depth < _DEPTH_MAX:
        for item in document:
            yield from _markets(item, event, depth + 1)
    elif isinstance(document, dict) and _shape(document):
        name = next((document[key] for key in _NAMES if key in document), "")
        yield {"market": name, "event": event, **document}
    elif isinstance(document, dict) and isinstance(document.get("raw"), dict):
        yield from _markets([document["raw"]], event, depth + 1)
    elif isinstance(document, dict):
        own = document.get("slug")
        event = event or (own if isinstance(own, str) else "")
        for field in ("markets", "events", "data"):
            if isinstance(document.get(field), list):
                yield from _markets(document[field], event, depth + 1)
    else:
        yield document


def _shape(fields: dict[str, object]) -> str:
    """Return which of the four shapes an object has; empty: none."""
    # Trades and positions name the condition too, but not the question.
    if "conditionId" in fields and ("clobTokenIds" in fields or "questionID" in fields):
        return "gamma"
    if "condition_id" in fields and isinstance(fields.get("tokens"), list):
        return "clob"
    if "c" in fields and isinstance(fields.get("t"), list):
        return "compact"
    return "event" if fields.get("event_type") == "new_market" else ""


def _tokens(row: Row) -> list[Instrument]:
    market = row.text("market")
    row = Row(row.venue, market, row.fields)
    tokens, labels = _sides(row)
    tick, min_size = _order_rules(row)
    if tick is not None and (decimals_of(tick) > OUTCOME_SCALE.price_decimals or tick >= 1):
        raise row.error("market", f"a tick below 1 of at most six decimals, not {tick}")
    status, status_text = _status(row)
    return [
        Instrument(
            symbol=token,
            venue=_VENUE,
            native=token,
            kind=Kind.OUTCOME,
            base=token,
            quote=_QUOTE,
            asset=AssetKey(_event(row) or market, market, token),
            scale=OUTCOME_SCALE,
            fee=_fee(row),
            outcome=outcome,
            outcome_label=label,
            title=row.word("question"),
            status=status,
            status_text=status_text,
            tick=tick,
            lot=_LOT,
            min_size=min_size,
            min_notional=_MIN_NOTIONAL,
            max_price=None if tick is None else 1 - tick,
        )
        # The index says which side it is: labels may be Up and Down, or two teams.
        for token, label, outcome in zip(tokens, labels, Outcome, strict=True)
    ]


def _sides(row: Row) -> tuple[list[str], list[str]]:
    """Return the two token ids and the two labels."""
    shape = _shape(row.fields)
    if shape in {"clob", "compact"}:
        field, token, label = (
            ("tokens", "token_id", "outcome") if shape == "clob" else ("t", "t", "o")
        )
        sides = [(side.word(token), side.word(label)) for side in row.children(field)]
        tokens, labels = [token for token, _ in sides], [label for _, label in sides]
    else:
        field = "clobTokenIds" if shape == "gamma" else "clob_token_ids"
        tokens, labels = _texts(row, field), _texts(row, "outcomes")
    # A market is listed for some minutes before it has tokens.
    if len(tokens) != 2 or not all(map(_is_token, tokens)):
        raise row.error(field, "two token ids")
    if len(labels) != 2:
        raise row.error("outcomes" if shape in {"gamma", "event"} else field, "two outcomes")
    return tokens, labels


def _texts(row: Row, field: str) -> list[str]:
    """Return a list of texts, which Gamma writes as JSON inside a text."""
    value = row.fields.get(field)
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise row.error(field, "a list of texts") from error
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise row.error(field, "a list of texts")
    return value


def _is_token(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _TOKEN_DIGITS_MAX


def _order_rules(row: Row) -> tuple[Decimal | None, Decimal | None]:
    """Return tick and smallest size; markets nested in events may lack both."""
    ticks = ("orderPriceMinTickSize", "minimum_tick_size", "mts", "order_price_min_tick_size")
    sizes = ("orderMinSize", "minimum_order_size", "mos")
    tick = next((row.bound(field) for field in ticks if row.has(field)), None)
    return tick, next((row.bound(field) for field in sizes if row.has(field)), None)


def _event(row: Row) -> str:
    """Return the slug of the event that the market belongs to; empty: it was not said."""
    if row.has("event"):
        return row.text("event")
    if row.has("event_message"):
        return row.child("event_message").word("slug")
    parents = list(row.children("events")) if row.has("events") else []
    return parents[0].word("slug") if parents else ""


def _status(row: Row) -> tuple[Status, str]:
    shape = _shape(row.fields)
    if shape == "compact":
        return (Status.TRADING, "ao") if row.flag("ao") else (Status.HALTED, "not ao")
    flags = {
        "active": row.flag("active"),
        "closed": row.flag("closed"),
        "archived": row.flag("archived"),
        "accepting orders": row.flag("acceptingOrders") or row.flag("accepting_orders"),
        "order book": row.flag("enableOrderBook") or row.flag("enable_order_book"),
    }
    text = ", ".join(name for name, is_set in flags.items() if is_set)
    # `closed` may stand beside `accepting orders`; a closed market takes none.
    if flags["closed"] or flags["archived"]:
        return Status.CLOSED, text
    if shape == "event":
        return Status.PRE_OPEN, text
    is_open = flags["active"] and flags["accepting orders"] and flags["order book"]
    return (Status.TRADING if is_open else Status.HALTED), text


def _fee(row: Row) -> FeeSchedule:
    """Return the market's own schedule; `makerBaseFee` and its kin are not what is charged."""
    if row.has("feeSchedule"):
        return _schedule(row.child("feeSchedule"), "rate", "exponent", "takerOnly")
    if row.has("fd"):
        return _schedule(row.child("fd"), "r", "e", "to")
    if row.has("feesEnabled") and not row.flag("feesEnabled"):
        return msgspec.structs.replace(DEFAULT_FEE, taker_ppm=0, source=FeeSource.METADATA)
    return DEFAULT_FEE


def _schedule(fields: Row, rate: str, exponent: str, taker_only: str) -> FeeSchedule:
    taker = ppm(fields.rate(rate))
    return FeeSchedule(
        curve=FeeCurve.QUADRATIC,
        taker_ppm=taker,
        maker_ppm=0 if not fields.has(taker_only) or fields.flag(taker_only) else taker,
        exponent=fields.integer(exponent, 1, 4) if fields.has(exponent) else 1,
        rounding_decimals=DEFAULT_FEE.rounding_decimals,
        source=FeeSource.METADATA,
    )
