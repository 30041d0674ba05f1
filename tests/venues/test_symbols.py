"""What every venue's `symbols.py` owes, whatever the venue."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.errors import MetadataError, SymbolError
from crossbook.model import Catalogue, InstrumentId, Kind, Outcome, Scale
from crossbook.model.fees import FeeCurve, FeeSource
from crossbook.venues.base import Capability
from crossbook.venues.registry import VENUES, sniff_metadata
from tests.venues.samples import SAMPLES, sample

EACH = pytest.mark.parametrize("name", sorted(VENUES))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
HOSTILE = JSON | st.sampled_from(
    [
        "NaN",
        "Infinity",
        "-1",
        "0",
        "1e999999999",
        "1" * 40,
        "٣",
        "1_000",
        " 1",
        "",
        "a b",
        "a/b/",
        "\0",
    ]
)


def paths(value: object, prefix: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the paths of all values inside a JSON document."""
    found = [prefix] if prefix else []
    items = value.items() if isinstance(value, dict) else ()
    rows = enumerate(value) if isinstance(value, list) else ()
    for key, inner in (*items, *rows):
        found += paths(inner, (*prefix, key))
    return found


def with_value(document: object, path: tuple[str | int, ...], value: object) -> object:
    """Return a copy of a document with another value at a path."""
    copy = json.loads(json.dumps(document))
    place = copy
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return copy


def is_sound(catalogue: Catalogue, name: str) -> bool:
    """Return whether names are unique, ids can be written, and steps fit the storage scale."""
    found = catalogue.instruments
    return (
        len({i.id for i in found}) == len(found)
        and len({(i.native, i.outcome) for i in found}) == len(found)
        and all(InstrumentId.parse(str(i.id)) == i.id and i.venue == name for i in found)
        and all(problem.venue == name for problem in catalogue.problems)
    )


def read(name: str, body: bytes) -> Catalogue:
    """Return what a venue's reader makes of a body; a refusal counts as a problem."""
    try:
        return VENUES[name].symbols.instruments(body)
    except MetadataError as error:
        return Catalogue((), (error,))


@EACH
def test_a_sample_is_read_without_a_problem(name: str) -> None:
    catalogue = VENUES[name].symbols.instruments(sample(name))
    assert catalogue.instruments
    assert catalogue.problems == ()
    assert is_sound(catalogue, name)


@EACH
def test_a_sample_is_recognised_as_this_venues_alone(name: str) -> None:
    assert sniff_metadata(sample(name)) is VENUES[name]


@EACH
def test_capabilities_are_what_the_sample_shows(name: str) -> None:
    venue = VENUES[name]
    found = venue.symbols.instruments(sample(name)).instruments
    shown = {Capability.METADATA}
    if any(i.fee.source is FeeSource.METADATA for i in found):
        shown.add(Capability.FEES)
    if any(i.kind is Kind.OUTCOME for i in found):
        shown.add(Capability.OUTCOMES)
    if any(i.contract is not None for i in found):
        shown.add(Capability.DERIVATIVES)
    if any(i.aliases for i in found):
        shown.add(Capability.ALIASES)
    of_lists = {
        Capability.METADATA,
        Capability.FEES,
        Capability.OUTCOMES,
        Capability.DERIVATIVES,
        Capability.ALIASES,
    }
    assert venue.capabilities & of_lists == shown


@EACH
def test_the_default_fee_says_that_it_is_one(name: str) -> None:
    venue = VENUES[name]
    assert venue.symbols.DEFAULT_FEE.source is FeeSource.DEFAULT
    is_outcomes = Capability.OUTCOMES in venue.capabilities
    expected = FeeCurve.QUADRATIC if is_outcomes else FeeCurve.PROPORTIONAL
    assert venue.symbols.DEFAULT_FEE.curve is expected


@EACH
def test_an_instrument_is_named_by_its_native_symbol_alone(name: str) -> None:
    symbols = VENUES[name].symbols
    for known in symbols.instruments(sample(name)).instruments:
        if known.kind is Kind.FUTURE and name == "coinbase":
            continue  # Its base currency stands in the list only.
        bare = symbols.instrument_from_native(known.native, known.outcome)
        assert (bare.id, bare.native, bare.base, bare.quote, bare.kind, bare.outcome) == (
            known.id,
            known.native,
            known.base,
            known.quote,
            known.kind,
            known.outcome,
        )
        assert bare.fee is symbols.DEFAULT_FEE
        assert (bare.tick, bare.lot, bare.min_size) == (None, None, None)


@EACH
def test_a_bare_instrument_takes_the_scale_that_is_given(name: str) -> None:
    symbols = VENUES[name].symbols
    native = symbols.instruments(sample(name)).instruments[0].native
    bare = symbols.instrument_from_native(native, Outcome.NO, price_decimals=3, size_decimals=4)
    assert bare.scale == Scale(3, 4)
    assert (bare.price_decimals, bare.size_decimals) == (3, 4)


@EACH
@pytest.mark.parametrize("native", ["", "a b", "\0"])
def test_what_is_no_symbol_names_no_instrument(name: str, native: str) -> None:
    with pytest.raises(SymbolError):
        VENUES[name].symbols.instrument_from_native(native)


@EACH
@given(body=st.binary(max_size=64) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_a_catalogue_or_a_metadata_error(name: str, body: bytes) -> None:
    assert is_sound(read(name, body), name)


@EACH
@given(data=st.data())
def test_a_wrong_value_costs_no_more_than_its_row(name: str, data: st.DataObject) -> None:
    document = SAMPLES[name]
    path = data.draw(st.sampled_from(paths(document)))
    body = json.dumps(with_value(document, path, data.draw(HOSTILE))).encode()
    assert is_sound(read(name, body), name)


@EACH
def test_a_row_that_stands_twice_is_taken_once(name: str) -> None:
    symbols = VENUES[name].symbols
    once = symbols.instruments(sample(name))
    twice = symbols.instruments(sample(name, repeat=True))
    if name == "kraken":
        return  # Its rows are keyed: one key cannot stand twice.
    assert twice.instruments == once.instruments
    assert len(twice.problems) >= 1
    assert "that no other row has" in str(twice.problems[0])
