"""What every venue's conduct of a socket owes, whatever the venue."""

from collections import Counter
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crossbook.model import Instrument
from crossbook.venues.base import Capability
from crossbook.venues.registry import VENUES
from crossbook.venues.stream import (
    Accepted,
    Action,
    Fetch,
    Refused,
    Replace,
    Send,
    Stream,
    StreamRules,
)
from tests.venues.clerk import Clerk
from tests.venues.frames import books_asked, natives

STREAMING = sorted(name for name, each in VENUES.items() if Capability.BOOKS in each.capabilities)
EACH = pytest.mark.parametrize("name", STREAMING)

T0 = 1_767_225_600_000_000_000
IDLE_NS = 500_000_000
TOKENS = {name: natives(name, 1200) for name in STREAMING}


def rules_of(name: str, **settings_: object) -> StreamRules:
    """Return a venue's limits under its defaults."""
    return VENUES[name].rules(msgspec.convert(settings_, VENUES[name].config))


def instruments(name: str, count: int) -> list[Instrument]:
    """Return so many instruments of a venue."""
    bare = VENUES[name].symbols.instrument_from_native
    return [bare(native) for native in TOKENS[name][:count]]


def open_stream(name: str, wanted: Sequence[Instrument], **settings_: object) -> Stream:
    """Return the conduct of a new socket under a venue's defaults."""
    return VENUES[name].stream(msgspec.convert(settings_, VENUES[name].config), wanted)


def sent(actions: Sequence[Action]) -> list[bytes]:
    """Return the frames among actions."""
    return [action.payload for action in actions if isinstance(action, Send)]


class Talk:
    """A socket to a venue that agrees to everything."""

    def __init__(self, name: str, wanted: Sequence[Instrument], **settings_: object) -> None:
        self.stream = open_stream(name, wanted, **settings_)
        self._clerk = Clerk(name)

    def hear(self, actions: Sequence[Action], now_ns: int) -> list[Action]:
        """Return these actions and all that follow, until the venue has nothing to answer."""
        waiting, done = list(actions), []
        while waiting:
            action = waiting.pop(0)
            done.append(action)
            if isinstance(action, Send):
                for frame in self._clerk.answers(action.payload):
                    waiting += self.stream.on_control("ack", frame, now_ns)
        return done


def accepted(actions: Sequence[Action]) -> list[str]:
    """Return the native symbols that were accepted."""
    return [
        instrument.native
        for action in actions
        if isinstance(action, Accepted)
        for instrument in action.instruments
    ]


def asked_until_quiet(name: str, wanted: Sequence[Instrument]) -> list[tuple[int, bytes]]:
    """Open a socket to a venue that agrees to everything, and return the frames and their times."""
    talk, now_ns = Talk(name, wanted), T0
    frames = [(T0, payload) for payload in sent(talk.hear(talk.stream.on_open(T0), T0))]
    for _ in range(20):
        now_ns += IDLE_NS
        actions = talk.hear(talk.stream.on_idle(now_ns), now_ns)
        frames += [(now_ns, payload) for payload in sent(actions)]
    return frames


@EACH
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_the_frames_name_each_instrument_exactly_once(name: str, data: st.DataObject) -> None:
    rules = rules_of(name)
    count = data.draw(st.integers(1, min(rules.instruments_max, 1200)))
    frames = asked_until_quiet(name, instruments(name, count))
    asked = Counter(key for _, payload in frames for key in books_asked(name, payload))
    assert asked == Counter(TOKENS[name][:count])


@EACH
def test_no_burst_is_larger_than_the_venue_allows(name: str) -> None:
    rules = rules_of(name)
    frames = asked_until_quiet(name, instruments(name, rules.instruments_max))
    assert frames[0][0] == T0
    if rules.sends is None:
        return
    span_ns = round(rules.sends.span_s * 1e9)
    for first_ns, _ in frames:
        within = [1 for at_ns, _ in frames if first_ns <= at_ns < first_ns + span_ns]
        assert len(within) <= rules.sends.count


@EACH
def test_no_more_answers_are_due_than_a_feed_keeps(name: str) -> None:
    stream = open_stream(name, instruments(name, rules_of(name).instruments_max))
    clerk = Clerk(name)
    answers = [each for frame in sent(stream.on_open(T0)) for each in clerk.answers(frame)]
    assert len(answers) <= 64


@EACH
def test_what_nobody_answers_is_asked_again(name: str) -> None:
    rules = rules_of(name)
    stream = open_stream(name, instruments(name, 2))
    stream.on_open(T0)
    late_ns = T0 + round(rules.subscribed_within_s * 1e9) + IDLE_NS
    repeated = {
        key for payload in sent(stream.on_idle(late_ns)) for key in books_asked(name, payload)
    }
    assert repeated == (set(TOKENS[name][:2]) if rules.answers_subscriptions else set())


@EACH
def test_an_instrument_can_join_and_leave_an_open_socket(name: str) -> None:
    first, second = instruments(name, 2)
    talk = Talk(name, [first])
    assert accepted(talk.hear(talk.stream.on_open(T0), T0)) == [first.native]
    later_ns = T0 + 2_000_000_000
    joining = talk.hear(talk.stream.subscribe([second], later_ns), later_ns)
    assert accepted(joining) == [second.native]
    asked = [key for each in sent(joining) for key in books_asked(name, each)]
    assert asked == [TOKENS[name][1]]
    assert list(talk.stream.subscribe([second], later_ns)) == []
    leaving = sent(talk.hear(talk.stream.unsubscribe([second], later_ns), later_ns))
    assert len(leaving) == 1
    assert books_asked(name, leaving[0]) == []
    assert list(talk.stream.resync(second, later_ns)) == []


