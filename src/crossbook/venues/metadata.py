"""Reading lists of instruments: exact numbers, and errors that name the row and the field."""

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import cast

import msgspec

from crossbook.errors import MetadataError, NumberRangeError, SymbolError
from crossbook.model import Catalogue, Instrument, InstrumentId

__all__ = ["Row", "collect", "document", "misfit", "step_of"]

_NUMBER = re.compile(r"-?[0-9]{1,28}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_DIGITS_MAX = 28
_EXPONENT_MAX = 30
_SHOWN_MAX = 80


def _number(literal: str) -> Decimal | str:
    """Keep a JSON number exact; one that no decimal holds stays text, for the row to refuse."""
    try:
        return Decimal(literal)
    except InvalidOperation:
        return literal


_DECODER = msgspec.json.Decoder(float_hook=_number)


def document(venue: str, body: bytes) -> object:
    """Return a JSON answer, or a list of them where the body has one on each line.

    Raises:
        MetadataError: the body is neither.
    """
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        lines = [line for line in body.splitlines() if line.strip()]
        if len(lines) < 2:
            raise misfit(venue, body, "JSON") from error
    try:
        return [_DECODER.decode(line) for line in lines]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise misfit(venue, body, "JSON, whole or by line") from error


def misfit(venue: str, found: object, expected: str) -> MetadataError:
    """Return the error for a document that as a whole has not the expected form."""
    return MetadataError(venue, "", "document", _shown(found), expected)


def step_of(decimals: int) -> Decimal:
    """Return the step of a number with so many decimals.

    Examples:
        >>> step_of(2)
        Decimal('0.01')
    """
    return Decimal(1).scaleb(-decimals)


class Row:
    """One row of a list, read field by field; each method raises `MetadataError` on a bad field."""

    def __init__(self, venue: str, symbol: str, fields: dict[str, object], path: str = "") -> None:
        self.venue = venue
        self.symbol = symbol
        self.fields = fields
        self._path = path

    def error(self, field: str, expected: str) -> MetadataError:
        """Return the error for a field of this row."""
        shown = _shown(self.fields[field]) if field in self.fields else "missing"
        return MetadataError(self.venue, self.symbol, self._path + field, shown, expected)

    def has(self, field: str) -> bool:
        """Return whether a field is there and says something: not null, not empty."""
        return self.fields.get(field) not in (None, "")

    def text(self, field: str) -> str:
        """Return a text that is not empty."""
        value = self.fields.get(field)
        if isinstance(value, str) and value:
            return value
        raise self.error(field, "a text")

    def word(self, field: str) -> str:
        """Return a text, empty where the field is missing or null."""
        value = self.fields.get(field)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        raise self.error(field, "a text or nothing")

    def flag(self, field: str) -> bool:
        """Return a boolean, false where the field is missing or null."""
        value = self.fields.get(field)
        if value is None:
            return False
        if isinstance(value, bool):
            return value
        raise self.error(field, "true or false")

    def integer(self, field: str, low: int, high: int) -> int:
        """Return a whole number within bounds, written as a number or as text."""
        value = self._decimal(field)
        if value == value.to_integral_value() and low <= value <= high:
            return int(value)
        raise self.error(field, f"a whole number from {low} to {high}")

    def decimals(self, field: str) -> int:
        """Return a number of decimals."""
        return self.integer(field, 0, 18)

    def positive(self, field: str) -> Decimal:
        """Return a number above zero."""
        value = self._decimal(field)
        if value > 0:
            return value
        raise self.error(field, "a number above zero")

    def number(self, field: str) -> Decimal:
        """Return a number of at least zero."""
        value = self._decimal(field)
        if value >= 0:
            return value
        raise self.error(field, "a number of at least zero")

    def bound(self, field: str) -> Decimal | None:
        """Return a limit; `None` where it is missing, empty or zero, which switches it off."""
        if not self.has(field):
            return None
        value = self._decimal(field)
        if value >= 0:
            return value or None
        raise self.error(field, "a number of at least zero")

    def rate(self, field: str, *, percent: bool = False) -> Decimal:
        """Return a fee rate as a fraction; venues write it as one or in percent."""
        value = self._decimal(field) / (100 if percent else 1)
        if abs(value) < 1:
            return value
        raise self.error(field, "a fee rate below 100 %")

    def child(self, field: str) -> "Row":
        """Return an object inside the row."""
        value = self.fields.get(field)
        if isinstance(value, dict):
            return Row(self.venue, self.symbol, value, f"{self._path}{field}.")
        raise self.error(field, "an object")

    def children(self, field: str) -> Iterator["Row"]:
        """Yield the objects of a list inside the row."""
        value = self.fields.get(field)
        if not isinstance(value, list):
            raise self.error(field, "a list of objects")
        for index, item in enumerate(value):
            if not isinstance(item, dict):
                raise self.error(field, "a list of objects")
            yield Row(self.venue, self.symbol, item, f"{self._path}{field}[{index}].")

    def _decimal(self, field: str) -> Decimal:
        value = self.fields.get(field)
        is_text = isinstance(value, str) and _NUMBER.fullmatch(value)
        if is_text or (isinstance(value, int) and not isinstance(value, bool)):
            value = Decimal(cast("str | int", value))
        if not isinstance(value, Decimal) or not _is_sane(value):
            raise self.error(field, "a decimal number")
        return _plain(value)


def collect(
    venue: str,
    rows: Iterable[object],
    symbol_field: str,
    build: Callable[[Row], Iterable[Instrument]],
) -> Catalogue:
    """Return what can be built of rows; a bad row becomes a problem and costs no other row.

    Args:
        venue: lower-case id.
        rows: what the list holds, of any type.
        symbol_field: the field that names a row.
        build: makes the instruments of one row.
    """
    instruments: list[Instrument] = []
    problems: list[MetadataError] = []
    taken: set[object] = set()
    for fields in rows:
        try:
            row = _row(venue, fields, symbol_field)
            instruments.extend(_checked(row, symbol_field, build, taken))
        except MetadataError as error:
            problems.append(error)
    return Catalogue(tuple(instruments), tuple(problems))


def _row(venue: str, fields: object, symbol_field: str) -> Row:
    if not isinstance(fields, dict):
        raise MetadataError(venue, "", "row", _shown(fields), "an object")
    name = fields.get(symbol_field)
    return Row(venue, name if isinstance(name, str) else "", fields)


def _checked(
    row: Row,
    symbol_field: str,
    build: Callable[[Row], Iterable[Instrument]],
    taken: set[object],
) -> list[Instrument]:
    """Build a row's instruments and make sure that their names are names, and their own."""
    try:
        built = list(build(row))
        for instrument in built:
            if InstrumentId.parse(str(instrument.id)) != instrument.id:
                raise row.error(symbol_field, "a symbol that can be written as an id")
    except NumberRangeError as error:
        raise MetadataError(
            row.venue, row.symbol, "largest value", error.text, f"one that fits {error}"
        ) from error
    except SymbolError as error:
        raise MetadataError(
            row.venue, row.symbol, "symbol", repr(error.text), error.reason
        ) from error
    keys = [key for i in built for key in (i.id, (i.native, i.outcome))]
    # Two sides of one row may not be the same thing either.
    if len(set(keys)) < len(keys) or not taken.isdisjoint(keys):
        raise row.error(symbol_field, "a symbol that no other row has")
    taken.update(keys)
    return built


def _is_sane(value: Decimal) -> bool:
    """Bound digits and exponent: 1e999999 is a valid number that nobody may write out."""
    if not value.is_finite():
        return False
    _, digits, exponent = value.as_tuple()
    return (
        len(digits) <= _DIGITS_MAX
        and isinstance(exponent, int)
        and exponent >= -_EXPONENT_MAX
        # Written out, it may not have more digits than decimals are computed with.
        and value.adjusted() < _DIGITS_MAX
    )


def _plain(value: Decimal) -> Decimal:
    """Drop trailing zeros, and the exponent of a large round number: 1E+1 becomes 10."""
    value = value.normalize()
    exponent = cast("int", value.as_tuple().exponent)
    return value.quantize(Decimal(1)) if exponent > 0 else value + 0


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        # Written out it could be megabytes, or nested too deep.
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    text = repr(value[:_SHOWN_MAX] if isinstance(value, bytes | str) else value)
    return text if len(text) <= _SHOWN_MAX else text[: _SHOWN_MAX - 1] + "…"
