"""`make bench`: time all contenders on all sessions and write RESULTS.md."""

import argparse
import gc
import re
import sys
from collections.abc import Sequence

from benches import machine, report
from benches.check import check
from benches.contenders import careful_python
from benches.contenders.base import Contender, ContenderMissingError, Parser, RefusedError
from benches.contenders.floors import FLOORS
from benches.memory import MEASURED, Weight, weigh_python
from benches.recordings import ROOT, recordings_folder
from benches.sessions import SOURCES, Session, load
from benches.sockets.race import race
from benches.sockets.receiver import SLOW
from benches.timing import BookLoop, Measured, ParseLoop, Plan, measure

RESULTS = ROOT / "benches" / "RESULTS.md"
CROSSBOOK = "crossbook"
REFERENCE = careful_python.REFERENCE
Refusals = dict[tuple[str, str], list[str]]
"""Contender and its reason, to the sessions that it cannot run."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; the exit code is 1 where it refuses to."""
    options = _options(arguments)
    try:
        sessions = [
            load(source, recordings_folder())
            for source in SOURCES
            if re.search(options.sessions, source.name)
        ]
        contenders, missing = _contenders(options)
        refusals: Refusals = {}
        results = [_run(session, contenders, options, refusals) for session in sessions]
        weights = _weigh(contenders, sessions)
        sockets = [] if _is_partial(options) else _sockets(options)
    except (FileNotFoundError, RefusedError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    left_out = [str(error) for error in missing]
    left_out += [f"{name}: {reason} ({', '.join(on)})" for (name, reason), on in refusals.items()]
    _show(options, contenders, results, weights, left_out, sockets)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benches", description=__doc__)
    parser.add_argument("--peers", action="store_true", help="measure the installed peers too")
    parser.add_argument("--quick", action="store_true", help="few repetitions; writes no results")
    parser.add_argument("--sessions", default="", metavar="REGEX", help="only these sessions")
    parser.add_argument("--contenders", default="", metavar="REGEX", help="only these contenders")
    return parser.parse_args(arguments)


def _is_partial(options: argparse.Namespace) -> bool:
    return bool(options.quick or options.sessions or options.contenders)


def _contenders(
    options: argparse.Namespace,
) -> tuple[list[Contender | Parser], list[ContenderMissingError]]:
    """Import what was asked for; a peer that cannot be imported is left out and reported."""
    wanted: list[Contender | Parser] = []
    missing: list[ContenderMissingError] = []
    if re.search(options.contenders, CROSSBOOK):
        # Imported here: the rest of the suite runs without the compiled module.
        from benches.contenders.crossbook_engine import CrossbookEngine  # noqa: PLC0415

        wanted.append(CrossbookEngine())
    wanted += [REFERENCE, careful_python.PROVING, careful_python.LISTS, *FLOORS]
    if options.peers:
        from benches.contenders import peers  # noqa: PLC0415 - they are an optional extra.

        found, missing = peers.load()
        wanted += found
    chosen = [item for item in wanted if re.search(options.contenders, item.name)]
    return chosen, missing


def _run(
    session: Session,
    contenders: Sequence[Contender | Parser],
    options: argparse.Namespace,
    refusals: Refusals,
) -> report.Result:
    loops: list[Measured] = []
    for contender in contenders:
        if isinstance(contender, Parser):
            loops.append(ParseLoop(contender, session))
            continue
        refusal = contender.refusal(session)
        if refusal is not None:
            refusals.setdefault((contender.name, refusal), []).append(session.name)
            continue
        check(contender, session)
        loops.append(BookLoop(contender, session))
    plan = Plan.of(session, is_quick=options.quick)
    print(
        f"{session.name}: {len(session.frames)} frames, {len(loops)} contenders, "
        f"{plan.repetitions} repetitions",
        file=sys.stderr,
    )
    # What is loaded by now stays: the collector need not look at it before each repetition.
    gc.collect()
    gc.freeze()
    samples = measure(loops, len(session.frames), plan)
    return report.Result(session, plan, samples, REFERENCE.name)


def _weigh(contenders: Sequence[Contender | Parser], sessions: Sequence[Session]) -> list[Weight]:
    weights = []
    for session in sessions:
        if session.channel not in MEASURED:
            continue
        for contender in contenders:
            if isinstance(contender, careful_python.CarefulPython):
                if contender is not careful_python.PROVING:
                    weights.append(weigh_python(contender, session))
            elif contender.name == CROSSBOOK:
                from benches.contenders.crossbook_engine import weigh  # noqa: PLC0415 - as above.

                weights.append(weigh(session))
    return weights


def _sockets(options: argparse.Namespace) -> list[str]:
    """Measure the way from a socket, and return the page's section."""
    print("sockets: three rates and a flood, three times each", file=sys.stderr)
    late, flood = race(is_quick=False, has_peers=options.peers)
    tables = [report.lateness_table(late), report.sustained_table(flood, SLOW)]
    return ["## From a socket to best prices", report.SOCKETS, *tables]


def _show(
    options: argparse.Namespace,
    contenders: Sequence[Contender | Parser],
    results: Sequence[report.Result],
    weights: Sequence[Weight],
    left_out: Sequence[str],
    sockets: Sequence[str],
) -> None:
    print(report.timing_table(results))
    print()
    print(report.memory_table(weights))
    for table in sockets[2:]:
        print()
        print(table)
    for line in left_out:
        print(f"left out: {line}")
    if _is_partial(options):
        print("partial run: RESULTS.md is not written")
        return
    command = "make bench PEERS=1" if options.peers else "make bench"
    head = [*machine.describe(), ("command", f"`{command}`")]
    notes = {contender.name: contender.note for contender in contenders}
    RESULTS.write_text(
        report.page(head, results, weights, notes, left_out, sockets), encoding="utf-8"
    )
