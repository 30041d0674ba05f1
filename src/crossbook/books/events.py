"""Events of the engine, drained in batches."""

import struct
from collections.abc import Callable, Iterator
from typing import TypeAlias

from crossbook import _core
from crossbook.model.events import (
    BookReplaced,
    BookSide,
    BookState,
    ControlReceived,
    Event,
    EventKind,
    FrameRefused,
    LevelChanged,
    MessageMissed,
    OpportunityChanged,
    OpportunityPhase,
    ProofFailed,
    ProofKind,
    QuoteReported,
    StateChanged,
    StateReason,
    TickChanged,
    TopChanged,
    TradeReported,
)

__all__ = ["EventBatch"]

_RECORD = struct.Struct("<BBBxI9q")
_NO_INSTRUMENT = 2**32 - 1

_NO_SIDE = 255
_KINDS = tuple(EventKind)
_STATES = tuple(BookState)
_REASONS = tuple(StateReason)
_PROOFS = tuple(ProofKind)
_PHASES = tuple(OpportunityPhase)
_BOOK_SIDES = tuple(BookSide)
_TAKERS = ("buy", "sell")

Head: TypeAlias = tuple[int | None, int, int | None, int | None]
Values: TypeAlias = tuple[int, ...]


class EventBatch:
    """Events in the order in which they happened.

    Iterate to get structs of `crossbook.model.events`; `raw` is what they are made of, for
    programs that read columns: 80 bytes an event, little-endian, in the order `kind u8, side u8,
    detail u8, 0, instrument u32, ts_recv_ns i64, ts_event_ns i64, sequence i64, values 6 x i64`.
    The numbers of kinds, sides and details are the positions in the enums; 255, 2**32 - 1, 0 (time)
    and -1 (sequence) mean absence. What the values are stands, in order, in the struct of the kind.

    Args:
        raw: a whole number of 80-byte records.

    Examples:
        >>> batch = EventBatch(b"")
        >>> len(batch), list(batch)
        (0, [])
    """

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def __len__(self) -> int:
        return len(self.raw) // _RECORD.size

    def count(self, kind: EventKind) -> int:
        """Return how many events are of a kind, without reading them."""
        return self.raw[:: _RECORD.size].count(_KINDS.index(kind))

    def of(self, kind: EventKind) -> "EventBatch":
        """Return the events of one kind, in their order."""
        kinds, wanted = self.raw[:: _RECORD.size], _KINDS.index(kind)
        places, place = [], kinds.find(wanted)
        while place >= 0:
            places.append(place * _RECORD.size)
            place = kinds.find(wanted, place + 1)
        return EventBatch(b"".join([self.raw[at : at + _RECORD.size] for at in places]))

    def __iter__(self) -> Iterator[Event]:
        for kind, side, detail, instrument, recv, event, sequence, *values in _RECORD.iter_unpack(
            self.raw
        ):
            head = (
                None if instrument == _NO_INSTRUMENT else instrument,
                recv,
                event or None,
                None if sequence == -1 else sequence,
            )
            yield _MAKERS[_KINDS[kind]](head, side, detail, values)


def _top(head: Head, _side: int, _detail: int, values: list[int]) -> Event:
    bid, bid_size, ask, ask_size, *_ = values
    return TopChanged(
        *head, bid if bid_size else None, bid_size, ask if ask_size else None, ask_size
    )


def _trade(head: Head, side: int, _detail: int, values: list[int]) -> Event:
    price, size, trade_id, *_ = values
    taker = None if side == _NO_SIDE else _TAKERS[side]
    return TradeReported(*head, taker, price, size, trade_id % 2**64)


def _opportunity(head: Head, _side: int, detail: int, values: list[int]) -> Event:
    sold, size, buy_limit, sell_limit, low, high = values
    profit = (high << 64) + low % 2**64
    return OpportunityChanged(*head, _PHASES[detail], sold, size, buy_limit, sell_limit, profit)


_MAKERS: dict[EventKind, Callable[[Head, int, int, list[int]], Event]] = {
    EventKind.SNAPSHOT: lambda head, _side, _detail, v: BookReplaced(*head, v[0], v[1]),
    EventKind.LEVEL: lambda head, side, _detail, v: LevelChanged(
        *head, _BOOK_SIDES[side], v[0], v[1]
    ),
    EventKind.TOP: _top,
    EventKind.TRADE: _trade,
    EventKind.QUOTE: lambda head, _side, _detail, v: QuoteReported(*head, *v[:4]),
    EventKind.STATE: lambda head, _side, detail, v: StateChanged(
        *head, _STATES[v[0]], _STATES[v[1]], _REASONS[detail]
    ),
    EventKind.GAP: lambda head, _side, _detail, v: MessageMissed(*head, v[0], v[1]),
    EventKind.PROOF_FAILED: lambda head, _side, detail, v: ProofFailed(
        *head, _PROOFS[detail], v[0], v[1]
    ),
    EventKind.TICK: lambda head, _side, _detail, v: TickChanged(*head, v[0]),
    EventKind.CONTROL: lambda head, _side, detail, v: ControlReceived(
        *head, _core.CONTROLS[detail], v[0]
    ),
    EventKind.DECODE_FAILED: lambda head, _side, detail, v: FrameRefused(
        *head, _core.DECODE_ERRORS[detail], v[0], v[1]
    ),
    EventKind.OPPORTUNITY: _opportunity,
}
