"""MEXC's pushes, byte for byte where it matters."""

from crossbook.sim.candles import Candle
from crossbook.sim.market import Trade
from crossbook.sim.wire import mexc
from crossbook.sim.wire.scale import Scale

SCALE = Scale(2, 8)
EVENT = "spot@public.aggre.depth.v3.api.pb@100ms"


def test_a_diff_is_written_as_its_message_says() -> None:
    body = mexc.aggre_depths(
        "e", versions=(7, 9), sides=([(9999, 0)], [(10001, 150_000_000)]), scale=SCALE
    )
    assert body == (
        b"\n\x0d\n\x06100.01\x12\x031.5"  # asks
        b"\x12\x0a\n\x0599.99\x12\x010"  # bids
        b"\x1a\x01e\x22\x017\x2a\x019"
    )


def test_a_push_wraps_its_message() -> None:
    frame = mexc.push("c", "BTCUSDT", b"x", number=313, sent_ns=300_000_000)
    # Field 313, of length 1, has the tag 0x9CA.
    assert frame == b"\n\x01c\x1a\x07BTCUSDT\x30\xac\x02\xca\x13\x01x"


def test_deals_name_the_taker() -> None:
    deals = [(5_000_000, 8, Trade(100, 2, True, 1)), (5_000_000, 9, Trade(100, 2, False, 2))]
    body = mexc.aggre_deals("e", deals, scale=Scale(0, 0))
    assert body == (
        b"\n\x0f\n\x03100\x12\x012\x18\x01\x20\x05\x2a\x018"
        b"\n\x0f\n\x03100\x12\x012\x18\x02\x20\x05\x2a\x019\x12\x01e"
    )


def test_best_prices_come_with_their_version_or_as_a_list() -> None:
    best = mexc.Best((1, 2), (3, 4))
    assert mexc.aggre_book_ticker(best, version=5, scale=Scale(0, 0)) == (
        b"\n\x011\x12\x012\x1a\x013\x22\x014\x2a\x015"
    )
    assert mexc.book_ticker_batch(best, scale=Scale(0, 0)) == (
        b"\n\x0c\n\x011\x12\x012\x1a\x013\x22\x014"
    )


def test_a_candle_has_its_times_in_seconds() -> None:
    candle = Candle(60 * 10**9, 1, 4, 1, 2, 5, 10, 3)
    body = mexc.spot_kline("Min1", candle, span_ns=60 * 10**9, scale=Scale(0, 0))
    assert body == (
        b"\n\x04Min1\x10\x3c\x1a\x011\x22\x012\x2a\x014\x32\x011\x3a\x015\x42\x0210\x48\x78"
    )
