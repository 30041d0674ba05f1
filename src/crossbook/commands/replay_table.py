"""A replay's report as a table for people."""

from collections.abc import Callable, Iterator

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crossbook.backtest.report import Checks, InstrumentReport, ReplayReport

__all__ = ["print_report"]

_WIDE_CHARS = 132
"""From this width on every column has room."""
_STATE_STYLES = {"live": "green", "empty": "dim", "syncing": "yellow"}
_ID_CHARS_MAX = 36


class _Column(msgspec.Struct, frozen=True):
    name: str
    cell: Callable[[InstrumentReport], Text]
    is_for_wide: bool = False


def print_report(report: ReplayReport, console: Console) -> None:
    """Print instruments, then totals."""
    is_wide = console.width >= _WIDE_CHARS
    columns = [column for column in _COLUMNS if is_wide or not column.is_for_wide]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("instrument", overflow="ellipsis", no_wrap=True)
    for column in columns:
        justify = "left" if column.name == "state" else "right"
        table.add_column(column.name, justify=justify, no_wrap=True)  # type: ignore[arg-type] # a literal
    for name, instrument in report.instruments.items():
        table.add_row(_short(name), *(column.cell(instrument) for column in columns))
    if report.instruments:
        console.print(table)
        console.print()
    for line in _totals(report):
        console.print(line, highlight=False, soft_wrap=True)


def _side(quote: tuple[str, str] | None, part: int) -> Text:
    return Text(quote[part] if quote else "-")


def _proofs(instrument: InstrumentReport) -> Text:
    return _checks(
        instrument.checksums_ok + instrument.bbo_ok,
        instrument.checksums_failed + instrument.bbo_failed,
    )


_COLUMNS = (
    _Column("state", lambda i: Text(i.state, _STATE_STYLES.get(i.state, "red"))),
    _Column("bid", lambda i: _side(i.best_bid, 0)),
    _Column("size", lambda i: _side(i.best_bid, 1), is_for_wide=True),
    _Column("ask", lambda i: _side(i.best_ask, 0)),
    _Column("size", lambda i: _side(i.best_ask, 1), is_for_wide=True),
    _Column("levels", lambda i: Text("/".join(map(str, i.levels)))),
    _Column("applied", lambda i: Text(f"{i.applied:,}"), is_for_wide=True),
    _Column("old", lambda i: Text(f"{i.old:,}"), is_for_wide=True),
    _Column("trades", lambda i: Text(f"{i.trades:,}"), is_for_wide=True),
    _Column("gaps", lambda i: _count(i.gaps)),
    _Column("proofs", _proofs),
)


def _totals(report: ReplayReport) -> Iterator[Text]:
    venues = ", ".join(sorted({file.venue for file in report.files})) or "no venue"
    connections = len({file.connection for file in report.files})
    yield Text(
        f"{report.messages:,} messages of {venues} "
        f"over {connections} connection{'' if connections == 1 else 's'}, "
        f"{report.ns_per_message:,.0f} ns each in the engine"
    )
    yield Text.assemble(
        "gaps ",
        _count(report.gaps),
        " · decode errors ",
        _count(sum(report.decode_errors.values())),
        f"{_kinds(report.decode_errors)} · unknown symbols ",
        _count(report.unknown_symbols),
        " · checksums ",
        _sum(report.checksums),
        " · best prices ",
        _sum(report.bbo_checks),
    )
    yield Text(
        f"{sum(report.events.values()):,} events · {report.trades:,} trades · "
        f"{report.opportunities:,} opportunities · {report.memory_bytes:,} bytes of books"
    )
    yield Text(f"digest {report.digest}")


def _sum(checks: Checks) -> Text:
    return _checks(checks.ok, checks.failed)


def _checks(ok: int, failed: int) -> Text:
    if failed:
        return Text(f"{ok:,} ok, {failed:,} failed", "red")
    return Text(f"{ok:,} ok" if ok else "-")


def _count(count: int) -> Text:
    return Text(f"{count:,}", "red" if count else "")


def _kinds(counts: dict[str, int]) -> str:
    parts = ", ".join(f"{kind} {count:,}" for kind, count in counts.items())
    return f" ({parts})" if parts else ""


def _short(name: str) -> str:
    """Return an id that fits a row: of a long token the two ends tell it from others."""
    if len(name) <= _ID_CHARS_MAX:
        return name
    symbol, _, venue = name.rpartition(".")
    room = _ID_CHARS_MAX - len(venue) - 2
    return f"{symbol[: room - room // 2]}…{symbol[-(room // 2) :]}.{venue}"
