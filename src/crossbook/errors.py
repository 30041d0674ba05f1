"""Every exception that leaves this package.

CrossbookError                      catch this one
├── ConfigError             NEVER   an operator must change a file
├── UnknownVenueError       NEVER   no venue of that name is built in
├── TransportError          BACKOFF the network broke
│   ├── ConnectError                nobody answered, or not as a venue does
│   ├── DeadlineError               the answer did not come in time
│   └── DisconnectError             the connection broke before the answer was whole
├── VenueError              by code the venue refused; carries its code and text
│   ├── RateLimitError      BACKOFF carries `retry_after_s`
│   ├── UnavailableError    BACKOFF the venue is down or under maintenance
│   └── SubscriptionError   NEVER   the venue does not stream that
├── InstrumentError         NEVER   the program named or registered an instrument wrongly
│   ├── SymbolError
│   ├── UnknownInstrumentError
│   ├── DuplicateInstrumentError
│   └── ScaleMismatchError
└── DataError               RESYNC  what came cannot be trusted
    ├── DecodeError
    ├── NumberSyntaxError
    ├── PrecisionError
    ├── NumberRangeError
    ├── SequenceGapError
    ├── ChecksumError
    ├── MetadataError       NEVER   the venue lists something that we cannot read
    └── RecordingError      NEVER   a file on disk does not get better by itself
"""

from enum import Enum
from typing import ClassVar

__all__ = [
    "ChecksumError",
    "ConfigError",
    "ConnectError",
    "CrossbookError",
    "DataError",
    "DeadlineError",
    "DecodeError",
    "DisconnectError",
    "DuplicateInstrumentError",
    "InstrumentError",
    "MetadataError",
    "NumberRangeError",
    "NumberSyntaxError",
    "PrecisionError",
    "RateLimitError",
    "RecordingError",
    "Retry",
    "ScaleMismatchError",
    "SequenceGapError",
    "SubscriptionError",
    "SymbolError",
    "TransportError",
    "UnavailableError",
    "UnknownInstrumentError",
    "UnknownVenueError",
    "VenueError",
]


class Retry(Enum):
    """What to do next after an error."""

    NEVER = "never"
    """The same call fails again: something else must change first."""
    BACKOFF = "backoff"
    """The same call may succeed later: wait longer each time, with jitter."""
    RESYNC = "resync"
    """Take a new snapshot, by the venue's own procedure, and go on."""


class CrossbookError(Exception):
    """Anything that this package raises on purpose."""

    retry: ClassVar[Retry] = Retry.NEVER
    """What to do next."""


