"""Questions with a YES and a NO, and the two markets that list them."""

import hashlib
from typing import Final

import msgspec

from crossbook.sim.listing import Listing
from crossbook.sim.terms import Terms


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One binary question that both prediction markets list."""

    aggregate_id: str
    market_id: str
    title: str
    ticker: str
    """Kalshi's market ticker."""
    start: int
    """First fair probability, in millionths."""

    @property
    def condition(self) -> str:
        """Polymarket's condition id."""
        return "0x" + self._digest("condition").hex()

    def token(self, outcome: str) -> str:
        """Return Polymarket's token id of an outcome, `YES` or `NO`."""
        return str(int.from_bytes(self._digest(outcome), "big"))

    @property
    def kalshi_id(self) -> str:
        """Kalshi's `market_id`: a UUID."""
        text = self._digest("kalshi").hex()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"

    def _digest(self, part: str) -> bytes:
        return hashlib.sha256(f"{self.aggregate_id}/{self.market_id}/{part}".encode()).digest()


QUESTIONS: Final = (
    Question(
        aggregate_id="fed-december-2026",
        market_id="cut-25",
        title="Will the Federal Reserve cut its rate by 25 basis points in December 2026?",
        ticker="KXFEDDECISION-26DEC-C25",
        start=622_000,
    ),
    Question(
        aggregate_id="btc-year-end-2026",
        market_id="above-100000",
        title="Will Bitcoin stand above $100,000 at the end of 2026?",
        ticker="KXBTCY-26DEC31-T100000",
        start=313_000,
    ),
    Question(
        aggregate_id="nyc-rain-2026-12-24",
        market_id="rain",
        title="Will it rain in New York City on December 24, 2026?",
        ticker="KXRAINNYC-26DEC24-T0",
        # Near the price at which Polymarket changes its tick.
        start=952_000,
    ),
)

_MORE: Final = (
    ("Will it snow in Chicago on day {} of 2027?", "snow-chicago", "KXSNOWCHI-27D{}"),
    ("Will gold close higher on day {} of 2027?", "gold-up", "KXGOLDUP-27D{}"),
    ("Will more than {} thousand flights be late in 2027?", "late-flights", "KXFLIGHTS-27-T{}"),
)


def question(number: int) -> Question:
    """Return the question of a number, from 0: the fixed ones first, then as many as are wanted.

    Examples:
        >>> question(0) == QUESTIONS[0], question(7).ticker
        (True, 'KXGOLDUP-27D7')
    """
    if number < len(QUESTIONS):
        return QUESTIONS[number]
    title, slug, ticker = _MORE[number % len(_MORE)]
    return Question(
        aggregate_id=f"{slug}-{number}",
        market_id=f"{slug}-{number}",
        title=title.format(number),
        ticker=ticker.format(number),
        # Spread over the range by steps that have no common divisor with its length.
        start=100_000 + number * 137_911 % 800_000,
    )


_POLYMARKET_RATE_PPM: Final = 40_000
_KALSHI_RATE_PPM: Final = 70_000
_STORAGE_DECIMALS: Final = 6


def question_terms(venue: str, question: Question) -> Terms:
    """Return how a prediction market quotes the YES of a question."""
    polymarket = venue == "polymarket"
    return Terms(
        asset=f"{question.aggregate_id}/{question.market_id}",
        start=question.start,
        step=700,
        low=30_000,
        high=970_000,
        # Polymarket's finer tick is 0.001; it starts on 0.01.
        price_decimals=3 if polymarket else 2,
        size_decimals=2,
        tick=10 if polymarket else 1,
        price_min=10 if polymarket else 1,
        price_max=990 if polymarket else 99,
        # Kalshi's makers quote whole contracts, Polymarket's any hundredth.
        size_step=1 if polymarket else 100,
        size_typical=120_000 if polymarket else 1_500,
        half_spread=6_000,
        gap=1,
        levels=30 if polymarket else 24,
        lag_ns=20_000_000 if polymarket else 120_000_000,
        shock_min=10_000,
        shock_max=70_000,
    )


def question_listings(venue: str, question: Question) -> tuple[Listing, Listing]:
    """Return what a prediction market's metadata says of YES and of NO."""
    yes, no = (_listing(venue, question, outcome) for outcome in ("YES", "NO"))
    return yes, no


def _listing(venue: str, question: Question, outcome: str) -> Listing:
    polymarket = venue == "polymarket"
    native = question.token(outcome) if polymarket else question.ticker
    return Listing(
        symbol=native if polymarket else f"{native}-{outcome}",
        venue=venue,
        native=native,
        outcome="YES" if outcome == "YES" else "NO",
        base=outcome,
        quote="USD",
        tick="0.01",
        lot="0.01",
        min_size="5" if polymarket else "0.01",
        min_notional="0",
        taker_ppm=_POLYMARKET_RATE_PPM if polymarket else _KALSHI_RATE_PPM,
        fee_curve="p_one_minus_p",
        price_decimals=_STORAGE_DECIMALS,
        size_decimals=_STORAGE_DECIMALS,
        aggregate_id=question.aggregate_id,
        market_id=question.market_id,
        asset_id=outcome,
        title=question.title,
    )
