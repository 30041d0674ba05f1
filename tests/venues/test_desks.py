"""Every venue's conduct and REST, against the simulator's desk of that venue."""

import pytest

from crossbook.errors import VenueError
from crossbook.model.events import BookState
from crossbook.sim.desks import DESKS
from crossbook.venues.base import Capability
from crossbook.venues.registry import VENUES
from crossbook.venues.stream import Fetch, Replace
from tests.venues.frames import natives
from tests.venues.line import Line

EACH = pytest.mark.parametrize("name", sorted(DESKS))
Settings = dict[str, object]
PLAIN: list[tuple[str, Settings]] = [(name, {}) for name in sorted(DESKS)]
CHANNELS: Settings = {"channels": ["book", "trades", "top"]}
LINES: list[tuple[str, Settings]] = [
    *PLAIN,
    *((name, CHANNELS) for name in sorted(DESKS)),
    ("coinbase", {"product": "exchange", "ws_url": "ws://127.0.0.1/exchange"}),
    ("gateio", {"variant": "order_book_update"}),
    ("gateio", {"depth": 400}),
    ("kraken", {"depth": 10}),
    ("bybit", {"depth": 200}),
]
SETTINGS = pytest.mark.parametrize(
    ("name", "settings"),
    LINES,
    ids=[f"{name}-{'-'.join(settings) or 'plain'}" for name, settings in LINES],
)


@SETTINGS
def test_every_book_becomes_live_and_stays_right(name: str, settings: Settings) -> None:
    line = Line(name, settings)
    wanted = line.instruments()
    line.open(wanted)
    line.run(3.0)
    assert line.refused() == []
    assert line.accepted() == sorted(str(each.id) for each in wanted)
    assert line.states() == {BookState.LIVE}
    assert line.proven_wrong() == 0
    assert not line.feed.counts()["decode_errors"]


@EACH
def test_pings_keep_the_connection(name: str) -> None:
    line = Line(name, books=1)
    line.open(line.instruments()[:1])
    line.run(0.5)
    for _ in range(100):
        line.world.skip(line.now_ns + 500_000_000)
        line.run(0.5)
    assert line.socket.closed is None
    assert line.replaced() == []
    assert line.states() == {BookState.LIVE}


@SETTINGS
def test_a_resync_brings_a_fresh_base(name: str, settings: Settings) -> None:
    line = Line(name, settings)
    wanted = line.instruments()
    line.open(wanted)
    line.run(2.0)
    book = line.books[str(wanted[0].id)]
    before = book.counts()["snapshots"]
    line.engine.distrust(wanted[0].id, line.now_ns)
    line.do(line.stream.resync(wanted[0], line.now_ns))
    line.run(2.0)
    assert line.states() == {BookState.LIVE}
    assert book.counts()["snapshots"] > before


@EACH
def test_an_unknown_instrument_is_refused_and_harms_no_other(name: str) -> None:
    line = Line(name)
    wanted = line.instruments()
    stranger = line.venue.symbols.instrument_from_native(natives(name, 1)[0])
    line.open([wanted[0], stranger, *wanted[1:]])
    line.run(4.0)
    refused = [each.native for answer in line.refused() for each in answer.instruments]
    live = {key for key, book in line.books.items() if book.state is BookState.LIVE}
    assert live == {str(each.id) for each in wanted}
    # Of the others an unknown name is confirmed, and stays silent.
    assert refused == ([] if name in {"binance", "polymarket"} else [stranger.native])


@EACH
def test_an_instrument_joins_and_leaves(name: str) -> None:
    line = Line(name)
    first, *others = line.instruments()
    last = others[-1]
    line.open([first])
    line.run(1.0)
    line.watch(last)
    line.do(line.stream.subscribe([last], line.now_ns))
    line.run(2.0)
    assert line.states() == {BookState.LIVE}
    line.do(line.stream.unsubscribe([last], line.now_ns))
    line.run(1.0)
    messages = line.books[str(last.id)].counts()["applied"]
    line.run(2.0)
    assert line.books[str(last.id)].counts()["applied"] == messages
    assert line.books[str(first.id)].state is BookState.LIVE


@EACH
def test_a_notice_of_the_end_asks_for_another_socket(name: str) -> None:
    line = Line(name, books=1)
    line.open(line.instruments()[:1])
    line.run(1.0)
    line.desk.on_shutdown(line.now_ns)
    line.pump()
    assert line.replaced() in ([], [Replace("closing")])
    if name in {"binance", "kraken", "okx"}:
        assert line.replaced() == [Replace("closing")]


@EACH
def test_rest_is_answered_as_it_is_read(name: str) -> None:
    line = Line(name)
    instrument = line.instruments()[0]
    line.open([instrument])
    line.run(3.0)
    rest, able = VENUES[name].rest, VENUES[name].capabilities
    if Capability.TIME in able:
        seconds = abs(rest.read_time(line.read(rest.time())) - line.now_ns) / 1e9
        assert seconds <= 1.0
    if Capability.PUBLIC_TRADES in able:
        trades = rest.read_trades(instrument, line.read(rest.trades(instrument, 50)))
        assert trades
        times = [trade.ts_event_ns for trade in trades]
        assert times == sorted(times)
        assert times[-1] <= line.now_ns
    if Capability.KLINES in able:
        request = rest.klines(instrument, 60, line.now_ns, 10)
        klines = rest.read_klines(instrument, line.read(request))
        assert klines
        opened = [kline.open_ns for kline in klines]
        assert opened == sorted(set(opened))
        assert all(kline.low <= kline.open <= kline.high for kline in klines)
    body = line.read(rest.snapshot(instrument))
    assert line.venue.rest.failure(200, {}, body) is None


@EACH
def test_a_book_of_nobody_is_a_refusal(name: str) -> None:
    line = Line(name, books=1)
    stranger = line.venue.symbols.instrument_from_native(natives(name, 1)[0])
    answer = line.ask(line.venue.rest.snapshot(stranger))
    headers = {key.lower(): value for key, value in answer.headers}
    failure = line.venue.rest.failure(answer.status, headers, answer.body)
    assert isinstance(failure, VenueError)
    assert failure.venue == name


@EACH
def test_bases_are_fetched_only_where_the_rules_say_so(name: str) -> None:
    line = Line(name)
    line.open(line.instruments())
    line.run(2.0)
    fetched = any(isinstance(action, Fetch) for action in line.actions)
    assert fetched == line.venue.rules(line.config).base_over_rest
