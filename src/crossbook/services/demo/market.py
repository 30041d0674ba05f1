"""The demo's market: what the simulated venues trade, and what goes wrong with them."""

from collections.abc import Iterable, Mapping

from crossbook.model import AssetKey, Instrument
from crossbook.services.feed import EVERYTHING
from crossbook.services.settings import BudgetConfig, Settings, VenuesConfig
from crossbook.sim.chaos.plan import Disconnect, Drop, Plan
from crossbook.sim.listing import Listing
from crossbook.sim.world import World
from crossbook.venues.registry import VENUES

__all__ = ["asset_of", "settings_for", "titles", "trouble"]


def settings_for(urls: Mapping[str, Mapping[str, str]]) -> Settings:
    """Return settings that watch everything on simulated venues.

    Args:
        urls: the addresses of each venue, as the simulator prints them.
    """
    sections = {
        name: VENUES[name].config(
            instruments=(EVERYTHING,),
            ws_url=places["ws"],
            rest_url=places["rest"],
            rest_hosts={key: url for key, url in places.items() if key not in ("rest", "ws")},
            audit_every_s=1.0,
        )
        for name, places in urls.items()
    }
    # Nobody else asks these venues.
    return Settings(venues=VenuesConfig(**sections), budget=BudgetConfig(url="memory://"))


def asset_of(world: World, instrument: Instrument) -> AssetKey:
    """Return what an instrument is on every venue: the simulator knows which questions are one."""
    listing, is_mirror = _listing(world, instrument)
    if instrument.outcome is None:
        return instrument.asset
    return AssetKey(listing.aggregate_id, listing.market_id, "NO" if is_mirror else "YES")


def titles(world: World, instruments: Mapping[AssetKey, Instrument]) -> dict[AssetKey, str]:
    """Return the names of assets for people."""
    names = {}
    for asset, instrument in instruments.items():
        listing, _ = _listing(world, instrument)
        is_question = instrument.outcome is not None
        names[asset] = f"{asset.asset_id}: {listing.title}" if is_question else listing.title
    return names


def trouble(seconds: float, venues: Iterable[str] | None = None) -> Plan:
    """Return what goes wrong in a demo of that length: it is over before the demo is.

    Args:
        seconds: how long the market is open.
        venues: who takes part; `None`: all.
    """
    faults = (
        Disconnect(venue="kraken", begin_s=seconds * 0.3, duration_s=0.0),
        Drop(venue="binance", begin_s=seconds * 0.4, duration_s=seconds * 0.05, share=0.2),
        Disconnect(venue="polymarket", begin_s=seconds * 0.5, duration_s=0.0, code=1001),
    )
    present = None if venues is None else set(venues)
    return Plan(faults=tuple(f for f in faults if present is None or f.venue in present))


def _listing(world: World, instrument: Instrument) -> tuple[Listing, bool]:
    outcome = instrument.outcome.name if instrument.outcome else ""
    quote, is_mirror = world.find(instrument.venue, instrument.native, outcome)
    return quote.listing, is_mirror
