"""Read recorded frames from standard input and print best prices as they change.

    python examples/best_prices.py kraken BTC/USDT < frames.tsv

Each line of the input is one event: receive time in nanoseconds, `C`, `S` or `R`, and the
payload, parted by TABs. The names are the venue's own symbols.
"""

import sys
from collections.abc import Iterable, Iterator

from crossbook import Book, BookState, Engine, venue


def best_prices(name: str, natives: Iterable[str], lines: Iterable[bytes]) -> Iterator[Book]:
    """Yield a book of the venue each time its best prices have changed."""
    engine = Engine()
    symbols = venue(name).symbols
    for native in natives:
        engine.add_instrument(symbols.instrument_from_native(native))
    feed = engine.open_feed(name)
    shown = {book: book.best() for book in engine}
    for line in lines:
        time_ns, direction, payload = line.rstrip(b"\n").split(b"\t", 2)
        if direction != b"R":
            continue
        feed.on_frame(payload, int(time_ns) if time_ns.isdigit() else 0)
        for book in engine:
            best = book.best()
            if best != shown[book] and book.state is BookState.LIVE:
                shown[book] = best
                yield book


def line_of(book: Book) -> str:
    """Return the best prices of a book for people."""
    sides = []
    for level in (book.best_bid, book.best_ask):
        price, size = level or (0, 0)
        sides.append(f"{book.price(price).normalize():f} x {book.size(size).normalize():f}")
    return f"{book.instrument.id}  {'  |  '.join(sides)}"


if __name__ == "__main__":
    for book in best_prices(sys.argv[1], sys.argv[2:], sys.stdin.buffer):
        print(line_of(book))
