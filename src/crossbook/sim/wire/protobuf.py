"""Protocol Buffers, as far as a venue needs them to write: strings, integers, messages.

Source: protobuf.dev, "Encoding". As proto3 has it, what is empty or zero is left out.
"""

__all__ = ["integer", "message", "text"]


def text(number: int, value: str) -> bytes:
    """Return a string field.

    Examples:
        >>> text(2, "testing").hex()
        '120774657374696e67'
    """
    return message(number, value.encode()) if value else b""


def integer(number: int, value: int) -> bytes:
    """Return an integer field; the value is not negative.

    Examples:
        >>> integer(1, 150).hex(), integer(1, 0)
        ('089601', b'')
    """
    return _varint(number << 3) + _varint(value) if value else b""


def message(number: int, body: bytes) -> bytes:
    """Return a field that holds a message; it is there even if that is empty.

    Examples:
        >>> message(3, integer(1, 150)).hex()
        '1a03089601'
    """
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _varint(value: int) -> bytes:
    if value < 0x80:
        return bytes((value,))
    digits = bytearray()
    while value >= 0x80:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    digits.append(value)
    return bytes(digits)
