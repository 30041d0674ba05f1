"""Whatever a venue's REST answers, it is judged: nothing but errors of this package comes of it."""

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.errors import CrossbookError, MetadataError
from crossbook.venues.base import Capability
from crossbook.venues.registry import VENUES

WORDS = ["code", "msg", "error", "message", "retCode", "label", "sCode", "details", "cursor"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*WORDS, "next_cursor", "result", "data"]), inner)
    ),
    max_leaves=8,
)
BODIES = st.binary(max_size=80) | VALUES.map(msgspec.json.encode)
NAMES = ["retry-after", "x-mbx-used-weight-1m", "x-gate-ratelimit-limit", "x-bapi-limit"]
HEADERS = st.dictionaries(
    st.sampled_from(NAMES) | st.text(max_size=9), st.text(max_size=9) | st.integers().map(str)
)
EACH = pytest.mark.parametrize("name", VENUES)


@EACH
@given(status=st.integers(200, 599), headers=HEADERS, body=BODIES)
def test_any_answer_is_judged(name: str, status: int, headers: dict[str, str], body: bytes) -> None:
    rest = VENUES[name].rest
    found = rest.failure(status, headers, body)
    assert found is None or isinstance(found, CrossbookError)
    assert all(usage.used >= 0 for usage in rest.usage(headers))


@EACH
@given(body=BODIES)
def test_any_answer_is_read_or_refused(name: str, body: bytes) -> None:
    venue = VENUES[name]
    with suppress(MetadataError):
        venue.rest.next_page(body)
    if Capability.TIME in venue.capabilities:
        with suppress(MetadataError):
            assert isinstance(venue.rest.read_time(body), int)
    with suppress(MetadataError):
        venue.symbols.instruments(body)
