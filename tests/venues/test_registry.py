"""The registry and the folders agree, and each folder has the same shape."""

import importlib
from pathlib import Path

import pytest

import crossbook.venues
from crossbook.errors import UnknownVenueError
from crossbook.model.identifiers import VENUE_ALIASES
from crossbook.venues.registry import VENUES, sniff_metadata, venue

FOLDER = Path(crossbook.venues.__file__).parent
ALLOWED = {
    "README.md",
    "__init__.py",
    "config.py",
    "errors.py",
    "gateway.py",
    "messages.py",
    "rest.py",
    "signing.py",
    "stream.py",
    "symbols.py",
}
EACH = pytest.mark.parametrize("name", sorted(VENUES))


def test_the_registry_has_each_folder_and_no_other() -> None:
    folders = {path.parent.name for path in FOLDER.glob("*/__init__.py")}
    assert folders == set(VENUES)


@EACH
def test_a_folder_holds_the_agreed_files_only(name: str) -> None:
    files = {path.name for path in (FOLDER / name).iterdir() if path.name != "__pycache__"}
    assert files <= ALLOWED
    assert {"README.md", "__init__.py", "symbols.py"} <= files


@EACH
def test_a_folder_exports_its_venue_and_nothing_else(name: str) -> None:
    module = importlib.import_module(f"crossbook.venues.{name}")
    assert module.__all__ == ["VENUE"]
    assert module.VENUE is VENUES[name]
    assert module.VENUE.name == name


@EACH
def test_a_venue_is_found_in_any_case(name: str) -> None:
    assert venue(name.upper()) is VENUES[name]


@pytest.mark.parametrize(("alias", "name"), VENUE_ALIASES.items())
def test_a_venue_is_found_by_its_alias(alias: str, name: str) -> None:
    assert venue(alias) is VENUES[name]


@pytest.mark.parametrize("name", ["krakn", "", "kraken "])
def test_a_wrong_name_is_answered_with_the_right_ones(name: str) -> None:
    with pytest.raises(UnknownVenueError) as caught:
        venue(name)
    assert caught.value.venue == name
    assert caught.value.known == tuple(VENUES)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"null", b'"x"', b"[1]", b"\xff"])
def test_what_is_no_list_of_instruments_is_of_no_venue(body: bytes) -> None:
    assert sniff_metadata(body) is None
