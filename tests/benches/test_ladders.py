"""Both ladders of the pure-Python contender against a plain dict."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benches.contenders.careful.ladders import EMPTY_PX, Ladder, ListLadder, SortedDictLadder

LADDERS: list[type[Ladder]] = [SortedDictLadder, ListLadder]
PRICE_DECIMALS, SIZE_DECIMALS = 2, 3
PRICE_SCALE, SIZE_SCALE = 10**PRICE_DECIMALS, 10**SIZE_DECIMALS

# Few prices, so that levels are changed and removed, not only added.
changes = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 3)))


def float_of(scaled: int, decimals: int) -> float:
    return float(Decimal(scaled).scaleb(-decimals))


def levels_of(scaled: list[tuple[int, int]]) -> list[tuple[float, float]]:
    return [(float_of(px, PRICE_DECIMALS), float_of(size, SIZE_DECIMALS)) for px, size in scaled]


def best_of(levels: dict[int, int], sign: int) -> tuple[int, int]:
    kept = {sign * px: size for px, size in levels.items() if size}
    return (max(kept), kept[max(kept)]) if kept else (EMPTY_PX, 0)


@pytest.mark.parametrize("ladder_type", LADDERS)
@pytest.mark.parametrize("sign", [1, -1], ids=["bids", "asks"])
class TestLadder:
    @given(scaled=changes)
    def test_setting_one_by_one_keeps_the_best_level(
        self, ladder_type: type[Ladder], sign: int, scaled: list[tuple[int, int]]
    ) -> None:
        ladder = ladder_type(sign * PRICE_SCALE, SIZE_SCALE)
        model: dict[int, int] = {}
        for (px, size), (price, quantity) in zip(scaled, levels_of(scaled), strict=True):
            ladder.set(price, quantity)
            model[px] = size
            assert (ladder.px, ladder.size) == best_of(model, sign)
        assert len(ladder) == sum(1 for size in model.values() if size)

    @given(scaled=changes)
    def test_applying_at_once_is_setting_one_by_one(
        self, ladder_type: type[Ladder], sign: int, scaled: list[tuple[int, int]]
    ) -> None:
        ladder = ladder_type(sign * PRICE_SCALE, SIZE_SCALE)
        ladder.apply(levels_of(scaled))
        assert (ladder.px, ladder.size) == best_of(dict(scaled), sign)

    @given(scaled=changes)
    def test_adding_sums_the_sizes_of_a_price(
        self, ladder_type: type[Ladder], sign: int, scaled: list[tuple[int, int]]
    ) -> None:
        ladder = ladder_type(sign * PRICE_SCALE, SIZE_SCALE)
        model: dict[int, int] = {}
        for (px, size), (price, quantity) in zip(scaled, levels_of(scaled), strict=True):
            ladder.add(price, quantity)
            model[px] = model.get(px, 0) + size
            assert (ladder.px, ladder.size) == best_of(model, sign)

    @given(scaled=changes, depth=st.integers(1, 5))
    def test_cutting_keeps_the_best_levels(
        self, ladder_type: type[Ladder], sign: int, scaled: list[tuple[int, int]], depth: int
    ) -> None:
        ladder = ladder_type(sign * PRICE_SCALE, SIZE_SCALE)
        ladder.apply(levels_of(scaled))
        before = (ladder.px, ladder.size, len(ladder))
        ladder.cut(depth)
        assert (ladder.px, ladder.size, len(ladder)) == (*before[:2], min(depth, before[2]))

    def test_best_prices_come_best_first_as_they_are_kept(
        self, ladder_type: type[Ladder], sign: int
    ) -> None:
        ladder = ladder_type(sign * PRICE_SCALE, SIZE_SCALE)
        ladder.load([(0.05, 1.5), (10.0, 0.25), (3.21, 7.0)])
        best_first = sorted((sign * 5, sign * 1000, sign * 321), reverse=True)
        assert ladder.best_prices(2) == best_first[:2]
        assert ladder.best_prices(9) == best_first

    def test_a_size_is_found_by_the_price_as_it_is_kept(
        self, ladder_type: type[Ladder], sign: int
    ) -> None:
        ladder = ladder_type(sign * PRICE_SCALE, SIZE_SCALE)
        ladder.load([(0.05, 1.5)])
        assert ladder.size_at(sign * 5) == 1500