class ConfigError(CrossbookError):
    """A setting is wrong, and an operator must change it.

    Args:
        path: where it stands, such as `$.venues.kraken.depth`.
        reason: what is wrong with it.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"config {self.path}: {self.reason}"


class UnknownVenueError(CrossbookError):
    """No venue of that name is built in.

    Args:
        venue: the name that was asked for.
        known: the names that exist.
    """

    def __init__(self, venue: str, known: tuple[str, ...]) -> None:
        super().__init__(venue, known)
        self.venue = venue
        self.known = known

    def __str__(self) -> str:
        return f"unknown venue {self.venue!r}: known are {', '.join(self.known)}"


class TransportError(CrossbookError):
    """The network broke: what was asked may or may not have arrived."""

    retry = Retry.BACKOFF


class ConnectError(TransportError):
    """Nobody answered at an address, or not as a venue does.

    Args:
        url: where to, without secrets.
        reason: what happened: `refused`, `certificate`, `status 502`, `redirect`, and so on.
    """

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url, reason)
        self.url = url
        self.reason = reason

    def __str__(self) -> str:
        return f"cannot connect to {self.url}: {self.reason}"


class DeadlineError(TransportError):
    """The answer did not come in time.

    Args:
        what: what was asked, such as `GET /api/v3/depth`.
        deadline_s: how long it was waited for.
    """

    def __init__(self, what: str, deadline_s: float) -> None:
        super().__init__(what, deadline_s)
        self.what = what
        self.deadline_s = deadline_s

    def __str__(self) -> str:
        return f"no answer to {self.what} within {self.deadline_s:g} s"


class DisconnectError(TransportError):
    """The connection broke before the answer was whole.

    Args:
        what: what was asked, such as `GET /api/v3/depth`.
        reason: what happened: `reset`, `closed`, `payload`, and so on.
    """

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(what, reason)
        self.what = what
        self.reason = reason

    def __str__(self) -> str:
        return f"connection broke during {self.what}: {self.reason}"


class VenueError(CrossbookError):
    """The venue refused.

    Args:
        venue: who.
        code: its code, or `http <status>`.
        text: its own words, shortened.
    """

    def __init__(self, venue: str, code: str, text: str) -> None:
        super().__init__(venue, code, text)
        self.venue = venue
        self.code = code
        self.text = text

    def __str__(self) -> str:
        return f"{self.venue} refused: {self.code}: {self.text}"


class RateLimitError(VenueError):
    """Too much was asked in too short a time.

    Args:
        venue: who.
        code: its code, or `http <status>`.
        text: its own words, shortened.
        retry_after_s: how long it wants to be left alone; `None`: not said.
        is_ban: it has cut us off (Binance 418), rather than warned.
    """

    retry = Retry.BACKOFF

    def __init__(
        self,
        venue: str,
        code: str,
        text: str,
        retry_after_s: float | None = None,
        is_ban: bool = False,  # noqa: FBT001, FBT002 -- kept in `args`, so that it survives pickling
    ) -> None:
        super().__init__(venue, code, text)
        self.args = (venue, code, text, retry_after_s, is_ban)
        self.retry_after_s = retry_after_s
        self.is_ban = is_ban


class UnavailableError(VenueError):
    """The venue is down, overloaded or under maintenance."""

    retry = Retry.BACKOFF


class SubscriptionError(VenueError):
    """The venue does not stream what was subscribed to."""


class InstrumentError(CrossbookError):
    """The program named or registered an instrument wrongly."""


class SymbolError(InstrumentError):
    """A text is no symbol or instrument id.

    Args:
        text: what was given.
        reason: why it is none.
    """

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(text, reason)
        self.text = text
        self.reason = reason

    def __str__(self) -> str:
        return f"symbol {self.text!r}: {self.reason}"


class UnknownInstrumentError(InstrumentError):
    """Nothing is registered under that id.

    Args:
        instrument_id: the id that was asked for, such as `BTC-USDT.BINANCE`.
    """

    def __init__(self, instrument_id: str) -> None:
        super().__init__(instrument_id)
        self.instrument_id = instrument_id

    def __str__(self) -> str:
        return f"unknown instrument {self.instrument_id}"


class DuplicateInstrumentError(InstrumentError):
    """An instrument of that id, or of that native symbol, is already registered.

    Args:
        instrument_id: the id, such as `BTC-USDT.BINANCE`.
        native: the venue's own symbol.
    """

    def __init__(self, instrument_id: str, native: str) -> None:
        super().__init__(instrument_id, native)
        self.instrument_id = instrument_id
        self.native = native

    def __str__(self) -> str:
        return f"instrument {self.instrument_id} (native {self.native!r}) is already registered"


class ScaleMismatchError(InstrumentError):
    """Instruments of one asset must share one storage scale, so that levels compare as integers.

    Args:
        instrument_id: the instrument that does not fit, such as `BTC-USDT.KRAKEN`.
        asset_id: the asset it belongs to.
        expected: `(price_decimals, size_decimals)` of the asset.
        received: `(price_decimals, size_decimals)` of the instrument.
    """

    def __init__(
        self,
        instrument_id: str,
        asset_id: str,
        expected: tuple[int, int],
        received: tuple[int, int],
    ) -> None:
        super().__init__(instrument_id, asset_id, expected, received)
        self.instrument_id = instrument_id
        self.asset_id = asset_id
        self.expected = expected
        self.received = received

    def __str__(self) -> str:
        return (
            f"scale of {self.instrument_id} differs from that of asset {self.asset_id}: "
            f"expected {self.expected[0]} price and {self.expected[1]} size decimals, "
            f"received {self.received[0]} and {self.received[1]}"
        )


class DataError(CrossbookError):
    """What came cannot be trusted."""

    retry = Retry.RESYNC


class DecodeError(DataError):
    """Bytes are no message of that venue.

    Args:
        venue: the venue whose format was expected, such as `kraken`.
        kind: the fault's fixed name, by which it is counted, such as `malformed`.
        detail: what was found, and where.
    """

    def __init__(self, venue: str, kind: str, detail: str) -> None:
        super().__init__(venue, kind, detail)
        self.venue = venue
        self.kind = kind
        self.detail = detail

    def __str__(self) -> str:
        return f"cannot decode {self.venue} message: {self.kind}: {self.detail}"


class NumberSyntaxError(DataError):
    """A text is no decimal number.

    Args:
        text: what was given.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"not a decimal number: {self.text!r}"


