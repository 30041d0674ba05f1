"""Text for people where there is no screen: a line now and then, a summary at the end."""

from decimal import Decimal

from crossbook.dashboard.figures import money
from crossbook.services.demo import Best, Summary

__all__ = ["progress_line", "summary_lines"]


def progress_line(summary: Summary) -> str:
    """Return how a run stands, in one line."""
    proofs = summary.checksums.ok + summary.bbo_checks.ok
    parts = [
        f"{summary.simulated_seconds:5.1f} s",
        f"{summary.books_live}/{summary.books} books live",
        f"{summary.messages:,} messages",
        f"{proofs:,} proofs, {summary.faults} faults",
        f"{summary.opportunities} opportunities, {summary.opportunities_open} open",
    ]
    if best := summary.best_opportunity:
        parts.append(f"best {money(Decimal(best.profit))} {best.quote}")
    return "  ".join(parts)


def summary_lines(summary: Summary) -> list[str]:
    """Return what a run showed."""
    return [f"{name:<14} {value}" for name, value in _rows(summary)]


def _rows(summary: Summary) -> list[tuple[str, str]]:
    latency = summary.latency_us
    failed = summary.checksums.failed + summary.bbo_checks.failed
    bad = sum(summary.decode_errors.values()) + summary.unknown_symbols
    books = f"{summary.books_live} of {summary.books} live, {summary.books_wrong} wrong"
    paid = f"{summary.opportunities} paid after fees, {summary.opportunities_open} still do"
    proofs = f"{summary.checksums.ok:,} checksums and {summary.bbo_checks.ok:,} best prices ok"
    return [
        ("market", f"{summary.simulated_seconds:.4g} s of seed {summary.seed}"),
        ("venues", ", ".join(summary.venues)),
        ("books", f"{books}, {summary.levels:,} levels in {summary.memory_bytes:,} bytes"),
        ("came in", f"{summary.frames:,} frames, {summary.messages:,} messages"),
        ("proofs", f"{proofs}, {failed} failed"),
        ("faults", f"{summary.gaps} gaps, {bad} frames or messages not understood"),
        ("opportunities", paid),
        *_best_rows(summary.best_opportunity),
        (
            "a frame took",
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
