"""One number for all events."""

import hashlib

from crossbook.books import EventBatch, EventDigest

RECORDS = bytes(range(160)) + bytes(80)


def test_the_digest_is_sha256_over_all_records() -> None:
    digest = EventDigest()
    digest.update(EventBatch(RECORDS))
    assert digest.hex() == hashlib.sha256(RECORDS).hexdigest()
    assert digest.events == 3


def test_the_cut_into_batches_makes_no_difference() -> None:
    whole, parts = EventDigest(), EventDigest()
    whole.update(EventBatch(RECORDS))
    for start in range(0, len(RECORDS), 80):
        parts.update(EventBatch(RECORDS[start : start + 80]))
        parts.update(EventBatch(b""))
    assert (parts.hex(), parts.events) == (whole.hex(), whole.events)
