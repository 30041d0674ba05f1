"""Fields are read exactly or refused by name."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.errors import MetadataError, NumberRangeError, SymbolError
from crossbook.model import Instrument
from crossbook.venues.metadata import Row, collect, document, misfit, step_of
from tests.unit.model.make import instrument


def row(**fields: object) -> Row:
    return Row("kraken", "XBTUSD", fields)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**12, places=12))
def test_numbers_of_a_document_stay_exact(value: Decimal) -> None:
    found = document("kraken", f'{{"a": {value}, "b": "{value}"}}'.encode())
    assert isinstance(found, dict)
    for field in ("a", "b"):
        assert (Row("kraken", "", found).bound(field) or 0) == value


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b" [1E-8, 0.10]\n", [Decimal("1E-8"), Decimal("0.10")]),
        (b'{"a": 1}\n{"a": 2}\n\n', [{"a": 1}, {"a": 2}]),
        (b"[1e99999999999999999999]", ["1e99999999999999999999"]),
    ],
)
def test_a_document_is_json_whole_or_by_line(body: bytes, expected: object) -> None:
    assert document("kraken", body) == expected


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'"\xff"', b"[1]x", b"1\nx", b"[" * 100_000, b"NaN"]
)
def test_what_is_no_document_is_refused(body: bytes) -> None:
    with pytest.raises(MetadataError) as caught:
        document("kraken", body)
    assert (caught.value.venue, caught.value.symbol) == ("kraken", "")
    assert len(caught.value.value) <= 200


def test_a_number_that_cannot_be_written_out_is_refused() -> None:
    # Written out it has 29 digits, one more than decimals are computed with.
    with pytest.raises(MetadataError):
        row(lot=Decimal("1E+28")).positive("lot")
    assert row(lot=Decimal("1E+27")).positive("lot") == Decimal(10) ** 27


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.10", "0.1"),
        ("10.00", "10"),
        ("1E+3", "1000"),
        (Decimal("1E-8"), "1E-8"),
        (7, "7"),
        ("100000", "100000"),
    ],
)
def test_a_number_is_read_in_each_form_and_written_plain(value: object, expected: str) -> None:
    assert str(row(tick=value).positive("tick")) == expected


@pytest.mark.parametrize(
    "value",
    [
        "",
        None,
        True,
        1.5,
        [],
        {},
        "x",
        "0",
        "-1",
        "NaN",
        "Infinity",
        "1e31",
        "1e999",
        "1_000",
        " 1",
        "٣",
        "1.",
        ".5",
        "0x1",
        "1" * 29,
        "1e-40",
        Decimal("1e99999"),
        Decimal("NaN"),
        10**40,
    ],
)
def test_what_is_no_sane_number_above_zero_is_refused_by_name(value: object) -> None:
    with pytest.raises(MetadataError) as caught:
        row(tick=value).positive("tick")
    error = caught.value
    assert (error.venue, error.symbol, error.field) == ("kraken", "XBTUSD", "tick")


def test_a_missing_field_is_called_missing() -> None:
    with pytest.raises(MetadataError, match="tick is missing, expected a decimal number"):
        row().positive("tick")


@pytest.mark.parametrize("value", [None, "", "0", "0.000", 0])
def test_a_bound_that_is_absent_or_zero_is_off(value: object) -> None:
    assert row(bound=value).bound("bound") is None
    assert row().bound("bound") is None


def test_a_bound_is_not_negative() -> None:
    assert row(bound="2.50").bound("bound") == Decimal("2.5")
    with pytest.raises(MetadataError):
        row(bound="-1").bound("bound")


def test_texts_flags_and_whole_numbers() -> None:
    made = row(text="a", flag=True, count="3", large=19)
    assert made.text("text") == made.word("text") == "a"
    assert made.word("none") == ""
    assert made.flag("flag")
    assert not made.flag("none")
    assert made.integer("count", 1, 4) == made.decimals("count") == 3
    for read in (
        lambda: made.text("none"),
        lambda: made.text("flag"),
        lambda: made.word("flag"),
        lambda: made.flag("text"),
        lambda: made.integer("count", 4, 9),
        lambda: made.decimals("large"),
        lambda: row(count="1.5").integer("count", 0, 9),
    ):
        with pytest.raises(MetadataError):
            read()


def test_a_rate_is_a_fraction_below_one() -> None:
    assert row(fee="0.2").rate("fee", percent=True) == Decimal("0.002")
    assert row(fee=Decimal("-0.0002")).rate("fee") == Decimal("-0.0002")
    with pytest.raises(MetadataError):
        row(fee="1").rate("fee")


def test_inner_objects_are_named_by_their_path() -> None:
    made = row(lot={"step": "x"}, filters=[{"step": "y"}], other=[1])
    with pytest.raises(MetadataError, match=r"lot\.step is 'x'"):
        made.child("lot").positive("step")
    with pytest.raises(MetadataError, match=r"filters\[0\]\.step is 'y'"):
        next(made.children("filters")).positive("step")
    for field in ("other", "none"):
        with pytest.raises(MetadataError):
            list(made.children(field))
    with pytest.raises(MetadataError):
        made.child("other")


def test_large_values_are_not_written_out() -> None:
    error = row(tick=[1] * 1000).error("tick", "a number")
    assert error.value == "a list of 1000"
    assert row(tick={"a": 1}).error("tick", "a number").value == "an object of 1"
    assert len(row(tick="x" * 1000).error("tick", "a number").value) == 80
    assert misfit("kraken", b"y" * 10**6, "JSON").value.startswith("b'yyy")


def build(reader: Row) -> list[Instrument]:
    if reader.has("text"):
        raise SymbolError(reader.text("text"), "it is wrong")
    if reader.has("number"):
        raise NumberRangeError(reader.text("number"), 8)
    symbol, native = reader.text("symbol"), reader.text("native")
    return [instrument(symbol=symbol, native=native, venue="kraken")]


def test_a_bad_row_costs_no_other_row() -> None:
    rows: list[object] = [
        {"symbol": "A-B", "native": "AB"},
        {"symbol": "C-D"},
        "row",
        {"symbol": "E-F", "native": "EF"},
        {"symbol": "E-F", "native": "other"},
        {"symbol": "other", "native": "EF"},
        {"symbol": "G H", "native": "GH"},
        {"symbol": "I/J", "native": "IJ"},
        {"symbol": "K", "native": "K", "text": "K"},
        {"symbol": "L", "native": "L", "number": "1e40"},
    ]
    catalogue = collect("kraken", rows, "symbol", build)
    assert [i.symbol for i in catalogue.instruments] == ["A-B", "E-F"]
    assert [(problem.symbol, problem.field) for problem in catalogue.problems] == [
        ("C-D", "native"),
        ("", "row"),
        ("E-F", "symbol"),
        ("other", "symbol"),
        ("G H", "symbol"),
        ("I/J", "symbol"),
        ("K", "symbol"),
        ("L", "largest value"),
    ]


def test_a_step_is_a_power_of_ten() -> None:
    assert [step_of(n) for n in (0, 2, 10)] == [1, Decimal("0.01"), Decimal("1e-10")]
