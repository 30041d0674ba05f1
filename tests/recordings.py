"""Where the recorded sessions of real venues are: beside the repository, never in it."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

RECORDINGS = Path(os.environ.get("CROSSBOOK_RECORDINGS") or ROOT.parent / "shared" / "data")
"""The folder; it may be absent."""

REQUIRED = os.environ.get("CROSSBOOK_REQUIRE_RECORDINGS", "") not in {"", "0"}
"""Whether its absence is a failure rather than a reason to skip."""