@EACH
def test_a_resync_leads_to_a_new_base(name: str) -> None:
    (instrument,) = instruments(name, 1)
    talk = Talk(name, [instrument])
    opened = talk.hear(talk.stream.on_open(T0), T0)
    later_ns = T0 + 2_000_000_000
    actions = talk.hear(talk.stream.resync(instrument, later_ns), later_ns)
    fetched = [action.instrument for action in actions if isinstance(action, Fetch)]
    if rules_of(name).base_over_rest:
        assert [action.instrument for action in opened if isinstance(action, Fetch)] == fetched
        assert fetched == [instrument]
    elif name == "kalshi":
        assert b"get_snapshot" in sent(actions)[0]
    else:
        asked = [key for each in sent(actions) for key in books_asked(name, each)]
        assert (len(sent(actions)), asked) == (2, TOKENS[name][:1])


@EACH
def test_what_was_answered_is_not_asked_again(name: str) -> None:
    talk = Talk(name, instruments(name, 5))
    talk.hear(talk.stream.on_open(T0), T0)
    late_ns = T0 + 60_000_000_000
    again = sent(talk.stream.on_idle(late_ns))
    assert [key for each in again for key in books_asked(name, each)] == []


@EACH
def test_a_stranger_changes_nothing(name: str) -> None:
    first, stranger = instruments(name, 2)
    stream = open_stream(name, [first])
    stream.on_open(T0)
    assert stream.resync(stranger, T0) == []
    assert stream.unsubscribe([stranger], T0) == []


@EACH
def test_a_closing_notice_asks_for_one_other_socket(name: str) -> None:
    stream = open_stream(name, instruments(name, 1))
    stream.on_open(T0)
    assert list(stream.on_control("closing", b"{}", T0)) == [Replace("closing")]
    assert list(stream.on_control("closing", b"{}", T0)) == []


@EACH
def test_a_socket_is_replaced_before_the_venue_ends_it(name: str) -> None:
    lifetime_s = rules_of(name).lifetime_s
    stream = open_stream(name, instruments(name, 1))
    stream.on_open(T0)
    end_ns = T0 + round((lifetime_s or 10 * 86_400) * 1e9)
    before = [a for a in stream.on_idle(end_ns - 1) if isinstance(a, Replace)]
    assert before == ([] if lifetime_s is None else [Replace("lifetime")])
    assert not any(isinstance(action, Replace) for action in stream.on_idle(end_ns))


@EACH
@given(frame=st.binary(max_size=60) | st.sampled_from([b"{}", b"[]", b"null", b'{"id":99}']))
def test_an_answer_to_nothing_accepts_and_refuses_nothing(name: str, frame: bytes) -> None:
    stream = open_stream(name, [])
    stream.on_open(T0)
    for kind in ("ack", "refused", "status"):
        for action in stream.on_control(kind, frame, T0):
            assert isinstance(action, Refused)
            assert action.instruments == ()


@EACH
@pytest.mark.parametrize(
    "settings_", [{"channels": ["books"]}, {"depht": 5}, {"instruments_per_socket_max": 0}]
)
def test_a_mistyped_setting_is_refused(name: str, settings_: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        open_stream(name, [], **settings_)


@EACH
def test_a_configured_host_keeps_the_venues_path(name: str) -> None:
    own = open_stream(name, [])
    moved = open_stream(name, [], ws_url="ws://127.0.0.1:9000")
    path = own.url.partition("://")[2].partition("/")[2]
    assert own.url.startswith("wss://")
    assert moved.url == f"ws://127.0.0.1:9000/{path}".rstrip("/") or moved.url.endswith(path)


@EACH
def test_a_signer_makes_the_headers_of_the_handshake(name: str) -> None:
    factory = VENUES[name].stream
    config = VENUES[name].config()
    assert list(factory(config, []).headers(T0)) == []
    signed = factory(config, [], lambda now_ns: [("X-Time", str(now_ns))])
    assert list(signed.headers(T0)) == [("X-Time", str(T0))]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "leave", "resync", "answer", "lose", "wait"]), st.integers(0, 5)
    ),
    max_size=40,
)


@EACH
@given(steps=STEPS)
@example(steps=[("leave", 0), ("leave", 1), ("lose", 0)])
def test_whatever_happens_the_venue_ends_up_sending_what_is_wanted(
    name: str, steps: list[tuple[str, int]]
) -> None:
    every = instruments(name, 6)
    wanted, now_ns = {0, 1}, T0
    stream, clerk = open_stream(name, every[:2]), Clerk(name)
    due: list[bytes] = []

    replaced: list[Action] = []

    def hear(actions: Sequence[Action]) -> None:
        replaced.extend(action for action in actions if isinstance(action, Replace))
        due.extend(answer for frame in sent(actions) for answer in clerk.answers(frame))

    hear(stream.on_open(now_ns))
    for step, number in steps:
        now_ns += 300_000_000
        if step == "join":
            wanted.add(number)
            hear(stream.subscribe([every[number]], now_ns))
        elif step == "leave":
            wanted.discard(number)
            hear(stream.unsubscribe([every[number]], now_ns))
        elif step == "resync":
            hear(stream.resync(every[number], now_ns))
        elif step == "answer" and due:
            hear(stream.on_control("ack", due.pop(0), now_ns))
        elif step == "lose" and due:
            due.pop(0)
        else:
            hear(stream.on_idle(now_ns))
    for _ in range(120):
        now_ns += IDLE_NS
        while due:
            hear(stream.on_control("ack", due.pop(0), now_ns))
        hear(stream.on_idle(now_ns))
    # Another socket starts from nothing.
    assert replaced or clerk.books == {TOKENS[name][number] for number in wanted}
    assert due == []
