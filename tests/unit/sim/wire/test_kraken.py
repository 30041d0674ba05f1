import json
import zlib

from crossbook.sim.wire import kraken
from crossbook.sim.wire.scale import Scale
from crossbook.sim.wire.totals import Totals

# The example of "Calculate Book Checksum v2".
ASKS = [
    ("45285.2", "0.00100000"),
    ("45286.4", "1.54571953"),
    ("45286.6", "1.54571109"),
    ("45289.6", "1.54560911"),
    ("45290.2", "0.15890660"),
    ("45291.8", "1.54553491"),
    ("45294.7", "0.04454749"),
    ("45296.1", "0.35380000"),
    ("45297.5", "0.09945542"),
    ("45299.5", "0.18772827"),
]
BIDS = [
    ("45283.5", "0.10000000"),
    ("45283.4", "1.54582015"),
    ("45282.1", "0.10000000"),
    ("45281.0", "0.10000000"),
    ("45280.3", "1.54592586"),
    ("45279.0", "0.07990000"),
    ("45277.6", "0.03310103"),
    ("45277.5", "0.30000000"),
    ("45277.3", "1.54602737"),
    ("45276.6", "0.15445238"),
]


def units(rows: list[tuple[str, str]]) -> list[tuple[int, int]]:
    return [(int(price.replace(".", "")), int(size.replace(".", ""))) for price, size in rows]


def test_the_documented_book_has_the_documented_checksum() -> None:
    assert kraken.checksum(kraken.digits(units(ASKS)), kraken.digits(units(BIDS))) == 3310070434


def test_the_eleventh_level_is_not_covered() -> None:
    deeper = [*units(ASKS), (453000, 7)]
    assert kraken.digits(deeper) == kraken.digits(units(ASKS))


def test_a_short_side_is_covered_as_far_as_it_goes() -> None:
    assert kraken.checksum(kraken.digits([(5, 7)]), "") == zlib.crc32(b"57")


def test_a_book_is_written_as_the_venue_writes_it() -> None:
    frame = kraken.book(
        "BTC/USD",
        kind="update",
        sides=([(645240, 0), (645212, 200000)], []),
        crc=3906264065,
        ts_ns=1_784_483_679_799_885_000,
        scale=Scale(1, 8),
    )
    assert frame == (
        b'{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":['
        b'{"price":64524.0,"qty":0.00000000},{"price":64521.2,"qty":0.00200000}],"asks":[],'
        b'"checksum":3906264065,"timestamp":"2026-07-19T17:54:39.799885Z"}]}'
    )


def test_a_falling_price_has_a_negative_change() -> None:
    totals = Totals(
        last=990, low=980, high=1000, volume=5, vwap=991, change=-10, change_ppm=-10_150
    )
    frame = kraken.ticker(
        "A/B", kind="update", ts_ns=0, totals=totals, top=((1, 2), (3, 4)), scale=Scale(2, 1)
    )
    row = json.loads(frame, parse_float=str)["data"][0]
    assert (row["change"], row["change_pct"], row["vwap"]) == ("-0.10", "-1.01", "9.91")
