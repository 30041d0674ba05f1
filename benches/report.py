"""The table that is printed, and the page that keeps it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benches.memory import Weight
from benches.sessions import Session
from benches.sockets.race import Lateness, Sustained
from benches.timing import Plan, Samples

METHOD = """\
The unit is one frame: bytes in, book changed, best bid and ask with their sizes
read from Python; one call per frame and one to read. Frames are in memory
before. Each run starts from fresh books made of the session's snapshots (not
timed) and takes all frames of the session in order; a short session is run
several times in one repetition. The median is over the repetitions' processor
time per message; contenders take turns within the whole (A B C, A B C, ...),
after one round to warm up. The p99 comes from repetitions of their own that time
each message by the wall clock, the clock's own cost included: it is taken over
the session's messages, each at its median over the runs. The garbage collector is
off inside the loops, for all alike.

Before anything is timed, each contender's final best prices must equal the
expected ones. Ratio: time of (a) divided by the contender's time, so 10 means
ten times as fast as (a). Parsers (b) keep no book and read no prices; they are
floors, not contenders."""


SOCKETS = """\
One process sends the recorded one-level frames of Coinbase over a loopback
websocket, spinning so that each leaves at its moment; another one receives them
on uvloop and reads the best prices after each. How late: from the moment of
sending to prices read, over all frames but the first tenth. How many: all frames
are sent as fast as the receiver takes them, until the sender closes. Designs take
turns; the median of three runs counts. Where there are two cores, each process
has one."""


@dataclass(frozen=True)
class Result:
    """All contenders of one session."""

    session: Session
    plan: Plan
    samples: Sequence[Samples]
    reference: str
    """Name of the contender that ratios refer to."""


def timing_table(results: Iterable[Result]) -> str:
    """Return one Markdown table of all sessions."""
    rows = [("session", "contender", "median ns", "p99 ns", "ratio")]
    for result in results:
        medians = {sample.name: sample.median_ns for sample in result.samples}
        reference_ns = medians.get(result.reference)
        for index, sample in enumerate(result.samples):
            rows.append(
                (
                    _session_cell(result.session) if index == 0 else "",
                    sample.name,
                    f"{sample.median_ns:,.0f}",
                    f"{sample.p99_ns:,}",
                    "-" if reference_ns is None else f"{reference_ns / sample.median_ns:.2f}",
                )
            )
    return _table(rows, numbers_from=2)


def memory_table(weights: Iterable[Weight]) -> str:
    """Return the Markdown table of the memory section."""
    rows = [("session", "contender", "levels per book", "bytes per book", "bytes per level")]
    rows += [
        (
            weight.session,
            weight.contender,
            f"{weight.levels_per_book:,.0f}",
            f"{weight.bytes_per_book:,.0f}",
            f"{weight.bytes_per_level:,.0f}",
        )
        for weight in weights
    ]
    return _table(rows, numbers_from=2)


def lateness_table(late: Iterable[Lateness]) -> str:
    """Return the Markdown table of how late best prices are."""
    rows: list[tuple[str, ...]] = [
        ("frames a second", "design", "p50 us", "p99 us", "p99.9 us", "p50 ratio", "p99 ratio")
    ]
    bare: dict[int, Lateness] = {}
    for each in late:
        first = bare.setdefault(each.rate, each)
        rows.append(
            (
                f"{each.rate:,}" if each is first else "",
                each.design,
                *(f"{ns / 1_000:,.1f}" for ns in (each.p50_ns, each.p99_ns, each.p999_ns)),
                f"{each.p50_ns / first.p50_ns:.2f}",
                f"{each.p99_ns / first.p99_ns:.2f}",
            )
        )
    return _table(rows, numbers_from=2)


def sustained_table(flood: Sequence[Sustained], reference: str) -> str:
    """Return the Markdown table of how many frames a second a design takes."""
    base = next(each.rate for each in flood if each.design == reference)
    rows = [("design", "frames a second", "ratio")]
    rows += [(each.design, f"{each.rate:,.0f}", f"{each.rate / base:.1f}") for each in flood]
    return _table(rows, numbers_from=1)


def page(
    head: Iterable[tuple[str, str]],
    results: Sequence[Result],
    weights: Sequence[Weight],
    notes: Mapping[str, str],
    left_out: Sequence[str],
    sockets: Sequence[str] = (),
) -> str:
    """Return the whole of RESULTS.md."""
    parts = [
        "# Benchmark results",
        "Written by `make bench`; not edited by hand.",
        "\n".join(f"- {name}: {value}" for name, value in head),
        "## Time per message",
        METHOD,
        timing_table(results),
        "## Memory",
        "crossbook counts its own allocations; the others are measured with tracemalloc.",
        memory_table(weights),
        *sockets,
        "## Contenders",
        "\n".join(f"- {name}: {note}." for name, note in notes.items()),
        "## Repetitions",
        "\n".join(
            f"- {result.session.name}: {len(result.session.frames):,} frames, "
            f"{result.plan.repetitions} repetitions of {result.plan.runs} runs, "
            f"{result.plan.passes} more for the p99"
            for result in results
        ),
    ]
    if left_out:
        parts += ["## Left out", "\n".join(f"- {line}" for line in left_out)]
    return "\n\n".join(parts) + "\n"


def _session_cell(session: Session) -> str:
    return (
        f"{session.name} ({session.levels_per_frame:.1f} levels, "
        f"{session.bytes_per_frame:,.0f} bytes per frame)"
    )


def _table(rows: Sequence[Sequence[str]], *, numbers_from: int) -> str:
    """Lay out a Markdown table whose columns line up as text too."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| "
        + " | ".join(
            cell.rjust(width) if column >= numbers_from else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        + " |"
        for row in rows
    ]
    rule = "|".join(
        "-" * (width + 1) + ":" if column >= numbers_from else "-" * (width + 2)
        for column, width in enumerate(widths)
    )
    return "\n".join([lines[0], f"|{rule}|", *lines[1:]])
