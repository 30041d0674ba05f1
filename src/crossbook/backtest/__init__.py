"""Recorded frames played again, through the same engine as live ones."""

from crossbook.backtest.inputs import Inputs, SnapshotChoice, gather
from crossbook.backtest.replay import Replay, replay
from crossbook.backtest.report import ReplayReport

__all__ = ["Inputs", "Replay", "ReplayReport", "SnapshotChoice", "gather", "replay"]
