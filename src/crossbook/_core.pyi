"""The compiled core of crossbook: private, behind the package's own functions.

Prices and sizes are integers at an instrument's storage scale, timestamps UTC nanoseconds.
"""

from typing import Final, TypeAlias, final

_Buffer: TypeAlias = bytes | bytearray | memoryview

__all__ = [
    "BUILD_PROFILE",
    "CONTROLS",
    "DECODE_ERRORS",
    "Book",
    "Discovery",
    "Engine",
    "Feed",
    "Histogram",
    "Orders",
    "format_decimal",
    "parse_decimal",
]

BUILD_PROFILE: Final[str]
"""How the extension was compiled: `release` or `debug`."""

CONTROLS: Final[list[str]]
"""The kinds of control messages, in the order of their numbers in events."""

DECODE_ERRORS: Final[list[str]]
"""The kinds of decode errors, in the order of their numbers in events."""

def parse_decimal(text: str, decimals: int) -> int:
    """Return decimal text as an integer at a scale, exactly.

    Args:
        text: an optional sign, digits with at most one point, an optional exponent.
        decimals: decimals of the scale, 0 to 18.

    Raises:
        NumberSyntaxError: it is no decimal number.
        PrecisionError: it has digits finer than the scale.
        NumberRangeError: it does not fit 64 bits at that scale.
    """

def format_decimal(value: int, decimals: int) -> str:
    """Return a scaled integer as plain decimal text without trailing zeros.

    Args:
        value: the integer.
        decimals: decimals of its scale, 0 to 18.

    Raises:
        NumberRangeError: more decimals than 18.
    """

@final
class Engine:
    """All books of a process, fed frame by frame."""

    def __new__(cls, events_max: int) -> Engine:
        """Make an engine that keeps at most `events_max` events until they are drained."""

    def add_instrument(
        self,
        instrument_id: str,
        venue: str,
        natives: list[str],
        outcome: int,
        scale: tuple[int, int],
        grid: tuple[int, int],
        limits: tuple[int, int, int],
        fee: tuple[int, bool, int | None],
        asset: str,
        depth: int,
        checksum_decimals: tuple[int, int] | None,
    ) -> int:
        """Register an instrument and return its number.

        Args:
            instrument_id: its name in errors.
            venue: lower-case id of the venue.
            natives: the venue's spellings of its symbol.
            outcome: 0 the whole, 1 the YES leg, 2 the NO leg of what the symbol names.
            scale: decimals of prices and of sizes.
            grid: tick and lot; 0: unknown.
            limits: smallest size, largest size, and smallest price times size in money units;
                0: none.
            fee: taker's rate in parts per million, whether it is times `1 - price`, and the
                decimals of the quote currency that fees are rounded up to.
            asset: instruments of one asset are merged.
            depth: levels a side that the venue keeps; 0: all, or not known.
            checksum_decimals: printed decimals of prices and sizes; `None`: as sent.

        Raises:
            UnknownVenueError: no venue has that id.
            DuplicateInstrumentError: one of the symbols is registered.
            ScaleMismatchError: the asset has another scale.
            NumberRangeError: the scale has more than 18 decimals.
        """

    def open_feed(self, venue: str) -> Feed:
        """Return a new connection to a venue.

        Raises:
            UnknownVenueError: no venue has that id.
        """

    def book(self, number: int) -> Book:
        """Return a view of the book of the instrument of that number."""

    def consolidated(
        self, asset: str, depth: int
    ) -> (
        tuple[
            list[tuple[int, int, list[tuple[int, int]]]],
            list[tuple[int, int, list[tuple[int, int]]]],
        ]
        | None
    ):
        """Return bids and asks of an asset over all live books; `None`: there is no such asset.

        Each level: price, size over all instruments, `(instrument number, size)` of each.

        Args:
            asset: its name.
            depth: at most so many levels a side; 0: all.
        """

    def opportunities(
        self,
    ) -> list[tuple[int, int, int, tuple[int, int], tuple[int, int, int, int, int]]]:
        """Return what pays after fees now.

        Each: number of the instrument to buy, of the one to sell, size, `(buy_limit, sell_limit)`,
        `(cost, proceeds, buy_fee, sell_fee, profit)` in money units.
        """

    def subscribe(self, kinds: list[str]) -> None:
        """Keep events of exactly these kinds from now on.

        Raises:
            ValueError: there is no such kind.
        """

    def drain(self) -> bytes:
        """Return the waiting events as records of 80 bytes, oldest first, and forget them."""

    @property
    def events_waiting(self) -> int:
        """How many events wait."""

    @property
    def events_dropped(self) -> int:
        """How many events were dropped because nobody drained in time."""

    def expire(self, now_ns: int, silence_ns: int) -> None:
        """Mark books stale to which nothing came for `silence_ns` before `now_ns`."""

    def silence(self, number: int, ts_recv_ns: int) -> None:
        """Mark one book stale: nothing came for too long, by the caller's measure."""

    def distrust(self, number: int, ts_recv_ns: int) -> None:
        """Mark one live book suspect: another source says something else of it."""

    def reset(self, number: int, ts_recv_ns: int) -> None:
        """Empty one book: nobody brings it any more."""

    @property
    def memory_bytes(self) -> int:
        """Bytes that all books hold."""

