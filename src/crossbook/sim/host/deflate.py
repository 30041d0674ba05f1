"""permessage-deflate (RFC 7692), as a venue that compresses speaks it."""

import zlib
from typing import Final

__all__ = ["CHOICE", "MessageTooBigError", "deflated", "inflated", "is_offered"]

CHOICE: Final = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
"""What is chosen: every message stands alone, so that a lost one does not spoil the next."""

_TAIL: Final = b"\x00\x00\xff\xff"
_WINDOW_BITS: Final = -15
_LEVEL: Final = 1


class MessageTooBigError(ValueError):
    """A message is longer, inflated, than is taken."""


def is_offered(offers: str) -> bool:
    """Return whether a client's `Sec-WebSocket-Extensions` holds what can be chosen.

    Examples:
        >>> is_offered("permessage-deflate; client_max_window_bits")
        True
        >>> is_offered("permessage-deflate; server_max_window_bits=10")
        False
    """
    for offer in offers.split(","):
        name, *parameters = (part.strip().lower() for part in offer.split(";"))
        # A smaller window is a wish that would have to be granted.
        is_narrow = any(part.startswith("server_max_window_bits") for part in parameters)
        if name == "permessage-deflate" and not is_narrow:
            return True
    return False


def deflated(payload: bytes) -> bytes:
    """Return a message as it travels.

    Examples:
        >>> inflated(deflated(b"a book" * 20), 1_000) == b"a book" * 20
        True
    """
    stream = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW_BITS)
    return (stream.compress(payload) + stream.flush(zlib.Z_SYNC_FLUSH)).removesuffix(_TAIL)


def inflated(payload: bytes, bytes_max: int) -> bytes:
    """Return the message that travelled.

    Raises:
        zlib.error: it is not compressed data.
        MessageTooBigError: it is longer than `bytes_max`.
    """
    stream = zlib.decompressobj(_WINDOW_BITS)
    message = stream.decompress(payload + _TAIL, bytes_max + 1)
    if len(message) > bytes_max:
        raise MessageTooBigError(len(message))
    return message
