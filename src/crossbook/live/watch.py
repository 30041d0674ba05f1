"""One wanted instrument: how its book does, and what is done about it."""

from enum import Enum

from crossbook.errors import CrossbookError
from crossbook.live.pulse import Pulse
from crossbook.live.settings import LiveSettings
from crossbook.live.sink import BookView
from crossbook.model import Instrument

__all__ = ["Status", "Watch"]


class Status(Enum):
    """What can be said of a wanted instrument."""

    PENDING = "pending"
    """Its socket is not open, or its base has not come yet."""
    LIVE = "live"
    RESYNCING = "resyncing"
    """It was live; a fresh base is being fetched."""
    DEAD = "dead"
    """Several resyncs in a row brought nothing; it is tried on, ever less often."""
    REFUSED = "refused"
    """The venue does not stream it."""


class Watch:
    """What the driver knows of one instrument. Times are monotonic nanoseconds.

    Args:
        instrument: which.
        book: its book.
        settings: how patient to be.
    """

    __slots__ = (
        "attempts",
        "back_ns",
        "book",
        "error",
        "instrument",
        "is_busy",
        "lost_ns",
        "next_ns",
        "pulse",
        "seen_ns",
        "sequence_lost",
        "status",
        "was_silent",
    )

    def __init__(self, instrument: Instrument, book: BookView, settings: LiveSettings) -> None:
        self.instrument = instrument
        self.book = book
        self.pulse = Pulse(
            settings.pulse_factor,
            int(settings.pulse_floor_s * 1e9),
            int(settings.pulse_ceiling_s * 1e9),
        )
        self.status = Status.PENDING
        self.error: CrossbookError | None = None
        """Why it is refused or dead."""
        self.attempts = 0
        """Resyncs since it was last live for long."""
        self.back_ns = 0
        """When it became live."""
        self.next_ns = 0
        """No resync before this time."""
        self.is_busy = False
        """A base is being fetched."""
        self.lost_ns = 0
        """When it left `live`; 0: it is live, or never was."""
        self.seen_ns = 0
        """Receive time of the last change that was seen."""
        self.was_silent = False
        """It left `live` because nothing came."""
        self.sequence_lost: int | None = None
        """The update id at that time."""
