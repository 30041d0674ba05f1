"""What happened on a venue's connections, as numbers for metrics."""

import msgspec

__all__ = ["VenueCounts", "add"]


class VenueCounts(msgspec.Struct, kw_only=True):
    """Counted since the driver was made. Keys of the tables are fixed words or close codes."""

    connects: int = 0
    """Sockets that opened."""
    connect_failures: dict[str, int] = {}
    """Sockets that did not, by the first word of the reason."""
    closes: dict[int, int] = {}
    """Sockets that the venue or the network ended, by close code."""
    reconnects: int = 0
    """Sockets that opened in place of one that had ended."""
    replacements: dict[str, int] = {}
    """Sockets that were replaced while they still worked, by reason."""
    replacements_failed: int = 0
    """Successors that did not get all books live in time."""
    silent: int = 0
    """Sockets given up because nothing at all came over them."""
    frozen: int = 0
    """Sockets given up because no data came over them, though the socket seemed alive."""
    messages_sent: int = 0
    """Messages sent to the venue."""
    outbox_overflows: int = 0
    """Sockets closed because too many messages waited for the venue's limit."""
    accepted: int = 0
    """Instruments whose subscription the venue confirmed."""
    refused: int = 0
    """Instruments whose subscription the venue refused."""
    resyncs: int = 0
    """Times that a book's resync was begun."""
    resynced: int = 0
    """Times that a book that had left `live` came back."""
    silences: int = 0
    """Times that a book was marked stale because nothing came, by its own usual rate."""
    deaths: int = 0
    """Times that a book was given up as dead after several resyncs."""
    fetches: int = 0
    """REST bases that came."""
    fetch_failures: int = 0
    """REST bases that did not."""
    audits: int = 0
    """Books that were compared with REST."""
    audits_unsettled: int = 0
    """Comparisons without a result."""
    audit_mismatches: int = 0
    """Books that differed from REST, each time."""
    clock_jumps: int = 0
    """Times that the machine's clock was set."""
    faults: int = 0
    """Errors of our own that a task survived; each is logged."""
    restarts: int = 0
    """Times that the venue's driver was started again after one that it did not survive."""

    def copy(self) -> "VenueCounts":
        """Return a copy that does not change."""
        return msgspec.convert(msgspec.to_builtins(self), VenueCounts, strict=False)


def add(table: dict[str, int], key: str) -> None:
    """Count one under a key."""
    table[key] = table.get(key, 0) + 1
