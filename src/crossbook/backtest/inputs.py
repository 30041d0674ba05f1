"""The files of a replay: what each holds, and of which venue it is."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from crossbook.errors import MetadataError, RecordingError, UnknownVenueError
from crossbook.model import Catalogue
from crossbook.storage.answer import bodies, received_ns, symbol_in_name
from crossbook.storage.content import whole
from crossbook.storage.manifest import entry_of
from crossbook.storage.stream import Form, form_of
from crossbook.venues.metadata import document
from crossbook.venues.registry import VENUES, sniff_metadata, venue

__all__ = ["Inputs", "SnapshotChoice", "SnapshotFile", "StreamFile", "gather"]

_FOLDERS_UP_MAX = 2


class StreamFile(msgspec.Struct, frozen=True):
    """Frames of one venue, as they came."""

    path: Path
    """The file."""
    venue: str
    """Lower-case id of the venue."""


class SnapshotFile(msgspec.Struct, frozen=True):
    """The answer to a REST request for an order book."""

    path: Path
    """The file."""
    venue: str
    """Lower-case id of the venue."""
    native: str
    """The venue's symbol that was asked for."""
    ts_recv_ns: int
    """When it was received; 0: not known."""


class SnapshotChoice(msgspec.Struct, frozen=True):
    """An order book answer as the caller names it."""

    path: Path
    """The file."""
    native: str
    """The venue's symbol that was asked for."""
    venue: str | None = None
    """The venue; `None`: the manifest, the folder or the other files tell."""


class Inputs(msgspec.Struct, frozen=True):
    """All files of a replay."""

    streams: tuple[StreamFile, ...]
    """In the order given."""
    snapshots: tuple[SnapshotFile, ...]
    """In the order given."""
    catalogues: dict[str, Catalogue]
    """What each venue lists, by lower-case id."""

    @property
    def stream_bytes(self) -> int:
        """How long the streams are on disk; a file that cannot be read counts nothing."""
        return sum(_length(stream.path) for stream in self.streams)


def gather(
    files: Sequence[Path],
    *,
    snapshots: Sequence[SnapshotChoice] = (),
    metadata: Sequence[Path] = (),
    venue_name: str | None = None,
) -> Inputs:
    """Return what the files are.

    The venue of a file is the one that is named, else that of the `manifest.json` beside or above
    the file, else that of its folder's name. Among `files`, documents (`.json`, `.ndjson`) may
    be a list of instruments, an order book answer or (`ws_*`) messages of a stream.

    Args:
        files: streams, and REST answers that tell what they are; a folder stands for all of them
            in it and below it.
        snapshots: order book answers.
        metadata: lists of instruments.
        venue_name: the venue of all files for which nothing else is said.

    Raises:
        UnknownVenueError: no venue has the name that is given.
        RecordingError: a file cannot be read, or does not tell its venue or what it is.
    """
    named = None if venue_name is None else venue(venue_name).name
    streams: list[StreamFile] = []
    answers: list[SnapshotChoice] = []
    lists = [(path, _metadata_venue(path, named)) for path in metadata]
    for path in _expanded(files):
        if form_of(path) in {Form.STREAM, Form.HEX}:
            streams.append(StreamFile(path, _venue_of(path, named)))
        elif listed := _listed_venue(path, named):
            lists.append((path, listed))
        elif path.name.startswith("ws_"):
            streams.append(StreamFile(path, _venue_of(path, named)))
        else:
            answers.append(_answer(path, named))
    venues = {stream.venue for stream in streams}
    chosen = tuple(_snapshot(each, named, venues) for each in (*snapshots, *answers))
    venues.update(snapshot.venue for snapshot in chosen)
    return Inputs(tuple(streams), chosen, _catalogues(lists, venues))


def _expanded(files: Sequence[Path]) -> list[Path]:
    """Return the files, those of a folder in the order of their names."""
    found: list[Path] = []
    for path in files:
        if not path.is_dir():
            found.append(path)
            continue
        within = [each for each in sorted(path.rglob("*")) if each.is_file() and _has_form(each)]
        if not within:
            raise RecordingError(str(path), 0, "there is no recorded file in this folder")
        found += within
    return found


def _has_form(path: Path) -> bool:
    if path.name == "manifest.json":
        return False
    try:
        form_of(path)
    except RecordingError:
        return False
    return True


def _venue_of(path: Path, named: str | None) -> str:
    found = named or _told_venue(path)
    if found is None:
        raise RecordingError(
            str(path),
            0,
            "of which venue it is cannot be told: no manifest.json lists it, and its folder "
            f"is not named after one of {', '.join(VENUES)}",
        )
    return found


def _told_venue(path: Path) -> str | None:
    """Return the venue that the manifest or a folder's name tells."""
    entry = entry_of(path)
    folders = [folder.name for folder in path.resolve().parents[:_FOLDERS_UP_MAX]]
    for name in [entry.venue if entry else "", *folders]:
        try:
            return venue(name).name
        except UnknownVenueError:
            continue
    return None


def _metadata_venue(path: Path, named: str | None) -> str:
    found = named or _told_venue(path)
    if found is None:
        sniffed = sniff_metadata(whole(path))
        found = sniffed.name if sniffed else None
    return found or _venue_of(path, None)


def _listed_venue(path: Path, named: str | None) -> str | None:
    """Return the venue of a list of instruments; `None`: the file is something else."""
    content = whole(path)
    known = named or _told_venue(path)
    if known is None:
        sniffed = sniff_metadata(content)
        return sniffed.name if sniffed else None
    try:
        return known if venue(known).symbols.recognises(document(known, content)) else None
    except MetadataError:
        return None


def _answer(path: Path, named: str | None) -> SnapshotChoice:
    native = symbol_in_name(path)
    if native is None:
        raise RecordingError(
            str(path),
            0,
            "it is no stream and no list of instruments, and its name does not tell of which "
            "symbol it is the order book",
        )
    # In a name, a symbol cannot hold every character that it may have.
    entry = entry_of(path)
    told = entry.symbols[0] if entry and len(entry.symbols) == 1 else native
    return SnapshotChoice(path, told, named)


def _snapshot(choice: SnapshotChoice, named: str | None, venues: set[str]) -> SnapshotFile:
    found = venue(choice.venue).name if choice.venue else named or _told_venue(choice.path)
    if found is None and len(venues) == 1:
        (found,) = venues
    return SnapshotFile(
        choice.path,
        found or _venue_of(choice.path, None),
        choice.native,
        received_ns(choice.path),
    )


def _catalogues(lists: list[tuple[Path, str]], venues: set[str]) -> dict[str, Catalogue]:
    """Read the lists; two of one venue are one."""
    found: dict[str, Catalogue] = {}
    for path, name in lists:
        if name not in venues:
            raise RecordingError(
                str(path), 0, f"it lists instruments of {name}, of which there is no other file"
            )
        for line, body in _pages(path):
            try:
                read = venue(name).symbols.instruments(body)
            except MetadataError as error:
                raise RecordingError(str(path), line, str(error)) from error
            before = found.get(name, Catalogue(()))
            found[name] = Catalogue(
                before.instruments + read.instruments, before.problems + read.problems
            )
    return found


def _pages(path: Path) -> list[tuple[int, bytes]]:
    """Return the documents to read as lists: one for each line is one list, too."""
    if form_of(path) is Form.DOCUMENTS:
        return [(0, b"\n".join(body for _, body in bodies(path)))]
    return list(bodies(path))


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
