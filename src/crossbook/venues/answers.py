"""Reading REST answers: rows of objects or of cells, times in the venues' spellings, refusals."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal, TypeVar

import msgspec

from crossbook.errors import MetadataError, RateLimitError, UnavailableError, VenueError
from crossbook.venues.metadata import Row, document, misfit
from crossbook.venues.requests import Kline, PublicTrade, Usage

__all__ = [
    "RFC3339",
    "candle",
    "decoded",
    "interval_name",
    "is_page",
    "judged",
    "listed",
    "oldest_first",
    "public_trade",
    "record",
    "remaining",
    "retry_after_s",
    "shown",
    "time_ns",
    "used",
]

RFC3339 = 0
"""The unit of times that are written as text with a zone."""

_T = TypeVar("_T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,12}))?(Z|[+-]\d\d:?\d\d)", re.ASCII
)
_NS_MAX = (1 << 63) - 1
_TEXT_MAX = 200


def decoded(decoder: msgspec.json.Decoder[_T], body: bytes) -> _T | None:
    """Return what a decoder makes of a body; `None`: it is of another form."""
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def record(venue: str, body: bytes) -> Row:
    """Return an answer that is one object.

    Raises:
        MetadataError: it is something else.
    """
    found = document(venue, body)
    if not isinstance(found, dict):
        raise misfit(venue, found, "an object")
    return Row(venue, "", found)


def listed(
    venue: str, symbol: str, rows: object, cells: Sequence[str] | None = None
) -> Iterator[Row]:
    """Yield the rows of a list.

    Args:
        venue: lower-case id.
        symbol: whose rows they are, for errors.
        rows: the list, as it was decoded.
        cells: names of the cells where a row is a list; `None`: a row is an object.

    Raises:
        MetadataError: it is no list, or a row is of another form.
    """
    if not isinstance(rows, list):
        raise misfit(venue, rows, "a list")
    for row in rows:
        if cells is None and isinstance(row, dict):
            yield Row(venue, symbol, row)
        elif cells is not None and isinstance(row, list) and len(row) >= len(cells):
            yield Row(venue, symbol, dict(zip(cells, row, strict=False)))
        else:
            expected = "an object" if cells is None else f"a list of {len(cells)} cells"
            raise MetadataError(venue, symbol, "row", shown(repr(row)), expected)


def time_ns(row: Row, field: str, unit_ns: int) -> int:
    """Return a time in UTC nanoseconds.

    Args:
        row: where it stands.
        field: its name.
        unit_ns: nanoseconds of its unit, such as 1,000,000; `RFC3339`: it is text with a zone.

    Raises:
        MetadataError: it is no time.
    """
    if unit_ns == RFC3339:
        return _instant_ns(row, field)
    ns = row.number(field) * unit_ns
    if ns > _NS_MAX:
        raise row.error(field, "a time")
    return int(ns)


def _instant_ns(row: Row, field: str) -> int:
    match = _INSTANT.fullmatch(row.text(field))
    if match is None:
        raise row.error(field, "a time with its zone")
    seconds, fraction, zone = match.groups()
    try:
        instant = datetime.fromisoformat(seconds + zone)
    except ValueError as error:
        raise row.error(field, "a time with its zone") from error
    whole_s = (instant - _EPOCH) // timedelta(seconds=1)
    return whole_s * 1_000_000_000 + int((fraction or "").ljust(9, "0")[:9])


def public_trade(
    row: Row,
    *,
    id_: str,
    price: str,
    size: str,
    taker: Literal["buy", "sell"] | None,
    ts: tuple[str, int],
) -> PublicTrade:
    """Return a trade of a row.

    Args:
        row: the trade.
        id_: field of its id, a text or a number; one that is absent gives an empty id.
        price: field of its price.
        size: field of its size.
        taker: which side took.
        ts: field of its time, and the unit as for `time_ns`.

    Raises:
        MetadataError: a field is not what it has to be.
    """
    number = row.fields.get(id_)
    if isinstance(number, bool) or not isinstance(number, int | str | None):
        raise row.error(id_, "an id")
    return PublicTrade(
        id="" if number is None else str(number),
        price=row.positive(price),
        size=row.positive(size),
        taker=taker,
        ts_event_ns=time_ns(row, *ts),
    )


def candle(row: Row, opened: tuple[str, int], prices: Sequence[str], volume: str) -> Kline:
    """Return a candle of a row.

    Args:
        row: the candle.
        opened: field of the time at which it begins, and the unit as for `time_ns`.
        prices: fields of open, high, low and close.
        volume: field of its volume in base currency.

    Raises:
        MetadataError: a field is not what it has to be.
    """
    first, high, low, last = (row.positive(field) for field in prices)
    return Kline(
        open_ns=time_ns(row, *opened),
        open=first,
        high=high,
        low=low,
        close=last,
        volume=row.number(volume),
    )


def oldest_first(trades: Iterable[PublicTrade], *, newest_first: bool) -> list[PublicTrade]:
    """Return trades in the order in which they were done."""
    found = list(trades)
    return found[::-1] if newest_first else found


def is_page(body: bytes) -> bool:
    """Return whether a body is a page for people."""
    return body[:64].lstrip()[:1] == b"<"


def shown(body: bytes | str) -> str:
    """Return the beginning of a text on one line."""
    text = body[: 4 * _TEXT_MAX]
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return " ".join(words.split())[:_TEXT_MAX]


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` asks for; `None`: it is absent, or no number."""
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def judged(
    venue: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    said: tuple[str, str] | None = None,
    *,
    limits: Iterable[str] = (),
    outages: Iterable[str] = (),
) -> VenueError | None:
    """Return what an answer refuses; `None`: nothing.

    Args:
        venue: lower-case id.
        status: HTTP status.
        headers: names are lower case.
        body: the body.
        said: the venue's code and words, where the body holds them; `None`: it does not.
        limits: codes that mean that too much was asked.
        outages: codes that mean that the venue is down.
    """
    if said is None and status < 400:
        return VenueError(venue, "html", shown(body)) if is_page(body) else None
    code, text = said or ("", "")
    code, text = code or f"http {status}", shown(text or body)
    if status in {418, 429} or code in limits:
        return RateLimitError(venue, code, text, retry_after_s(headers), status == 418)
    if status >= 500 or code in outages:
        return UnavailableError(venue, code, text)
    return VenueError(venue, code, text)


def used(headers: Mapping[str, str], name: str, group: str, span_s: float) -> list[Usage]:
    """Return what a header says of a budget; nothing where it is absent or no number."""
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit()):
        return []
    return [Usage(group, int(text), span_s)]


def interval_name(names: Mapping[int, str], venue: str, interval_s: int) -> str:
    """Return the venue's name for a length of candles.

    Raises:
        ValueError: it has none of that length.
    """
    try:
        return names[interval_s]
    except KeyError:
        known = ", ".join(map(str, names))
        raise ValueError(f"{venue} has no candles of {interval_s} s: it has {known}") from None


def remaining(
    headers: Mapping[str, str], left: str, limit: str, group: str, span_s: float
) -> list[Usage]:
    """Return the use of a budget of which headers tell what is left and what there is."""
    try:
        spent = Decimal(headers[limit]) - Decimal(headers[left])
    except (KeyError, ArithmeticError):
        return []
    return [Usage(group, int(spent), span_s)] if spent.is_finite() and spent >= 0 else []
