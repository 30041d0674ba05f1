"""What pays after fees now, and what did a moment ago."""

from typing import Final

from rich.text import Text

from crossbook.dashboard.figures import compact, duration, money, price_text
from crossbook.dashboard.palette import venue_style
from crossbook.model import Instrument
from crossbook.model.scale import decimals_of
from crossbook.services.feed import OpportunityLog, Sighting

__all__ = ["asset_name", "sighting_lines"]

_WIDE: Final = 100
"""Columns from which on prices are shown too."""


def asset_name(instrument: Instrument) -> str:
    """Return a short name of what is traded: `BTC-USDT`, `cut-25 YES`."""
    key = instrument.asset
    return f"{key.market_id} {key.asset_id}" if instrument.outcome else key.market_id


def sighting_lines(log: OpportunityLog, now_ns: int, *, rows: int, width: int) -> list[Text]:
    """Return a title and the opportunities, those that are open first.

    Args:
        log: what was seen.
        now_ns: the market's time, UTC nanoseconds.
        rows: lines in all.
        width: columns of each line.
    """
    is_open = [(sighting, True) for sighting in log.open]
    shown = (is_open + [(sighting, False) for sighting in log.closed])[: rows - 1]
    lines = [_title(log, width)]
    lines += [_row(sighting, now_ns, width, is_open=open_) for sighting, open_ in shown]
    if not shown:
        lines.append(Text("nothing crosses by more than the fees yet", "dim"))
    lines += [Text()] * (rows - len(lines))
    for line in lines:
        line.truncate(width, pad=True)
    return lines[:rows]


def _title(log: OpportunityLog, width: int) -> Text:
    counts = f" {len(log.open)} open · {log.opened} seen"
    if log.best:
        best = log.best
        counts += f" · best {money(best.profit)} {best.buy.quote} {asset_name(best.buy)}"
    name = "opportunities after fees "
    rule = "─" * (width - len(name) - len(counts))
    return Text.assemble((name, "bold"), (rule, "dim"), counts)


def _row(sighting: Sighting, now_ns: int, width: int, *, is_open: bool) -> Text:
    lasted = duration((now_ns if is_open else sighting.seen_ns) - sighting.opened_ns)
    style = "" if is_open else "dim"
    is_wide = width >= _WIDE
    line = Text.assemble(
        ("● " if is_open else "○ ", "green" if is_open else "dim"),
        (f"{asset_name(sighting.buy):<15.15}", "bold" if is_open else "dim"),
    )
    for word, instrument, price in (
        ("buy", sighting.buy, sighting.buy_limit),
        ("sell", sighting.sell, sighting.sell_limit),
    ):
        line.append(f" {word} ", style)
        line.append(
            f"{instrument.venue:<11.10}", venue_style(instrument.venue) if is_open else style
        )
        if is_wide:
            line.append(f"{price_text(price, decimals_of(instrument.tick or price)):>9}", style)
    line.append(f"{compact(sighting.size):>6}", style)
    line.append(
        f"{money(sighting.profit):>{13 if is_wide else 10}} ", "bold green" if is_open else style
    )
    line.append(f"{sighting.buy.quote:<5}", style)
    if is_wide:
        line.append(f"{sighting.edge_bps:>7,.1f} bps", style)
    line.append(f"{lasted:>8}", style)
    return line
