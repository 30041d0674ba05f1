"""The tables of the reference name what there is, in the order of its numbers."""

import re
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
import pytest

from crossbook import Engine, _core, venue
from crossbook.backtest.report import InstrumentReport
from crossbook.cli import main
from crossbook.model.events import BookState, EventKind, OpportunityPhase, ProofKind, StateReason
from crossbook.sim.chaos.plan import AnyFault
from crossbook.sim.desks import DESKS, OPEN_DESKS
from crossbook.sim.host import control
from crossbook.venues.registry import VENUES
from tests.recordings import ROOT

REFERENCE = ROOT / "docs" / "reference"


def section(page: str, heading: str) -> list[list[str]]:
    """Return the rows of the first table under a heading, cell by cell."""
    text = (REFERENCE / page).read_text()
    found = re.search(rf"^## {heading}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"{page} has no heading {heading}"
    lines = [line for line in found[1].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def words(cell: str) -> list[str]:
    """Return what a cell writes as code."""
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize(
    ("page", "heading", "expected"),
    [
        ("states.md", "States", [state.value for state in BookState]),
        ("states.md", "Reasons", [reason.value for reason in StateReason]),
        ("events.md", "Kinds", [kind.value for kind in EventKind]),
        ("events.md", "Kinds of decode errors", _core.DECODE_ERRORS),
        ("events.md", "Kinds of control messages", _core.CONTROLS),
    ],
)
def test_a_table_numbers_all_there_is(page: str, heading: str, expected: Sequence[str]) -> None:
    rows = section(page, heading)
    assert [(row[0], words(row[1])) for row in rows] == [
        (str(number), [word]) for number, word in enumerate(expected)
    ]


def test_details_of_events_are_those_of_the_enums() -> None:
    rows = {words(row[1])[0]: row[4] for row in section("events.md", "Kinds")}
    assert rows["opportunity"] == ", ".join(
        f"{number} {phase}" for number, phase in enumerate(OpportunityPhase)
    )
    proofs = ["checksum", "best prices", "hash"]
    assert len(proofs) == len(ProofKind)
    assert rows["proof_failed"] == ", ".join(f"{at} {name}" for at, name in enumerate(proofs))


def test_the_counts_of_a_book_and_of_a_feed_are_all_named() -> None:
    engine = Engine()
    book = engine.add_instrument(venue("kraken").symbols.instrument_from_native("BTC/USD"))
    named = {word for row in section("states.md", "Counts of a book") for word in words(row[0])}
    assert named == set(book.counts())
    assert named <= {field.name for field in msgspec.structs.fields(InstrumentReport)}
    of_feed = {word for row in section("engine.md", "Feed") for word in words(row[0])}
    assert of_feed == set(engine.open_feed("kraken").counts())


def test_the_record_adds_up_to_its_length() -> None:
    end = 0
    for offset, length, *_ in section("events.md", "The record"):
        assert int(offset) == end
        end += int(length)
    assert end == 80


@pytest.mark.parametrize("page", ["README.md", "docs/explanation/proofs.md"])
def test_every_venue_stands_in_the_tables_of_proofs(page: str) -> None:
    text = (ROOT / page).read_text()
    missing = [
        each.title
        for each in VENUES.values()
        if not re.search(rf"^\| {each.title}\b", text, re.MULTILINE)
    ]
    assert missing == []


@pytest.mark.parametrize("heading", ["Sockets", "REST"])
def test_each_simulated_venue_is_described(heading: str) -> None:
    rows = section("simulated-venues.md", heading)
    assert list(dict.fromkeys(words(row[0])[0] for row in rows)) == [
        name for name in VENUES if name in DESKS
    ]


def test_simulated_venues_let_clients_in_where_the_page_says() -> None:
    for name, path, *_ in section("simulated-venues.md", "Sockets"):
        desk = OPEN_DESKS[words(name)[0]]([], seed=1)
        for place in words(path):
            assert desk.refuses(place.replace("<streams>", "btcusdt@trade"), {}) is None, place


def commands(group: click.Group, path: str = "crossbook") -> dict[str, click.Command]:
    """Return all commands below a group, by what is typed."""
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands(command, f"{path} {name}")
        else:
            found[f"{path} {name}"] = command
    return found


def test_every_command_and_option_stands_on_the_page_of_the_command_line() -> None:
    page = (REFERENCE / "cli.md").read_text()
    missing = []
    for typed, command in commands(main).items():
        found = re.search(rf"^## {typed}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
        text = found[1] if found else ""
        options = [option for each in command.params for option in each.opts if option[0] == "-"]
        missing += [f"{typed} {each}" for each in ("", *options) if not text or each not in text]
    assert missing == []


def test_every_request_and_refusal_of_the_control_server_is_named() -> None:
    source = Path(control.__file__).read_text()
    routes = re.findall(r'web\.(get|post|delete)\("(/[^"]*)"', source)
    asked = {f"{method.upper()} {path.replace(':.+', '')}" for method, path in routes}
    rows = "\n".join((REFERENCE / "control.md").read_text().splitlines())
    assert asked == {
        each.partition("?")[0] for each in re.findall(r"`((?:GET|POST|DELETE) [^`]+)`", rows)
    }
    codes = {(row[0], word) for row in section("control.md", "Errors") for word in words(row[1])}
    raised = set(re.findall(r'_RefusedError\(\s*(\d+), "(\w+)"', source))
    numbers = {
        ("400", f"invalid_{name}") for name in re.findall(r'_number\(request, "(\w+)"', source)
    }
    assert codes == raised | numbers


def test_every_kind_of_fault_has_a_row() -> None:
    named = re.findall(r"^\| `(\w+)` \|", (REFERENCE / "faults.md").read_text(), re.MULTILINE)
    kinds = [kind.__struct_config__.tag for kind in AnyFault.__args__]
    assert sorted(named) == sorted(kinds)
    assert f"the {len(kinds)} kinds" in (ROOT / "docs" / "how-to" / "simulate.md").read_text()
