"""Whatever happens at a venue and whoever comes and goes, each client has the venue's book."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossbook.sim.catalogue import question_listings
from crossbook.sim.desk import Quote
from crossbook.sim.desks import OPEN_DESKS
from tests.unit.sim.desks.floor import Floor, Phone, Reader

PATHS = {
    "coinbase": "/",
    "kalshi": "/trade-api/ws/v2",
    "kraken": "/v2",
    "okx": "/ws/v5/public",
    "polymarket": "/ws/market",
}
DEPTHS = {"kraken": 10}
"""Levels that a subscription is cut to; others are whole."""


def natives(quote: Quote) -> list[str]:
    if quote.question is None or quote.listing.venue == "kalshi":
        return [quote.listing.native]
    return [quote.question.token(name) for name in ("YES", "NO")]


def subscription(venue: str, names: list[str], number: int) -> dict[str, Any]:
    """Return the message that adds books to a connection; the first one has number 0."""
    if venue == "coinbase":
        return {"type": "subscribe", "channel": "level2", "product_ids": names}
    if venue == "kraken":
        return {"method": "subscribe", "params": {"channel": "book", "symbol": names}}
    if venue == "okx":
        args = [{"channel": "books", "instId": name} for name in names]
        return {"op": "subscribe", "args": args}
    if venue == "polymarket":
        kind = {"operation": "subscribe"} if number else {"type": "market"}
        return {**kind, "assets_ids": names}
    channels = {"channels": ["orderbook_delta"], "market_tickers": names}
    return {"id": number + 1, "cmd": "subscribe", "params": channels}


class Guest:
    """A client with an engine, which subscribes to one book after the other."""

    def __init__(self, floor: Floor) -> None:
        listings = [
            listing
            for quote in floor.quotes
            for listing in (
                question_listings(floor.venue, quote.question)
                if quote.question is not None
                else [quote.listing]
            )
        ]
        self.floor = floor
        self.reader = Reader(floor, PATHS[floor.venue], listings)
        self.held: list[Quote] = []

    def add(self, quote: Quote) -> None:
        if quote in self.held:
            return
        message = subscription(self.floor.venue, natives(quote), len(self.held))
        phone: Phone = self.reader.phone
        self.floor.desk.on_message(phone, json.dumps(message).encode(), self.floor.now_ns)
        self.held.append(quote)

    def check(self) -> None:
        self.reader.read()
        depth = DEPTHS.get(self.floor.venue)
        for quote in self.held:
            if quote.question is None:
                self.reader.expect(quote.listing.symbol, quote, depth)
                continue
            for listing in question_listings(self.floor.venue, quote.question):
                self.reader.expect(listing.symbol, quote, is_no=listing.outcome == "NO")


actions = st.lists(
    st.tuples(
        st.sampled_from(["come", "add", "add", "steps", "steps", "wait", "retick", "halt", "list"]),
        st.integers(0, 5),
    ),
    min_size=4,
    max_size=20,
)


@pytest.mark.parametrize("venue", PATHS)
@settings(max_examples=100)
@given(actions=actions, seed=st.integers(1, 50))
def test_each_client_has_the_book(venue: str, actions: list[tuple[str, int]], seed: int) -> None:
    floor = Floor(OPEN_DESKS[venue], books=2, venue=venue, seed=seed)
    guests = [Guest(floor)]
    guests[0].add(floor.quotes[0])
    for action, number in actions:
        quote = floor.quotes[number % 2]
        if action == "come":
            floor.wait(0.4)  # Some venues let in so many a second.
            guests.append(Guest(floor))
        elif action == "add":
            guests[number % len(guests)].add(quote)
        elif action == "steps":
            floor.run(4 * number + 1)
        elif action == "wait":
            floor.wait(0.03 * number)
        elif action == "retick":
            floor.retick(number % 2, 10 if number > 2 else 1)
        elif action == "halt":
            floor.desk.on_status(floor.world.halt(venue, quote.listing.native), floor.now_ns)
        elif len(floor.world.quotes[venue]) < 4:
            floor.desk.on_listing(floor.world.enlist(venue), floor.now_ns)
    floor.wait(0.3)
    for guest in guests:
        guest.check()
        guest.reader.proofs()
