from collections import Counter

from crossbook.sim.draws import Draws


def test_every_number_is_about_as_likely() -> None:
    draws = Draws(1, "x")
    counts = Counter(draws.below(10) for _ in range(20_000))
    assert set(counts) == set(range(10))
    assert all(1_800 < count < 2_200 for count in counts.values())


def test_bounds_are_included() -> None:
    draws = Draws(1, "x")
    assert {draws.between(-1, 1) for _ in range(200)} == {-1, 0, 1}


def test_near_prefers_small_numbers() -> None:
    draws = Draws(1, "x")
    counts = Counter(draws.near(8) for _ in range(8_000))
    assert counts[0] > counts[3] > counts[7] > 0


def test_seed_and_label_make_the_stream() -> None:
    streams = {
        tuple(Draws(seed, label).below(1 << 64) for _ in range(1))
        for seed in (-1, 0, 1, 2**70)
        for label in ("a", "b")
    }
    assert len(streams) == 8


def test_octets_are_as_many_as_asked_for() -> None:
    assert [len(Draws(1, "x").octets(count)) for count in (1, 8, 20, 32)] == [1, 8, 20, 32]


def test_shares_are_parts_per_million() -> None:
    draws = Draws(1, "x")
    assert 1_800 < sum(draws.hits(100_000) for _ in range(20_000)) < 2_200
    assert not any(draws.hits(0) for _ in range(1_000))
