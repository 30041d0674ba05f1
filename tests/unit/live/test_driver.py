import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uvloop

from crossbook import Engine
from crossbook.errors import RateLimitError, SubscriptionError, UnavailableError
from crossbook.live.driver import VenueDriver
from crossbook.live.lane import Lane
from crossbook.live.market import MarketData
from crossbook.live.watch import Status
from crossbook.model.events import BookState, EventKind
from crossbook.venues.requests import Window
from tests.unit.live.authority import Authority
from tests.unit.live.bourse import (
    QUICK,
    RULES,
    Bourse,
    all_live,
    driver,
    instrument,
    is_right,
    running,
    serving,
    until,
)

LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
Run = Callable[..., None]

PAIRS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")


def on_one_venue(
    run: Run,
    scenario: Callable[[Bourse, Engine, VenueDriver], Coroutine[Any, Any, None]],
    *,
    natives: Sequence[str] = PAIRS,
    wanted: Sequence[str] | None = None,
    **overrides: Any,
) -> None:
    """Run a scenario while a driver watches a venue that trades; afterwards nothing is left."""

    async def whole() -> None:
        bourse, engine = Bourse(*natives), Engine()
        async with serving(bourse):
            made = driver(bourse, engine, natives if wanted is None else wanted, **overrides)
            async with running(made.run(), bourse.trade()):
                await scenario(bourse, engine, made)
                made.stop()
                await until(lambda: not bourse.clients)
        assert made.env.counts.faults == 0

    run(whole())


def right(bourse: Bourse, engine: Engine, *natives: str) -> bool:
    return all(is_right(bourse, engine, native) for native in natives or PAIRS)


@LOOPS
def test_books_go_live_and_come_back_after_a_kick(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made) and right(bourse, engine))
        bourse.clients[0].kick()
        await until(lambda: made.env.counts.reconnects == 1)
        await until(lambda: all_live(made) and right(bourse, engine))
        assert made.env.counts.connects == 2
        assert made.env.counts.closes == {1006: 1}

    on_one_venue(run, scenario)


@LOOPS
def test_books_go_live_over_tls(run: Run, tmp_path: Path) -> None:
    authority = Authority()

    async def whole() -> None:
        bourse, engine = Bourse(*PAIRS), Engine()
        async with serving(bourse, authority.server(tmp_path)):
            made = driver(bourse, engine, PAIRS, tls=authority.client())
            async with running(made.run(), bourse.trade()):
                await until(lambda: all_live(made) and right(bourse, engine))
                made.stop()
                await until(lambda: not bourse.clients)

    run(whole())


@LOOPS
def test_each_socket_holds_no_more_than_the_venue_allows(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made) and right(bourse, engine))
        assert sorted(len(client.subscribed) for client in bourse.clients) == [1, 2]

    on_one_venue(run, scenario, instruments_max=2)


