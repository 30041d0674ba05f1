"""crossbook itself: one engine, one feed, one `on_frame` per frame, `Book.best` to read.

Nothing is switched off: sequence rules, checksums, best prices that the venue
repeats, states and counters run as they do live. No event is subscribed to.
"""

from benches.contenders.base import ReadBest, RefusedError
from benches.memory import Weight
from benches.sessions import BookSpec, Session, Top
from crossbook import Book, BookState, Engine, Instrument, _core, venue
from crossbook.model import Outcome


class DebugBuildError(RefusedError):
    """The extension was not compiled in release mode: its times would mean nothing."""

    def __str__(self) -> str:
        return f"crossbook._core is a {_core.BUILD_PROFILE} build; `make build` makes a release one"


class NotLiveError(RefusedError):
    """A book did not stay live over a faultless recording, so it was not timed at its work."""

    def __init__(self, book: Book) -> None:
        super().__init__(str(book.instrument.id), book.state, book.counts())
        self.instrument_id = str(book.instrument.id)
        self.state = book.state
        self.counts = book.counts()

    def __str__(self) -> str:
        return f"crossbook's book of {self.instrument_id} is {self.state.value}: {self.counts}"


class CrossbookRun:
    """One engine with the session's books."""

    def __init__(self, session: Session) -> None:
        self.engine = Engine()
        self.books = {native: self._add(session, native) for native in session.books}
        feed = self.engine.open_feed(session.venue)
        self.on_frame = feed.on_frame
        feed.on_open(session.snapshots[0].ts_recv_ns)
        for snapshot in session.snapshots:
            if snapshot.native:
                feed.on_snapshot(snapshot.native, snapshot.payload, snapshot.ts_recv_ns)
            else:
                feed.on_frame(snapshot.payload, snapshot.ts_recv_ns)

    def reader(self, native: str) -> ReadBest:
        return self.books[native].best

    def top(self, native: str) -> Top:
        book = self.books[native]
        best = book.best()
        if best is None or book.state is not BookState.LIVE:
            raise NotLiveError(book)
        bid_px, bid_size, ask_px, ask_size = best
        return Top(book.price(bid_px), book.size(bid_size), book.price(ask_px), book.size(ask_size))

    def _add(self, session: Session, native: str) -> Book:
        spec = session.books[native]
        if session.venue != "kalshi":
            return self.engine.add_instrument(_instrument(session.venue, spec))
        # Both sides of a market are kept, as a user would; the YES side is read.
        self.engine.add_instrument(_instrument(session.venue, spec, Outcome.NO))
        return self.engine.add_instrument(_instrument(session.venue, spec, Outcome.YES))


class CrossbookEngine:
    """crossbook."""

    name = "crossbook"
    note = "`Feed.on_frame` and `Book.best`, every proof of the venue compared"

    def refusal(self, session: Session) -> str | None:  # noqa: ARG002 - it takes all of them.
        return None

    def open(self, session: Session) -> CrossbookRun:
        if _core.BUILD_PROFILE != "release":
            raise DebugBuildError
        return CrossbookRun(session)


def weigh(session: Session) -> Weight:
    """Replay a session and read what the books say that they hold."""
    run = CrossbookEngine().open(session)
    for frame in session.frames:
        run.on_frame(frame.payload, frame.ts_recv_ns)
    books = list(run.books.values())
    held = sum(book.memory_bytes for book in books)
    levels = sum(sum(book.level_counts) for book in books)
    return Weight(session.name, CrossbookEngine.name, held / len(books), levels / len(books))


def _instrument(name: str, spec: BookSpec, outcome: Outcome | None = None) -> Instrument:
    """Return the instrument at its usual scale, or a finer one where the recording is finer.

    Kraken's first websocket prints ADA/XBT prices with nine decimals, and its
    checksum counts them all.
    """
    build = venue(name).symbols.instrument_from_native
    usual = build(spec.native, outcome).scale
    return build(
        spec.native,
        outcome,
        price_decimals=max(usual.price_decimals, spec.price_decimals),
        size_decimals=max(usual.size_decimals, spec.size_decimals),
    )
