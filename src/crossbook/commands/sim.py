"""`crossbook sim`: simulated venues on sockets of this machine."""

import asyncio
import contextlib
import heapq
import ssl
from collections.abc import Callable, Iterator
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from crossbook.backtest.inputs import Inputs, gather
from crossbook.commands.failure import EXIT_FAILURE, failures_in_one_line
from crossbook.commands.loop import run_in_loop, stop_on_signals
from crossbook.config import load
from crossbook.errors import ConfigError
from crossbook.sim.chaos.plan import Plan
from crossbook.sim.config import HostConfig, WorldConfig
from crossbook.sim.desks import DESKS, OPEN_DESKS
from crossbook.sim.host import SimulatedVenues
from crossbook.sim.replay import PlayedFrame, Recording, replay_desk
from crossbook.sim.settings import settings_of
from crossbook.storage.answer import bodies
from crossbook.storage.stream import RECEIVED, Form, form_of, rows

__all__ = ["sim"]

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


def _speed(_context: click.Context, _parameter: click.Parameter, text: str) -> float | None:
    """Return the factor; `None`: as fast as possible."""
    if text == "max":
        return None
    with contextlib.suppress(ValueError):
        if 0 < (factor := float(text)) <= 1_000:
            return factor
    raise click.BadParameter("expected a number above 0 and up to 1000, or max")


@click.command()
@click.option(
    "--venues", metavar="A,B,...", help="Which venues. Default: all, or those of the recordings."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Which market is simulated.")
@click.option("--json", "as_json", is_flag=True, help="Print the addresses as one line of JSON.")
@click.option("--plan", "plan_file", type=_FILE, help="What goes wrong and when: YAML or JSON.")
@click.option(
    "--replay", "recordings", type=_FILE, multiple=True, metavar="FILE",
    help="Send what is recorded in FILE instead of a simulated market; may come several times.",
)  # fmt: skip
@click.option(
    "--speed", callback=_speed, default="1", show_default=True, metavar="N|max",
    help="Seconds of the market in one second; a recording may be sent as fast as max.",
)  # fmt: skip
@click.option(
    "--steps-per-s", type=click.IntRange(0, 1_000_000), default=20, show_default=True,
    help="Orders that arrive at each book in a second.",
)  # fmt: skip
@click.option(
    "--questions", type=click.IntRange(0, 2_000), default=3, show_default=True,
    help="Questions that each prediction market lists.",
)  # fmt: skip
@click.option("--port-base", type=click.IntRange(1, 65_000), help="First port. Default: any.")
@click.option("--no-keys", is_flag=True, help="Let clients in that do not sign (Kalshi).")
@click.option("--deflate", is_flag=True, help="Compress frames for clients that offer it.")
@click.option("--cert", type=_FILE, help="Speak TLS with this certificate (PEM).")
@click.option("--key", type=_FILE, help="The certificate's key (PEM).")
@click.option(
    "--settings", "settings_file", type=click.Path(dir_okay=False, path_type=Path),
    help="Write settings to this file that point crossbook at the venues.",
)  # fmt: skip
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="End after so long.")
def sim(**options: Any) -> None:
    """Serve simulated venues on this machine: their real protocols, with faults on demand.

    Each venue has a websocket and a REST server of its own on 127.0.0.1, with the venue's own
    paths; another server tells the truth about every book and takes faults. They serve until
    Ctrl-C, --seconds, or a request to end.
    """
    choice = msgspec.convert(options, _Choice)
    with failures_in_one_line():
        session = _session(choice)
        try:
            run_in_loop(_serve(session, choice))
        except OSError as error:
            click.echo(f"error: {error}", err=True)
            raise SystemExit(EXIT_FAILURE) from error


class _Choice(msgspec.Struct, frozen=True, kw_only=True):
    """The options of the command line."""

    venues: str | None
    seed: int
    as_json: bool
    plan_file: Path | None
    recordings: tuple[Path, ...]
    speed: float | None
    steps_per_s: int
    questions: int
    port_base: int | None
    no_keys: bool
    deflate: bool
    cert: Path | None
    key: Path | None
    settings_file: Path | None
    seconds: float | None


