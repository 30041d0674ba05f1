"""Every error pickles, formats from its fields and says what to do next."""

import copy
import pickle

import pytest

from crossbook import errors
from crossbook.errors import CrossbookError, Retry

CASES: list[tuple[CrossbookError, str, Retry]] = [
    (
        errors.ConfigError("$.venues.kraken.depth", "expected `int` >= 10"),
        "config $.venues.kraken.depth: expected `int` >= 10",
        Retry.NEVER,
    ),
    (
        errors.UnknownVenueError("krakn", ("binance", "kraken")),
        "unknown venue 'krakn': known are binance, kraken",
        Retry.NEVER,
    ),
    (
        errors.ConnectError("wss://127.0.0.1:1", "refused"),
        "cannot connect to wss://127.0.0.1:1: refused",
        Retry.BACKOFF,
    ),
    (
        errors.DeadlineError("GET /api/v3/depth", 2.5),
        "no answer to GET /api/v3/depth within 2.5 s",
        Retry.BACKOFF,
    ),
    (
        errors.DisconnectError("GET /api/v3/depth", "reset"),
        "connection broke during GET /api/v3/depth: reset",
        Retry.BACKOFF,
    ),
    (
        errors.VenueError("binance", "-1121", "Invalid symbol."),
        "binance refused: -1121: Invalid symbol.",
        Retry.NEVER,
    ),
    (
        errors.RateLimitError("binance", "http 418", "banned", 120.0, True),
        "binance refused: http 418: banned",
        Retry.BACKOFF,
    ),
    (
        errors.UnavailableError("okx", "50001", "Service temporarily unavailable"),
        "okx refused: 50001: Service temporarily unavailable",
        Retry.BACKOFF,
    ),
    (
        errors.SubscriptionError("kraken", "", "Currency pair not supported XXX/YYY"),
        "kraken refused: : Currency pair not supported XXX/YYY",
        Retry.NEVER,
    ),
    (
        errors.SymbolError("BTC//USDT", "the quote currency is empty"),
        "symbol 'BTC//USDT': the quote currency is empty",
        Retry.NEVER,
    ),
    (
        errors.UnknownInstrumentError("BTC-USDT.BINANCE"),
        "unknown instrument BTC-USDT.BINANCE",
        Retry.NEVER,
    ),
    (
        errors.DuplicateInstrumentError("BTC-USDT.BINANCE", "BTCUSDT"),
        "instrument BTC-USDT.BINANCE (native 'BTCUSDT') is already registered",
        Retry.NEVER,
    ),
    (
        errors.ScaleMismatchError("BTC-USDT.KRAKEN", "BTC", (8, 8), (10, 8)),
        (
            "scale of BTC-USDT.KRAKEN differs from that of asset BTC: "
            "expected 8 price and 8 size decimals, received 10 and 8"
        ),
        Retry.NEVER,
    ),
    (
        errors.DecodeError("kraken", "malformed", "expected `:` at byte 17"),
        "cannot decode kraken message: malformed: expected `:` at byte 17",
        Retry.RESYNC,
    ),
    (errors.NumberSyntaxError("1,5"), "not a decimal number: '1,5'", Retry.RESYNC),
    (
        errors.PrecisionError("0.123", 2),
        "number 0.123 does not fit 2 decimals exactly",
        Retry.RESYNC,
    ),
    (
        errors.NumberRangeError("1e30", 8),
        "number 1e30 is out of range at 8 decimals",
        Retry.RESYNC,
    ),
    (errors.SequenceGapError(8, 10), "sequence gap: expected 8, received 10", Retry.RESYNC),
    (errors.ChecksumError(1, 2), "checksum differs: expected 1, computed 2", Retry.RESYNC),
    (
        errors.MetadataError("kraken", "XXBTZUSD", "tick_size", "'-1'", "a positive number"),
        "kraken metadata of XXBTZUSD: tick_size is '-1', expected a positive number",
        Retry.NEVER,
    ),
    (
        errors.RecordingError("frames.tsv", 3, "two fields instead of three"),
        "recording frames.tsv:3: two fields instead of three",
        Retry.NEVER,
    ),
]
FAMILIES = {
    errors.CrossbookError,
    errors.DataError,
    errors.InstrumentError,
    errors.TransportError,
}
EACH = pytest.mark.parametrize(
    ("error", "text", "retry"), CASES, ids=[type(error).__name__ for error, _, _ in CASES]
)


def every_class(base: type[CrossbookError]) -> set[type[CrossbookError]]:
    """Return a class and all that derive from it."""
    return {base}.union(*(every_class(child) for child in base.__subclasses__()))


def test_each_class_has_a_case() -> None:
    ours = {kind for kind in every_class(CrossbookError) if kind.__module__ == errors.__name__}
    assert {type(error) for error, _, _ in CASES} == ours - FAMILIES


def test_each_class_is_exported_and_drawn() -> None:
    names = {kind.__name__ for kind in every_class(CrossbookError)} & set(vars(errors))
    assert names | {"Retry"} == set(errors.__all__)
    drawing = errors.__doc__ or ""
    assert [name for name in sorted(names) if name not in drawing] == []


@EACH
def test_the_message_is_made_from_the_fields(
    error: CrossbookError, text: str, retry: Retry
) -> None:
    assert str(error) == text


@EACH
def test_an_error_says_what_to_do_next(error: CrossbookError, text: str, retry: Retry) -> None:
    assert error.retry is retry


@EACH
def test_an_error_survives_pickling_and_copying(
    error: CrossbookError, text: str, retry: Retry
) -> None:
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error)
        assert twin.args == error.args
        assert vars(twin) == vars(error)
        assert str(twin) == text


def test_a_fault_of_a_whole_file_names_no_line() -> None:
    error = errors.RecordingError("frames.tsv", 0, "no such file")
    assert str(error) == "recording frames.tsv: no such file"


def test_a_fault_of_a_whole_list_names_no_symbol() -> None:
    error = errors.MetadataError("kraken", "", "document", "[]", "an object")
    assert str(error) == "kraken metadata: document is [], expected an object"
