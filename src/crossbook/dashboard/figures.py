"""Numbers as people read them, in few columns."""

from decimal import Decimal

__all__ = ["compact", "duration", "money", "price_text"]

_UNITS = ((Decimal(10) ** 9, "G"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))


def compact(value: Decimal | int) -> str:
    """Return a number that is not negative in at most five characters.

    Examples:
        >>> [compact(Decimal(text)) for text in ("0.51234", "1.5", "42", "999.96", "0.0001")]
        ['0.512', '1.500', '42.00', '1000', '<.001']
        >>> [compact(number) for number in (0, 9_999, 12_345, 123_456, 1_234_567)]
        ['0', '9999', '12.3k', '123k', '1.23M']
    """
    value = Decimal(value)
    if not value:
        return "0"
    if value < Decimal("0.001"):
        return "<.001"
    if value < Decimal("999.95"):
        return _digits(value, 4)
    if value < Decimal("9999.5"):
        return f"{value:.0f}"
    for unit, letter in _UNITS[::-1]:
        # Rounding must not make four digits of it.
        if value < unit * Decimal("999.5"):
            return _digits(value / unit, 3) + letter
    return f"{value:.0e}"


def money(value: Decimal) -> str:
    """Return an amount with its sign and two decimals: `+1,091.06`.

    Examples:
        >>> money(Decimal("1091.055")), money(Decimal("-0.004"))
        ('+1,091.06', '-0.00')
    """
    return f"{value:+,.2f}"


def price_text(price: Decimal, decimals: int) -> str:
    """Return a price with that many decimals.

    Examples:
        >>> price_text(Decimal("61837.5"), 2)
        '61,837.50'
    """
    return f"{price:,.{decimals}f}"


def duration(duration_ns: int) -> str:
    """Return a time span in two or three digits.

    Examples:
        >>> [duration(ns) for ns in (400_000, 12_300_000, 1_250_000_000, 83_000_000_000)]
        ['0.4 ms', '12 ms', '1.2 s', '83 s']
    """
    if duration_ns < 10_000_000:
        return f"{duration_ns / 1e6:.1f} ms"
    if duration_ns < 1_000_000_000:
        return f"{duration_ns / 1e6:.0f} ms"
    if duration_ns < 10_000_000_000:
        return f"{duration_ns / 1e9:.1f} s"
    return f"{duration_ns / 1e9:.0f} s"


def _digits(value: Decimal, digits: int) -> str:
    """Return a number below 1000 with so many digits in all."""
    whole = len(str(int(value)))
    text = f"{value:.{max(0, digits - whole)}f}"
    # 9.9996 becomes 10.000: a digit more than was asked for.
    return text if len(text) <= digits + 1 else text[: digits + 1].rstrip(".")
