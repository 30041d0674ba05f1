"""Refuse to time what is wrong: final best prices must be the expected ones."""

from benches.contenders.base import Contender, RefusedError
from benches.sessions import Session, Top


class WrongBookError(RefusedError):
    """A contender's book does not end where the recording says it must."""

    def __init__(self, contender: str, session: str, native: str, ours: Top, expected: Top) -> None:
        super().__init__(contender, session, native, ours, expected)
        self.contender = contender
        self.session = session
        self.native = native
        self.ours = ours
        self.expected = expected

    def __str__(self) -> str:
        return (
            f"{self.contender} is wrong on {self.session}, {self.native}: "
            f"{_line(self.ours)}, expected {_line(self.expected)}"
        )


def check(contender: Contender, session: Session) -> None:
    """Replay a session once and compare every book's best prices.

    Raises:
        WrongBookError: they differ.
    """
    run = contender.open(session)
    readers = {native: run.reader(native) for native in session.books}
    for frame in session.frames:
        run.on_frame(frame.payload, frame.ts_recv_ns)
        readers[frame.native]()
    for native, expected in session.expected.items():
        ours = run.top(native)
        if ours != expected:
            raise WrongBookError(contender.name, session.name, native, ours, expected)


def _line(top: Top) -> str:
    return f"bid {top.bid_px} x {top.bid_size}, ask {top.ask_px} x {top.ask_size}"