def _session(choice: _Choice) -> Callable[[], SimulatedVenues]:
    """Return what makes the session: some of it belongs to the event loop."""
    if (choice.cert is None) != (choice.key is None):
        raise click.UsageError("--cert and --key go together")
    plan = Plan() if choice.plan_file is None else load(Plan, choice.plan_file, environment={})
    config = WorldConfig(
        steps_per_s=choice.steps_per_s,
        questions=choice.questions,
        speed=choice.speed or 1.0,
        history_steps=100,
    )
    desks: dict[str, Callable[..., Any]] = dict(OPEN_DESKS if choice.no_keys else DESKS)
    if choice.recordings:
        desks = _replayed(choice)
        config = WorldConfig(spot_assets=0, questions=0)
    elif choice.speed is None:
        raise click.UsageError("only a recording can be sent as fast as possible")
    venues = list(desks) if choice.venues is None else _split(choice.venues)
    if unknown := [venue for venue in venues if venue not in desks]:
        known = ", ".join(desks) or "none"
        raise click.UsageError(f"no such venue: {', '.join(unknown)}; there are {known}")
    if unknown := sorted({fault.venue for fault in plan.faults} - {"", *venues}):
        raise ConfigError(str(choice.plan_file), f"{', '.join(unknown)} does not take part")
    return partial(
        SimulatedVenues,
        choice.seed,
        venues,
        config=config,
        plan=plan,
        host=HostConfig(
            port_base=choice.port_base,
            demands_keys=not choice.no_keys,
            deflates=choice.deflate,
        ),
        ssl_context=_tls(choice),
        desks=desks,
    )


def _split(venues: str) -> list[str]:
    return [name.strip() for name in venues.split(",") if name.strip()]


def _tls(choice: _Choice) -> ssl.SSLContext | None:
    if choice.cert is None or choice.key is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(choice.cert, choice.key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(str(choice.cert), f"no certificate with that key: {error}") from error
    return context


# --------------------------------------------------------------- recordings


def _replayed(choice: _Choice) -> dict[str, Callable[..., Any]]:
    """Return the desks of the venues of which there is a recording."""
    inputs = gather(choice.recordings)
    venues = {stream.venue for stream in inputs.streams}
    return {
        venue: replay_desk(_recording(venue, inputs, choice.recordings), choice.speed)
        for venue in sorted(venues)
    }


def _recording(venue: str, inputs: Inputs, files: tuple[Path, ...]) -> Recording:
    paths = [stream.path for stream in inputs.streams if stream.venue == venue]
    books: dict[str, list[tuple[int, bytes]]] = {}
    for snapshot in sorted(inputs.snapshots, key=lambda each: each.ts_recv_ns):
        if snapshot.venue == venue:
            found = [(snapshot.ts_recv_ns, body) for _, body in bodies(snapshot.path)]
            books.setdefault(snapshot.native, []).extend(found)
    known = {stream.path for stream in inputs.streams} | {each.path for each in inputs.snapshots}
    lists = [path for path in files if path not in known and venue in gather([path]).catalogues]
    return Recording(
        venue=venue,
        frames=partial(_frames, paths),
        books=books,
        lists=[body for path in lists for _, body in bodies(path)],
    )


def _frames(paths: list[Path]) -> Iterator[PlayedFrame]:
    """Yield the frames of all files by their times: files follow each other, or are parallel."""
    return heapq.merge(*map(_frames_of, paths), key=attrgetter("ts_ns"))


def _frames_of(path: Path) -> Iterator[PlayedFrame]:
    is_binary = form_of(path) is Form.HEX
    ts_ns = 0
    for block in rows(path):
        for moment_ns, direction, payload in block:
            ts_ns = max(ts_ns, moment_ns)
            if direction == RECEIVED:
                yield PlayedFrame(ts_ns, payload, is_binary and payload[:1] not in b"{[")


# ------------------------------------------------------------------ serving


async def _serve(make: Callable[[], SimulatedVenues], choice: _Choice) -> None:
    session = make()
    stop_on_signals(session.is_stopped)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(session)
        if choice.settings_file is not None:
            _write_settings(session, choice)
        _announce(session, as_json=choice.as_json)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(choice.seconds):
                await session.is_stopped.wait()


def _write_settings(session: SimulatedVenues, choice: _Choice) -> None:
    assert choice.settings_file is not None, "the caller looked"
    text = settings_of(session.urls, session.world, choice.cert)
    try:
        choice.settings_file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(choice.settings_file), f"cannot be written: {error}") from error


def _announce(session: SimulatedVenues, *, as_json: bool) -> None:
    if as_json:
        addresses = {"venues": session.urls, "control": session.control_url}
        click.echo(msgspec.json.encode(addresses))
        return
    width = max(map(len, session.urls), default=0)
    for venue, urls in session.urls.items():
        found = "  ".join(f"{name} {url}" for name, url in urls.items())
        click.echo(f"{venue:{width}}  {found}")
    click.echo(f"control {session.control_url}; Ctrl-C ends it")
