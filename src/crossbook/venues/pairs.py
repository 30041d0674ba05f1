"""Pairs of currencies, where a venue writes them as one word or nothing else is known."""

from collections.abc import Callable

from crossbook.errors import SymbolError
from crossbook.model import AssetKey, FeeSchedule, Instrument, Kind, Scale
from crossbook.model.identifiers import canonical_symbol
from crossbook.model.scale import UNKNOWN_SCALE

__all__ = ["bare_spot", "split_at", "split_word"]


def split_word(native: str, quotes: str) -> tuple[str, str]:
    """Return base and quote of a symbol such as `BTCUSDT`, by the longest quote that fits.

    Args:
        native: the symbol.
        quotes: the currencies in which the venue quotes, parted by blanks.

    Raises:
        SymbolError: it ends with none of them.

    Examples:
        >>> split_word("BTCTUSD", "USD TUSD")
        ('BTC', 'TUSD')
    """
    fitting = [quote for quote in quotes.split() if native.endswith(quote) and native != quote]
    if not fitting:
        raise SymbolError(native, "it ends with no known quote currency")
    quote = max(fitting, key=len)
    return native.removesuffix(quote), quote


def split_at(native: str, separator: str) -> tuple[str, str]:
    """Return base and quote of a symbol such as `BTC_USDT`.

    Raises:
        SymbolError: it has not two parts.

    Examples:
        >>> split_at("BTC_USDT", "_")
        ('BTC', 'USDT')
    """
    base, _, quote = native.partition(separator)
    if not base or not quote or separator in quote:
        raise SymbolError(native, f"expected BASE{separator}QUOTE")
    return base, quote


def bare_spot(
    venue: str,
    native: str,
    split: Callable[[str], tuple[str, str]],
    fee: FeeSchedule,
    price_decimals: int | None,
    size_decimals: int | None,
) -> Instrument:
    """Return a spot instrument of which only the name is known.

    Args:
        venue: lower-case id.
        native: the venue's symbol.
        split: parts a native symbol; where it cannot, the native symbol is the name, because a
            book of unknown currencies is still a book.
        fee: the venue's default.
        price_decimals: storage scale of prices; `None`: `UNKNOWN_SCALE`.
        size_decimals: the same of sizes.

    Raises:
        SymbolError: the native symbol is no symbol.
    """
    try:
        base, quote = split(native)
        symbol = canonical_symbol(f"{base}-{quote}")
    except SymbolError:
        symbol = canonical_symbol(native)
        base, quote = symbol, ""
    scale = Scale(
        UNKNOWN_SCALE.price_decimals if price_decimals is None else price_decimals,
        UNKNOWN_SCALE.size_decimals if size_decimals is None else size_decimals,
    )
    return Instrument(
        symbol=symbol,
        venue=venue,
        native=native,
        kind=Kind.SPOT,
        base=base,
        quote=quote,
        asset=AssetKey.of_pair(symbol, base),
        scale=scale,
        fee=fee,
    )
