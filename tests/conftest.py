"""What all tests share: where the recordings are, and how long hypothesis may look."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.recordings import RECORDINGS, REQUIRED

# A machine under load is slow: a deadline for one example would fail at random,
# so the number of examples bounds the time, and pytest's timeout the rest.
settings.register_profile(
    "dev", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
# The same examples each time: a failure in CI is one that everybody can repeat.
settings.register_profile("ci", settings.get_profile("dev"), derandomize=True, database=None)
settings.register_profile("long", settings.get_profile("dev"), max_examples=10_000)
settings.load_profile(os.environ.get("CROSSBOOK_HYPOTHESIS") or "dev")


_RECURSION_LIMIT = sys.getrecursionlimit()


@pytest.fixture(autouse=True)
def usual_recursion_limit() -> None:
    """Undo what a third-party client does on import.

    py-clob-client brings py_ecc, which allows a hundred times as many nested calls as the stack
    of the machine holds: a parser that goes by the limit would then crash instead of refusing.
    """
    sys.setrecursionlimit(_RECURSION_LIMIT)


def pytest_report_header() -> list[str]:
    """Say where the recordings are looked for."""
    state = "found" if RECORDINGS.is_dir() else "missing"
    demand = "required" if REQUIRED else "optional"
    return [f"recordings: {RECORDINGS} ({state}, {demand})"]


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Return the folder of the recorded sessions; skip the test where there is none."""
    if not RECORDINGS.is_dir():
        reason = f"no recordings at {RECORDINGS}: set CROSSBOOK_RECORDINGS"
        if REQUIRED:
            pytest.fail(f"{reason} (CROSSBOOK_REQUIRE_RECORDINGS is set)", pytrace=False)
        pytest.skip(reason)
    return RECORDINGS