@final
class Feed:
    """One connection to a venue."""

    def on_frame(self, frame: _Buffer, ts_recv_ns: int) -> int:
        """Take one websocket frame and return how many events wait.

        What is wrong with the frame is counted and reported as an event, never raised; such a
        frame changes no book.

        Args:
            frame: the frame's payload; `bytes` are read in place, other buffers copied once.
            ts_recv_ns: when it was received.
        """

    def on_snapshot(self, native: str, body: _Buffer, ts_recv_ns: int) -> int:
        """Take the body of a REST order book answer and return how many events wait.

        Args:
            native: the venue's symbol that was asked for.
            body: the answer's body.
            ts_recv_ns: when it was received.
        """

    def on_open(self, ts_recv_ns: int) -> None:
        """Say that the connection opened: its numbering restarts, its books wait for a base.

        Books that another open connection brings, too, stay as they are.
        """

    def on_close(self, ts_recv_ns: int) -> None:
        """Say that the connection closed: its books are stale.

        Books that another open connection brings, too, stay as they are.
        """

    def take_controls(self) -> list[tuple[str, bytes]]:
        """Return the venue's answers and notices since the last call, oldest first.

        Each: its kind, one of `CONTROLS`, and the frame. Heartbeats, pongs and what crossbook
        does not use are left out. At most 64 are kept, and none above 64 KiB.
        """

    def unsynced(self) -> list[int]:
        """Return the instruments of which this connection keeps a copy that is not live.

        A connection keeps copies where another one brings the book and the venue's update ids
        do not join over connections. Each is the instrument's number.
        """

    def counts(self) -> dict[str, int | dict[str, int]]:
        """Return what was counted: frames, bytes, messages, decode errors by kind, and so on."""

@final
class Book:
    """A view of one instrument's book."""

    @property
    def best_bid(self) -> tuple[int, int] | None:
        """Highest bid and its size."""

    @property
    def best_ask(self) -> tuple[int, int] | None:
        """Lowest ask and its size."""

    def best(self) -> tuple[int, int, int, int] | None:
        """Return bid, its size, ask, its size; `None` unless both sides have a level."""

    def levels(self, depth: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Return at most `depth` bids and asks, best first; 0: all."""

    def size_at(self, is_ask: bool, price: int) -> int:
        """Return the size at a price; 0 if there is no such level."""

    @property
    def level_counts(self) -> tuple[int, int]:
        """How many bids and asks there are."""

    @property
    def state(self) -> str:
        """How far the book can be trusted."""

    @property
    def reason(self) -> str:
        """Why it is in its state."""

    @property
    def sequence(self) -> int | None:
        """The venue's last update id in the book."""

    @property
    def depth(self) -> int:
        """Levels a side that the venue keeps; 0: all, or not known."""

    @property
    def tick(self) -> int:
        """The price step; 0: not known."""

    @property
    def times_ns(self) -> tuple[int, int]:
        """Venue time and receive time of the last change."""

    @property
    def memory_bytes(self) -> int:
        """Bytes that the book holds."""

    def counts(self) -> dict[str, int]:
        """Return what was counted of the instrument."""

@final
class Histogram:
    """Counts durations, or any whole numbers, with an error below one part in 128."""

    def __new__(cls) -> Histogram:
        """Make an empty one."""

    def record(self, value: int) -> None:
        """Count a value; a negative one counts as 0."""

    def merge(self, other: Histogram) -> None:
        """Add the values of another one.

        Raises:
            RuntimeError: it is the same one.
        """

    def clear(self) -> None:
        """Forget all values."""

    def quantile(self, ppm: int) -> int | None:
        """Return what `ppm` parts per million of the values do not exceed; `None`: it is empty."""

    @property
    def count(self) -> int:
        """How many values were counted."""

    @property
    def sum(self) -> int:
        """Their sum."""

    @property
    def largest(self) -> int:
        """The largest of them; 0: it is empty."""

@final
class Orders:
    """A simulated venue's resting orders in one instrument, matched by price, then by time."""

    def __new__(cls) -> Orders:
        """Make an empty book."""

    def submit(
        self, is_ask: bool, price: int, size: int, time_in_force: int, owner: int
    ) -> tuple[int, int, bool, list[tuple[int, int, int, int]]]:
        """Take an order and return `(id, resting, is_refused, fills)`.

        Each fill: id of the resting order, its owner, price, size.

        Args:
            is_ask: it sells.
            price: the worst price that it takes, and at which it rests.
            size: how much, above zero.
            time_in_force: 0 until cancelled, 1 immediate or cancel, 2 fill or kill, 3 post only.
            owner: whose it is.

        Raises:
            ValueError: the size is not above zero, or the time in force unknown.
        """

    def cancel(self, order_id: int) -> int | None:
        """Remove a resting order and return how much of it stood; `None`: it does not rest."""

    def shrink(self, is_ask: bool, price: int, size: int) -> None:
        """Cancel the youngest orders at a price until no more than `size` stands there."""

    def size_at(self, is_ask: bool, price: int) -> int:
        """Return how much stands at a price."""

    def levels(self, is_ask: bool) -> list[tuple[int, int]]:
        """Return price and size of every level, best first."""

    def standing(self, order_id: int) -> tuple[int, int] | None:
        """Return what is left of a resting order and what stands before it in its queue."""

    def __len__(self) -> int:
        """Return how many orders rest."""

@final
class Discovery:
    """Reads frames of one venue with the engine's decoders, and only looks."""

    def __new__(cls, venue: str) -> Discovery:
        """Look at frames of that venue.

        Raises:
            UnknownVenueError: no venue has that id.
        """

    def on_frame(self, frame: _Buffer) -> None:
        """Look at a websocket frame."""

    def on_snapshot(self, native: str, body: _Buffer) -> None:
        """Look at the body of a REST order book answer."""

    def seen(self) -> list[tuple[str, int, int, int, int, int, int]]:
        """Return a row for each instrument that was seen.

        The row: native symbol (empty where the frame names none), outcome (0 whole, 1 YES, 2 NO),
        decimals that its prices and its sizes need, the whole numbers that no price and no size
        exceeds, number of messages.
        """
