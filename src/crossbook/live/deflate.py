"""permessage-deflate (RFC 7692): what venues that compress their frames send."""

import zlib

__all__ = ["OFFER", "Inflater", "UnknownExtensionError"]

OFFER = "permessage-deflate; client_no_context_takeover; client_max_window_bits"
"""What we ask for. Our own frames are short and go uncompressed, which the standard allows."""

_TAIL = b"\x00\x00\xff\xff"


class UnknownExtensionError(ValueError):
    """The venue chose an extension that was not offered."""


class Inflater:
    """Inflates the messages of one connection.

    Args:
        chosen: the venue's `Sec-WebSocket-Extensions`.
        bytes_max: longest message.

    Raises:
        UnknownExtensionError: it is not `permessage-deflate` with known parameters.
    """

    __slots__ = ("_bits", "_bytes_max", "_is_fresh_each_time", "_stream")

    def __init__(self, chosen: str, bytes_max: int) -> None:
        name, *parameters = (part.strip().lower() for part in chosen.split(";"))
        if name != "permessage-deflate":
            raise UnknownExtensionError(chosen)
        self._bits = 15
        self._is_fresh_each_time = False
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            self._choose(key.strip(), value.strip().strip('"'), chosen)
        self._bytes_max = bytes_max
        self._stream = zlib.decompressobj(-self._bits)

    def _choose(self, key: str, value: str, chosen: str) -> None:
        if key == "server_no_context_takeover":
            self._is_fresh_each_time = True
        elif key == "server_max_window_bits" and value.isdigit() and 8 <= int(value) <= 15:
            # zlib cannot inflate with a window of 256 bytes; a larger one reads it as well.
            self._bits = max(9, int(value))
        elif key not in ("client_no_context_takeover", "client_max_window_bits"):
            raise UnknownExtensionError(chosen)

    def inflate(self, payload: bytes) -> bytes | None:
        """Return a whole message's bytes; `None`: they are too many.

        Raises:
            zlib.error: the payload is not compressed data.
        """
        if self._is_fresh_each_time or self._stream.eof:
            self._stream = zlib.decompressobj(-self._bits)
        message = self._stream.decompress(payload + _TAIL, self._bytes_max + 1)
        return None if len(message) > self._bytes_max else message
