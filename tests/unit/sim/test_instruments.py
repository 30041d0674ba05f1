"""What the simulation lists, as an engine registers it."""

from decimal import Decimal

from crossbook.model import AssetKey, FeeCurve, Kind, Outcome, Scale
from crossbook.sim import SimulatedSession, listed_instrument

LISTED = {
    listing.instrument_id: listed_instrument(listing) for listing in SimulatedSession(1).metadata()
}


def test_every_instrument_has_the_id_of_its_listing() -> None:
    assert [str(instrument.id) for instrument in LISTED.values()] == list(LISTED)


def test_a_pair_has_the_rules_and_the_fee_of_its_listing() -> None:
    pair = LISTED["BTC-USDT.BINANCE"]
    assert (pair.native, pair.kind, pair.outcome) == ("BTCUSDT", Kind.SPOT, None)
    assert (pair.tick, pair.lot) == (Decimal("0.01"), Decimal("0.00001"))
    assert (pair.min_size, pair.min_notional) == (Decimal("0.00001"), Decimal(5))
    assert (pair.fee.taker_ppm, pair.fee.curve) == (1_000, FeeCurve.PROPORTIONAL)
    # The listing does not say how the venue rounds; the venue's own rule holds.
    assert pair.fee.rounding_decimals == 8


def test_the_sides_of_a_question_share_asset_and_scale_across_venues() -> None:
    sides = [i for i in LISTED.values() if i.asset == AssetKey("nyc-rain-2026-12-24", "rain", "NO")]
    assert [side.venue for side in sides] == ["polymarket", "kalshi"]
    for side in sides:
        assert (side.kind, side.outcome) == (Kind.OUTCOME, Outcome.NO)
        assert (side.scale, side.fee.curve) == (Scale(6, 6), FeeCurve.QUADRATIC)
        assert side.min_notional is None
    assert [side.fee.taker_ppm for side in sides] == [40_000, 70_000]
