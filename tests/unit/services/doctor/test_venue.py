"""A clock is wrong when that is certain, however badly it was measured."""

import asyncio
from random import Random

import pytest

from crossbook.clock import SystemClock
from crossbook.config import VenueConfig
from crossbook.live.rest import LocalBudget, Priority, RestClient
from crossbook.services.doctor.finding import Grade
from crossbook.services.doctor.venue import (
    Offset,
    grade_of_offset,
    look_at_limits,
    look_at_stream,
    offset,
)
from crossbook.venues.registry import venue
from crossbook.venues.requests import Group, Usage, Window

MS = 1_000_000
S = 1_000 * MS


def test_an_offset_is_from_the_middle_of_the_way_there_and_back() -> None:
    assert offset(10 * S, 10 * S + 40 * MS, 10 * S + 120 * MS) == Offset(100 * MS, 20 * MS)


def test_a_clock_that_tells_whole_seconds_is_known_to_half_a_second() -> None:
    found = offset(10 * S + 400 * MS, 10 * S + 600 * MS, 10 * S)
    assert found == Offset(0, 600 * MS)


@pytest.mark.parametrize(
    ("offset_ms", "error_ms", "grade"),
    [
        (0, 0, Grade.OK),
        (249, 0, Grade.OK),
        (-251, 0, Grade.WARNING),
        (700, 500, Grade.OK),
        (900, 500, Grade.WARNING),
        (1_000, 0, Grade.FAILURE),
        (-1_600, 500, Grade.FAILURE),
    ],
)
def test_only_what_is_certain_counts(offset_ms: int, error_ms: int, grade: Grade) -> None:
    assert grade_of_offset(Offset(offset_ms * MS, error_ms * MS)) is grade


def test_a_budget_that_others_use_up_is_a_warning() -> None:
    kraken = venue("kraken")
    groups = [Group("a", (Window(100, 60.0),)), Group("b", (Window(100, 60.0),))]
    budget = LocalBudget(groups, SystemClock())

    async def run() -> None:
        await budget.take("b", 1, Priority.DATA, 1.0)
        await budget.observe([Usage("a", 90, 60.0)])
        client = RestClient(
            "kraken",
            kraken.rest,
            urls={},
            budget=budget,
            clock=SystemClock(),
            random=Random(1),
        )
        findings = await look_at_limits(kraken, client)
        assert [(each.grade, each.detail) for each in findings] == [
            (Grade.WARNING, "a: 90 of 100 units used in 60 s"),
            (Grade.OK, "b: 1 of 100 units used in 60 s"),
        ]

    asyncio.run(run())


def test_a_socket_that_does_not_open_is_a_failure() -> None:
    kraken = venue("kraken")
    config = kraken.config(ws_url="ws://127.0.0.1:9/v2?token=hush")
    assert isinstance(config, VenueConfig)
    found = asyncio.run(look_at_stream(kraken, config, SystemClock(), 5.0))
    assert (found.grade, found.venue) == (Grade.FAILURE, "kraken")
    assert "refused" in found.detail
    assert "hush" not in found.detail
