from hypothesis import given
from hypothesis import strategies as st

from crossbook import venue
from crossbook.live.shards import Shards
from crossbook.model import Instrument, Outcome
from tests.unit.live.bourse import instrument

_NAMES = [f"{chr(65 + n // 26)}{chr(65 + n % 26)}AUSDT" for n in range(40)]


def _ids(*natives: str) -> list[str]:
    return [str(instrument(native).id) for native in natives]


def test_the_limit_of_a_socket_is_kept() -> None:
    shards = Shards(3)
    made = shards.add(instrument(name) for name in _NAMES[:8])
    assert [len(shard.wanted) for shard in made] == [3, 3, 2]


def test_what_is_there_stays_where_it_is() -> None:
    shards = Shards(3)
    first, second, third = shards.add(instrument(name) for name in _NAMES[:8])
    assert shards.remove(_ids(_NAMES[0], _NAMES[4])) == []
    assert list(first.wanted) == _ids(*_NAMES[1:3])
    assert list(second.wanted) == _ids(_NAMES[3], _NAMES[5])
    assert shards.add([instrument(_NAMES[9])]) == []
    assert list(first.wanted) == _ids(_NAMES[1], _NAMES[2], _NAMES[9])
    assert list(third.wanted) == _ids(*_NAMES[6:8])


def test_an_empty_shard_goes() -> None:
    shards = Shards(1)
    first, second = shards.add(instrument(name) for name in _NAMES[:2])
    assert shards.remove(_ids(_NAMES[0])) == [first]
    assert shards.shards == [second]
    assert shards.home(_ids(_NAMES[0])[0]) is None


def test_both_sides_of_a_market_share_a_socket() -> None:
    symbols = venue("kalshi").symbols

    def side(number: int, outcome: Outcome) -> Instrument:
        return symbols.instrument_from_native(f"KXTEST-26-T{number}", outcome)

    shards = Shards(2)
    shards.add([side(number, Outcome.YES) for number in range(3)])
    shards.add([side(number, Outcome.NO) for number in range(3)])
    homes = {
        number: {
            id(shards.home(str(side(number, outcome).id))) for outcome in (Outcome.YES, Outcome.NO)
        }
        for number in range(3)
    }
    assert all(len(found) == 1 for found in homes.values())


@given(
    limit=st.integers(1, 6),
    steps=st.lists(st.tuples(st.booleans(), st.sampled_from(_NAMES)), max_size=60),
)
def test_shards_hold_exactly_what_is_wanted(limit: int, steps: list[tuple[bool, str]]) -> None:
    shards, wanted = Shards(limit), set()
    for is_added, name in steps:
        if is_added:
            shards.add([instrument(name)])
            wanted.add(_ids(name)[0])
        else:
            shards.remove(_ids(name))
            wanted.discard(_ids(name)[0])
    held = [each for shard in shards.shards for each in shard.wanted]
    assert sorted(held) == sorted(wanted)
    assert all(0 < len(shard.wanted) <= limit for shard in shards.shards)
    for each in wanted:
        home = shards.home(each)
        assert home is not None
        assert each in home.wanted
