"""A catalogue finds instruments by each native spelling, and by no ambiguous one."""

from crossbook.model import Catalogue, Outcome
from tests.unit.model.make import instrument


def test_native_symbols_and_aliases_lead_to_the_instrument() -> None:
    made = instrument(native="BTC/USD", aliases=("XBT/USD",))
    assert Catalogue((made,)).by_native() == {("BTC/USD", None): made, ("XBT/USD", None): made}


def test_the_two_sides_of_a_ticker_are_two() -> None:
    yes, no = (instrument(native="KXA", symbol=f"KXA-{s}", outcome=s) for s in Outcome)
    index = Catalogue((yes, no)).by_native()
    assert index["KXA", Outcome.YES] is yes
    assert index["KXA", Outcome.NO] is no


def test_an_alias_hides_no_name() -> None:
    named = instrument(native="AB")
    alias = instrument(native="CD", aliases=("AB",), symbol="C-D")
    assert Catalogue((alias, named)).by_native()["AB", None] is named


def test_an_alias_that_two_claim_names_neither() -> None:
    pair = (
        instrument(native="AB", aliases=("X",)),
        instrument(native="CD", aliases=("X",), symbol="C-D"),
    )
    assert ("X", None) not in Catalogue(pair).by_native()