@LOOPS
def test_instruments_come_and_go_while_it_runs(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        connects = made.env.counts.connects
        engine.add_instrument(instrument("SOLUSDT"))
        made.subscribe([instrument("SOLUSDT")])
        await until(lambda: all_live(made) and right(bourse, engine))
        assert made.env.counts.connects == connects
        made.unsubscribe([str(instrument("ETHUSDT").id)])
        book = engine.book(instrument("ETHUSDT").id)
        assert book.state is BookState.EMPTY
        await until(lambda: bourse.clients[0].subscribed == {"BTCUSDT", "SOLUSDT"})
        await until(lambda: right(bourse, engine, "BTCUSDT", "SOLUSDT"))
        made.unsubscribe(str(instrument(native).id) for native in PAIRS)
        await until(lambda: not bourse.clients)

    on_one_venue(run, scenario, wanted=PAIRS[:2])


@LOOPS
def test_a_venue_that_is_away_is_tried_until_it_is_back(run: Run) -> None:
    async def whole() -> None:
        bourse, engine = Bourse(*PAIRS), Engine()
        async with serving(bourse) as url:
            made = driver(bourse, engine, PAIRS)
        async with running(made.run(), bourse.trade()):
            await until(lambda: made.env.counts.connect_failures.get("refused", 0) >= 3)
            assert [lane.error and lane.error.reason for lane in made.lanes] == ["refused"]
            async with serving(bourse, port=int(url.split(":")[2].partition("/")[0])):
                await until(lambda: all_live(made) and right(bourse, engine))
                assert [lane.error for lane in made.lanes] == [None]
                made.stop()
                await until(lambda: not bourse.clients)

    run(whole())


@LOOPS
def test_maintenance_is_counted_by_its_status(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        bourse.is_shut = True
        bourse.clients[0].kick()
        await until(lambda: made.env.counts.connect_failures.get("status 503", 0) >= 2)
        assert all(watch.status is not Status.LIVE for watch in made.watches.values())
        bourse.is_shut = False
        await until(lambda: all_live(made) and right(bourse, engine))

    on_one_venue(run, scenario)


@LOOPS
def test_a_socket_that_freezes_is_replaced(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        bourse.clients[0].is_frozen = True
        await until(lambda: made.env.counts.silent == 1)
        await until(lambda: all_live(made) and right(bourse, engine))

    on_one_venue(run, scenario, silence_s=0.3)


@LOOPS
def test_pings_do_not_hide_that_no_data_comes(run: Run) -> None:
    async def ping(bourse: Bourse) -> None:
        while True:
            for client in bourse.clients:
                if client.transport is not None:
                    client.transport.send_ping(b"heartbeat")
            await asyncio.sleep(0.02)

    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        async with running(ping(bourse)):
            bourse.clients[0].subscribed.clear()
            await until(lambda: made.env.counts.frozen >= 1)
            assert made.env.counts.silent == 0
            await until(lambda: all_live(made) and right(bourse, engine))

    settings = msgspec.structs.replace(QUICK, pulse_floor_s=0.5, pulse_ceiling_s=1.0)
    on_one_venue(run, scenario, settings=settings, silence_s=5.0)


@LOOPS
def test_a_subscription_that_is_acknowledged_and_silent_is_marked(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        silent = made.watches[str(instrument("BTCUSDT").id)]
        others = [each for each in made.watches.values() if each is not silent]
        await until(lambda: silent.status is Status.DEAD)
        assert isinstance(silent.error, SubscriptionError)
        assert silent.error.code == "silent"
        assert all(each.status is Status.LIVE for each in others)
        assert made.env.counts.deaths == 1
        assert made.env.counts.accepted == 3

    async def no_base(request: Any) -> bytes:
        raise UnavailableError("binance", "http 503", "nothing")

    async def whole() -> None:
        bourse, engine = Bourse(*PAIRS), Engine()

        async def fetch(request: Any) -> bytes:
            is_silent = dict(request.query)["symbol"] == "BTCUSDT"
            return await (no_base if is_silent else bourse.fetch)(request)

        async with serving(bourse):
            made = driver(bourse, engine, PAIRS, fetch=fetch)
            async with running(made.run(), bourse.trade("ETHUSDT", "SOLUSDT")):
                await scenario(bourse, engine, made)

    run(whole())


@LOOPS
def test_an_unknown_symbol_is_refused_and_the_others_go_on(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        bad = made.watches[str(instrument("NOSUCHUSDT").id)]
        await until(lambda: bad.status is Status.REFUSED)
        assert isinstance(bad.error, SubscriptionError)
        assert (bad.error.code, bad.error.text) == ("2", "Invalid symbol NOSUCHUSDT")
        await until(lambda: right(bourse, engine))
        # It is not asked for again with a new socket, until its time has come.
        bourse.clients[0].kick()
        await until(lambda: made.env.counts.reconnects == 1 and right(bourse, engine))
        assert made.env.counts.refused == 1
        bad.next_ns = 0
        bourse.refused.clear()
        bourse.books["NOSUCHUSDT"] = bourse.books["BTCUSDT"]
        await until(lambda: all_live(made))

    async def whole() -> None:
        bourse, engine = Bourse(*PAIRS), Engine()
        bourse.refused.add("NOSUCHUSDT")
        async with serving(bourse):
            made = driver(bourse, engine, [*PAIRS, "NOSUCHUSDT"])
            async with running(made.run(), bourse.trade(*PAIRS)):
                await scenario(bourse, engine, made)

    run(whole())


@LOOPS
def test_a_base_that_is_too_old_is_asked_for_again(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made) and right(bourse, engine))
        bourse.stale_bases = 2
        bases = bourse.bases
        bourse.books["BTCUSDT"] = (bourse.books["BTCUSDT"][0] + 5, *bourse.books["BTCUSDT"][1:])
        await until(lambda: bourse.bases >= bases + 3)
        await until(lambda: all_live(made) and right(bourse, engine))
        assert made.env.counts.resynced >= 1

    on_one_venue(run, scenario)


@LOOPS
def test_one_gap_resyncs_one_book(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made) and right(bourse, engine))
        bases = bourse.bases
        engine.subscribe(EventKind.STATE)
        bourse.books["BTCUSDT"] = (bourse.books["BTCUSDT"][0] + 5, *bourse.books["BTCUSDT"][1:])
        await until(lambda: bourse.bases == bases + 1)
        await until(lambda: all_live(made) and right(bourse, engine))
        assert {event.instrument for event in engine.drain()} == {0}
        assert made.env.counts.connects == 1

    on_one_venue(run, scenario)


@LOOPS
def test_rest_that_refuses_is_left_alone_for_as_long_as_it_says(run: Run) -> None:
    async def whole() -> None:
        bourse, engine = Bourse("BTCUSDT"), Engine()
        bourse.rest_failures = [
            UnavailableError("binance", "http 503", "busy"),
            RateLimitError("binance", "http 429", "slow down", 0.3),
        ]
        async with serving(bourse):
            made = driver(bourse, engine, ["BTCUSDT"])
            async with running(made.run(), bourse.trade()):
                await until(lambda: made.env.counts.fetch_failures == 1)
                watch = made.watches[str(instrument("BTCUSDT").id)]
                assert watch.next_ns - made.env.clock.monotonic_ns() > 250_000_000
                await until(lambda: is_right(bourse, engine, "BTCUSDT"))
                assert made.env.counts.fetch_failures == 2

    run(whole())


def events_without_a_hole(engine: Engine) -> bool:
    """Whether no book ever left `live`, and each change was applied once."""
    return all(
        counts["gaps"] == 0 and counts["snapshots"] == 1
        for counts in (book.counts() for book in engine)
    )


@LOOPS
def test_a_roll_loses_no_message_and_applies_none_twice(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made) and right(bourse, engine))
        engine.subscribe(EventKind.STATE)
        applied = {book.instrument.id: book.counts()["applied"] for book in engine}
        begin = {native: bourse.books[native][0] for native in PAIRS}
        await until(lambda: made.env.counts.replacements.get("lifetime", 0) >= 3)
        await until(lambda: right(bourse, engine))
        assert list(engine.drain()) == []
        assert events_without_a_hole(engine)
        for native in PAIRS:
            book = engine.book(instrument(native).id)
            assert book.sequence is not None
            changes = book.sequence - begin[native]
            # `begin` was read a moment after `applied`: within one loop step nothing came.
            assert book.counts()["applied"] - applied[book.instrument.id] == changes
        assert made.env.counts.reconnects == 0
        assert set(bourse.close_codes) == {1000}

    rules = msgspec.structs.replace(RULES, lifetime_s=0.5)
    on_one_venue(run, scenario, rules=rules)


@LOOPS
def test_a_notice_of_the_venue_brings_up_a_successor(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        bourse.clients[0].send({"e": "serverShutdown", "E": 1})
        await until(lambda: made.env.counts.replacements == {"closing": 1})
        await until(lambda: right(bourse, engine))
        assert events_without_a_hole(engine)

    on_one_venue(run, scenario)


@LOOPS
def test_a_successor_that_brings_nothing_does_not_take_over(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        first = bourse.clients[0]

        def deaf(_: Any) -> Any:
            return None

        bourse.answer = deaf
        first.send({"e": "serverShutdown", "E": 1})
        await until(lambda: made.env.counts.replacements_failed >= 1)
        assert bourse.clients == [first]
        await until(lambda: right(bourse, engine))
        assert events_without_a_hole(engine)

    on_one_venue(run, scenario)


async def until_both_bring(bourse: Bourse, frames: int = 2) -> None:
    """Wait until two sockets are subscribed to everything, and everything came over both."""
    await until(lambda: [len(client.subscribed) for client in bourse.clients] == [3, 3])
    begun = {native: bourse.books[native][0] for native in PAIRS}
    await until(lambda: all(bourse.books[native][0] > begun[native] + frames for native in PAIRS))


@LOOPS
def test_the_freeze_of_one_of_two_sockets_is_invisible_and_counted(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        await until_both_bring(bourse)
        engine.subscribe(EventKind.STATE)
        for count in (1, 2):
            frozen = bourse.clients[0]
            frozen.is_frozen = True
            await until(partial(lambda gone: gone not in bourse.clients, frozen))
            assert made.env.counts.frozen == count
            await until_both_bring(bourse)
        await until(lambda: right(bourse, engine))
        assert list(engine.drain()) == []
        assert events_without_a_hole(engine)

    on_one_venue(run, scenario, redundancy=2)


@LOOPS
def test_the_kick_of_one_of_two_sockets_is_invisible(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        await until_both_bring(bourse)
        engine.subscribe(EventKind.STATE)
        bourse.clients[0].kick()
        await until(lambda: made.env.counts.reconnects == 1)
        await until_both_bring(bourse)
        await until(lambda: right(bourse, engine))
        assert list(engine.drain()) == []

    on_one_venue(run, scenario, redundancy=2)


@LOOPS
def test_a_dead_instrument_on_a_live_socket_is_resynced(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        await until(lambda: made.watches[str(instrument("BTCUSDT").id)].pulse.usual_ns > 0)
        # The venue forgets one subscription; the base by REST makes up for it, again and again.
        bourse.clients[0].subscribed.discard("BTCUSDT")
        await until(lambda: made.env.counts.silences >= 1)
        await until(lambda: made.env.counts.resynced >= 1)
        assert made.env.counts.connects == 1

    settings = msgspec.structs.replace(QUICK, pulse_floor_s=0.4, pulse_ceiling_s=5.0)
    on_one_venue(run, scenario, settings=settings)


@LOOPS
def test_connections_keep_to_the_venues_rate(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: made.env.counts.connects == 2)
        begun_ns = made.env.clock.monotonic_ns()
        await until(lambda: made.env.counts.connects == 3)
        assert made.env.clock.monotonic_ns() - begun_ns > 200_000_000

    rules = msgspec.structs.replace(RULES, connects=Window(2, 0.5))
    on_one_venue(run, scenario, rules=rules, instruments_max=1)


@LOOPS
def test_messages_keep_to_the_venues_rate(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: made.env.counts.messages_sent == 2)
        assert len(bourse.clients) == 1
        await until(lambda: all_live(made) and right(bourse, engine))

    rules = msgspec.structs.replace(RULES, sends=Window(2, 0.2))
    on_one_venue(run, scenario, rules=rules)


@LOOPS
def test_who_does_not_answer_the_goodbye_is_cut_at_the_deadline(run: Run) -> None:
    async def whole() -> None:
        bourse, engine = Bourse(*PAIRS), Engine()
        async with serving(bourse):
            settings = msgspec.structs.replace(QUICK, stop_deadline_s=0.2)
            made = driver(bourse, engine, PAIRS, settings=settings)
            task = asyncio.create_task(made.run())
            await until(lambda: all_live(made))
            bourse.clients[0].is_frozen = True
            made.stop()
            async with asyncio.timeout(10):
                await task
            await until(lambda: not bourse.clients)
            assert bourse.close_codes == [1000]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(whole())


@LOOPS
def test_it_runs_again_after_it_was_stopped(run: Run) -> None:
    async def whole() -> None:
        bourse, engine = Bourse(*PAIRS), Engine()
        async with serving(bourse), running(bourse.trade()):
            made = driver(bourse, engine, PAIRS)
            for _ in range(2):
                async with asyncio.TaskGroup() as group:
                    group.create_task(made.run())
                    await until(lambda: all_live(made) and right(bourse, engine))
                    made.stop()
                await until(lambda: not bourse.clients)
                assert all(book.state is BookState.STALE for book in engine)

    run(whole())


@LOOPS
def test_one_venues_failure_is_no_other_venues(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def whole() -> None:
        good, bad, engine, other = Bourse(*PAIRS), Bourse(*PAIRS), Engine(), Engine()
        async with serving(good), serving(bad):
            well, ill = driver(good, engine, PAIRS), driver(bad, other, PAIRS)
            faults = iter([RuntimeError("a bug"), RuntimeError("another")])

            def tick(now_ns: int) -> None:
                for fault in faults:
                    raise fault

            monkeypatch.setattr(ill.resync, "tick", tick)
            notes: list[str] = []
            market = MarketData(
                {"good": well, "bad": ill}, 0.01, lambda event, **_: notes.append(event)
            )
            async with running(good.trade(), bad.trade()):
                task = asyncio.create_task(market.run())
                await until(lambda: market.counts()["bad"].restarts == 2)
                await until(lambda: all_live(well) and right(good, engine))
                assert well.env.counts.connects == 1
                assert notes == ["live.driver_failed"] * 2
                market.stop()
                async with asyncio.timeout(10):
                    await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(whole())


@LOOPS
def test_a_fault_in_one_lane_is_counted_and_survived(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def whole() -> None:
        bourse, engine = Bourse(*PAIRS), Engine()
        faults = iter([RuntimeError("a bug")])
        go_on = Lane._go_on

        async def failing(self: Lane) -> None:
            for fault in faults:
                raise fault
            await go_on(self)

        monkeypatch.setattr(Lane, "_go_on", failing)
        async with serving(bourse):
            made = driver(bourse, engine, PAIRS)
            async with running(made.run(), bourse.trade()):
                await until(lambda: all_live(made) and right(bourse, engine))
        assert made.env.counts.faults == 1

    run(whole())
