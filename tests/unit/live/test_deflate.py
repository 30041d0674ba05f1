import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.live.deflate import Inflater, UnknownExtensionError

_TAIL = b"\x00\x00\xff\xff"


class Deflater:
    """The venue's side."""

    def __init__(self, bits: int = 15, *, takes_over: bool = True) -> None:
        self._bits = bits
        self._takes_over = takes_over
        self._stream = self._new()

    def _new(self) -> "zlib._Compress":
        return zlib.compressobj(wbits=-self._bits)

    def deflate(self, message: bytes) -> bytes:
        if not self._takes_over:
            self._stream = self._new()
        packed = self._stream.compress(message) + self._stream.flush(zlib.Z_SYNC_FLUSH)
        assert packed.endswith(_TAIL)
        return packed[:-4]


@pytest.mark.parametrize(
    ("chosen", "deflater"),
    [
        ("permessage-deflate", Deflater()),
        ("permessage-deflate; client_no_context_takeover", Deflater()),
        ("Permessage-Deflate; server_no_context_takeover", Deflater(takes_over=False)),
        ('permessage-deflate; server_max_window_bits="10"', Deflater(10)),
        ("permessage-deflate; client_max_window_bits=12", Deflater()),
    ],
)
def test_messages_come_out_as_they_went_in(chosen: str, deflater: Deflater) -> None:
    inflater = Inflater(chosen, 1_000_000)
    for number in range(20):
        message = b'{"stream":"btcusdt@depth","number":%d}' % number * 50
        assert inflater.inflate(deflater.deflate(message)) == message


@pytest.mark.parametrize(
    "chosen",
    [
        "x-webkit-deflate-frame",
        "permessage-deflate; server_max_window_bits=99",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; level=9",
        "permessage-deflate, permessage-deflate",
    ],
)
def test_what_was_not_offered_is_refused(chosen: str) -> None:
    with pytest.raises(UnknownExtensionError):
        Inflater(chosen, 1_000)


def test_a_small_frame_cannot_become_a_huge_message() -> None:
    bomb = Deflater().deflate(b"0" * 1_000_001)
    assert len(bomb) < 2_000
    assert Inflater("permessage-deflate", 1_000_000).inflate(bomb) is None
    assert Inflater("permessage-deflate", 1_000_001).inflate(bomb) == b"0" * 1_000_001


def test_a_stream_may_end_with_each_message() -> None:
    inflater = Inflater("permessage-deflate", 1_000)
    for message in (b"first", b"second"):
        stream = zlib.compressobj(wbits=-15)
        assert inflater.inflate(stream.compress(message) + stream.flush()) == message


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_no_compressed_data(payload: bytes) -> None:
    inflater = Inflater("permessage-deflate", 1_000)
    try:
        message = inflater.inflate(payload)
    except zlib.error:
        return
    assert message is None or len(message) <= 1_000
