"""Text for people where there is no screen: a line now and then, a summary at the end."""

from decimal import Decimal

from crossbook.dashboard.figures import money
from crossbook.dashboard.shown import Shown
from crossbook.services.demo import Best, Summary
from crossbook.services.feed import FeedSummary

__all__ = ["feed_lines", "progress_line", "summary_lines"]


def progress_line(view: Shown) -> str:
    """Return how a feed stands, in one line."""
    venues = view.venues().values()
    proofs = sum(venue.checksums.ok + venue.bbo_checks.ok for venue in venues)
    failed = sum(venue.checksums.failed + venue.bbo_checks.failed for venue in venues)
    parts = [
        f"{view.elapsed_ns / 1e9:5.1f} s",
        f"{sum(v.books_live for v in venues)}/{sum(v.books for v in venues)} books live",
        f"{sum(venue.messages for venue in venues):,} messages",
        f"{proofs:,} proofs, {failed} failed, {sum(venue.gaps for venue in venues)} gaps",
        f"{view.opportunities.opened} opportunities, {len(view.opportunities.open)} open",
    ]
    if best := view.opportunities.best:
        parts.append(f"best {money(best.profit)} {best.buy.quote}")
    return "  ".join(parts)


def summary_lines(summary: Summary) -> list[str]:
    """Return what a run showed."""
    return [f"{name:<14} {value}" for name, value in _rows(summary)]


def feed_lines(summary: FeedSummary) -> list[str]:
    """Return what a feed did."""
    latency = summary.arrival_to_book_us
    books = ", ".join(f"{count} {state}" for state, count in summary.books.items()) or "none"
    rows = [
        ("ran", f"{summary.seconds:.4g} s"),
        ("books", books),
        ("came in", f"{summary.frames:,} frames, {summary.messages:,} messages"),
        ("healed", f"{summary.reconnects} reconnects, {summary.resyncs} resyncs"),
        ("audits", f"{summary.audits} books compared with REST, {summary.audit_mismatches} differ"),
        ("opportunities", f"{summary.opportunities} paid after fees"),
        ("to the book", f"{latency.p50:g} us (half), {latency.p99:g} us (99 %)"),
    ]
    rows += [("not listed", f"{v}: {', '.join(names)}") for v, names in summary.unknown.items()]
    rows += [("not reached", f"{v}: {reason}") for v, reason in summary.unreachable.items()]
    if done := summary.recorded:
        rows.append(("recorded", f"{done.messages:,} messages in {done.files} files"))
    return [f"{name:<14} {value}" for name, value in rows]


def _rows(summary: Summary) -> list[tuple[str, str]]:
    latency = summary.arrival_to_book_us
    failed = summary.checksums.failed + summary.bbo_checks.failed
    books = f"{summary.books_live} of {summary.books} live, {summary.books_wrong} wrong"
    proofs = f"{summary.checksums.ok:,} checksums and {summary.bbo_checks.ok:,} best prices ok"
    healed = f"{summary.reconnects} reconnects, {summary.gaps} gaps seen, {summary.resyncs} resyncs"
    return [
        ("market", f"{summary.seconds:.4g} s of seed {summary.seed}"),
        ("venues", ", ".join(summary.venues)),
        ("books", f"{books}, {summary.levels:,} levels in {summary.memory_bytes:,} bytes"),
        ("came in", f"{summary.frames:,} frames, {summary.messages:,} messages"),
        ("proofs", f"{proofs}, {failed} failed"),
        ("audits", f"{summary.audits} books compared with REST, {summary.audit_mismatches} differ"),
        ("trouble", f"{summary.faults} faults made: {healed}"),
        ("opportunities", f"{summary.opportunities} paid after fees"),
        *_best_rows(summary.best_opportunity),
        (
            "to the book",
            f"{latency.p50:g} us (half), {latency.p99:g} us (99 %), {latency.p99_9:g} us (99.9 %)",
        ),
        ("digest", summary.digest),
    ]


def _best_rows(best: Best | None) -> list[tuple[str, str]]:
    if best is None:
        return []
    return [
        ("best", f"{money(Decimal(best.profit))} {best.quote} for {best.size}"),
        ("  buy", f"{best.buy} up to {best.buy_limit}"),
        ("  sell", f"{best.sell} down to {best.sell_limit}"),
    ]
