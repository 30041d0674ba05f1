"""`Book.best` after each change: it keeps what it handed out, so nothing old may show."""

from hypothesis import given
from hypothesis import strategies as st

from crossbook import Book, Engine, venue

_MARKETS = ("BTC-USD", "ETH-USD")

_CHANGES = st.lists(
    st.tuples(
        st.sampled_from(_MARKETS),
        st.sampled_from(["buy", "sell"]),
        st.integers(1, 3),
        st.integers(0, 2),
    ),
    max_size=40,
)


def _read(book: Book) -> tuple[int, int, int, int] | None:
    """Return the same from the two properties, which keep nothing."""
    bid, ask = book.best_bid, book.best_ask
    return None if bid is None or ask is None else (*bid, *ask)


@given(_CHANGES)
def test_best_is_that_of_both_sides_now(changes: list[tuple[str, str, int, int]]) -> None:
    engine = Engine()
    build = venue("coinbase").symbols.instrument_from_native
    books = {native: engine.add_instrument(build(native)) for native in _MARKETS}
    feed = engine.open_feed("coinbase")
    for native in _MARKETS:
        base = f'{{"type":"snapshot","product_id":"{native}","bids":[],"asks":[]}}'
        feed.on_frame(base.encode(), 1)
    for native, side, place, size in changes:
        price = place if side == "buy" else 10 - place
        frame = (
            f'{{"type":"l2update","product_id":"{native}","changes":[["{side}","{price}","{size}"]]'
            ',"time":"2021-04-17T16:43:37.129278Z"}'
        )
        feed.on_frame(frame.encode(), 2)
        for book in books.values():
            assert book.best() == _read(book)


def test_best_is_handed_out_again_while_it_holds() -> None:
    engine = Engine()
    book = engine.add_instrument(venue("coinbase").symbols.instrument_from_native("BTC-USD"))
    assert book.best() is None
    feed = engine.open_feed("coinbase")
    base = b'{"type":"snapshot","product_id":"BTC-USD","bids":[["1","7"]],"asks":[["3","5"]]}'
    feed.on_frame(base, 1)
    first = book.best()
    assert first is not None
    assert book.best() is first
