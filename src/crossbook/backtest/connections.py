"""Which files are of one connection."""

from collections.abc import Iterable

import msgspec

from crossbook.backtest.survey import Survey

__all__ = ["Connection", "connections"]


_PAUSE_NS_MAX = 600 * 1_000_000_000
"""For so long one connection may say nothing."""


class Connection(msgspec.Struct, kw_only=True):
    """What came over one connection, in order."""

    venue: str
    """Lower-case id of the venue."""
    files: list[Survey]
    """The stream files, each of which continues the one before it."""

    @property
    def end_ns(self) -> int:
        """Latest time in its files; 0: they keep no times."""
        return max(file.end_ns for file in self.files)

    @property
    def natives(self) -> frozenset[str]:
        """The native symbols that its files speak of."""
        return frozenset(native for file in self.files for native in file.natives)

    def messages_of(self, native: str) -> int:
        """Return how many messages speak of a symbol."""
        return sum(
            extent.messages
            for file in self.files
            for (name, _), extent in file.extents.items()
            if name == native
        )


def connections(surveys: Iterable[Survey]) -> list[Connection]:
    """Return the connections, by the time at which they begin.

    A file continues an earlier one of its venue that has ended when it begins; of several, the
    one that ended last. Files that keep no times follow one another, and files that overlap in
    time came over connections of their own. So did files that have no symbol in common, if the
    later one opens a connection or begins much later: a piece of a recording may speak of other
    symbols than the piece before it, but another year is no piece.
    """
    found: list[Connection] = []
    for file in sorted(surveys, key=lambda each: each.begin_ns):
        earlier = [each for each in found if _continues(file, each)]
        if earlier:
            max(earlier, key=lambda each: each.end_ns).files.append(file)
        else:
            found.append(Connection(venue=file.file.venue, files=[file]))
    return found


def _continues(file: Survey, connection: Connection) -> bool:
    overlaps = file.begin_ns < connection.end_ns
    is_alike = bool(file.begin_ns) == bool(connection.end_ns)
    if file.file.venue != connection.venue or overlaps or not is_alike:
        return False
    known = connection.natives
    if not known or not file.natives or not known.isdisjoint(file.natives):
        return True
    return not file.is_opening and file.begin_ns - connection.end_ns <= _PAUSE_NS_MAX