class PrecisionError(DataError):
    """A number has more decimals than the storage scale; it is never rounded in silence.

    Args:
        text: the number.
        decimals: the decimals that the scale has.
    """

    def __init__(self, text: str, decimals: int) -> None:
        super().__init__(text, decimals)
        self.text = text
        self.decimals = decimals

    def __str__(self) -> str:
        return f"number {self.text} does not fit {self.decimals} decimals exactly"


class NumberRangeError(DataError):
    """A number is too large for its storage at that scale.

    Args:
        text: the number.
        decimals: the decimals that the scale has.
    """

    def __init__(self, text: str, decimals: int) -> None:
        super().__init__(text, decimals)
        self.text = text
        self.decimals = decimals

    def __str__(self) -> str:
        return f"number {self.text} is out of range at {self.decimals} decimals"


class SequenceGapError(DataError):
    """An update is missing: the book is unknown until the next snapshot.

    Args:
        expected: the number that had to come.
        received: the number that came.
    """

    def __init__(self, expected: int, received: int) -> None:
        super().__init__(expected, received)
        self.expected = expected
        self.received = received

    def __str__(self) -> str:
        return f"sequence gap: expected {self.expected}, received {self.received}"


class ChecksumError(DataError):
    """The book differs from what the venue says of it.

    Args:
        expected: the venue's checksum.
        computed: ours.
    """

    def __init__(self, expected: int, computed: int) -> None:
        super().__init__(expected, computed)
        self.expected = expected
        self.computed = computed

    def __str__(self) -> str:
        return f"checksum differs: expected {self.expected}, computed {self.computed}"


class MetadataError(DataError):
    """A venue's list of instruments holds something that we cannot read.

    Args:
        venue: the venue whose list it is, such as `kraken`.
        symbol: the row, by the venue's own symbol; empty where the document as a whole is at fault.
        field: the field of that row, such as `tick_size`.
        value: what stands there, as text, shortened.
        expected: what had to stand there.
    """

    retry = Retry.NEVER

    def __init__(self, venue: str, symbol: str, field: str, value: str, expected: str) -> None:
        super().__init__(venue, symbol, field, value, expected)
        self.venue = venue
        self.symbol = symbol
        self.field = field
        self.value = value
        self.expected = expected

    def __str__(self) -> str:
        row = f" of {self.symbol}" if self.symbol else ""
        return f"{self.venue} metadata{row}: {self.field} is {self.value}, expected {self.expected}"


class RecordingError(DataError):
    """A recorded file cannot be read.

    Args:
        path: the file.
        line: the line, counted from 1; 0 where the file as a whole is at fault.
        reason: what is wrong with it.
    """

    retry = Retry.NEVER

    def __init__(self, path: str, line: int, reason: str) -> None:
        super().__init__(path, line, reason)
        self.path = path
        self.line = line
        self.reason = reason

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"recording {place}: {self.reason}"
