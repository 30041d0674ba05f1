"""The demo: simulated venues, in process, through the engine that live venues go through."""

from crossbook.services.demo.latency import Latency
from crossbook.services.demo.opportunity_log import OpportunityLog, Sighting
from crossbook.services.demo.pace import Pace, RealTime, Sprint
from crossbook.services.demo.play import TICK_NS, play
from crossbook.services.demo.run import DemoRun
from crossbook.services.demo.summary import Best, Summary, summarise
from crossbook.services.demo.venue_summary import VenueSummary, summarise_venue

__all__ = [
    "TICK_NS",
    "Best",
    "DemoRun",
    "Latency",
    "OpportunityLog",
    "Pace",
    "RealTime",
    "Sighting",
    "Sprint",
    "Summary",
    "VenueSummary",
    "play",
    "summarise",
    "summarise_venue",
]
