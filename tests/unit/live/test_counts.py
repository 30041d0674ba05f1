from crossbook.live.counts import VenueCounts, add


def test_a_copy_does_not_go_on_counting() -> None:
    counts = VenueCounts(connects=1, closes={1006: 2})
    add(counts.connect_failures, "refused")
    copy = counts.copy()
    add(counts.connect_failures, "refused")
    counts.closes[1006] += 1
    assert (copy.connects, copy.closes, copy.connect_failures) == (1, {1006: 2}, {"refused": 1})


def test_two_venues_have_tables_of_their_own() -> None:
    one, other = VenueCounts(), VenueCounts()
    add(one.replacements, "lifetime")
    assert other.replacements == {}
