"""Which instruments share a socket: within the venue's limit, and without moving any."""

from collections.abc import Iterable

from crossbook.model import Instrument

__all__ = ["Shard", "Shards"]


class Shard:
    """Instruments that share a socket.

    Args:
        number: counts shards from 0.

    Attributes:
        wanted: what its sockets are to bring, by id.
        refused: those of which the venue said that it will not; they are not asked for.
    """

    __slots__ = ("number", "refused", "wanted")

    def __init__(self, number: int) -> None:
        self.number = number
        self.wanted: dict[str, Instrument] = {}
        self.refused: set[str] = set()

    @property
    def asked(self) -> list[Instrument]:
        """What its sockets ask for."""
        return [each for name, each in self.wanted.items() if name not in self.refused]


class Shards:
    """A venue's instruments, in shards.

    An instrument stays where it was put: whoever adds or removes one disturbs no other.
    Instruments of one native symbol (the two sides of a Kalshi market) stay together, because
    the venue sends both when one is asked for.

    Args:
        instruments_max: instruments on one socket.

    Examples:
        >>> from crossbook.venues.registry import venue
        >>> symbols = venue("binance").symbols
        >>> shards = Shards(2)
        >>> names = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
        >>> made = shards.add(symbols.instrument_from_native(name) for name in names)
        >>> [len(shard.wanted) for shard in made]
        [2, 1]
    """

    def __init__(self, instruments_max: int) -> None:
        self._instruments_max = instruments_max
        self._made = 0
        self._homes: dict[str, Shard] = {}
        self._wires: dict[str, Shard] = {}
        self.shards: list[Shard] = []

    def home(self, instrument_id: str) -> Shard | None:
        """Return the shard of an instrument; `None`: it is not wanted."""
        return self._homes.get(instrument_id)

    def add(self, instruments: Iterable[Instrument]) -> list[Shard]:
        """Put instruments into shards; return the shards that are new."""
        before = len(self.shards)
        groups: dict[str, list[Instrument]] = {}
        for instrument in instruments:
            if str(instrument.id) not in self._homes:
                groups.setdefault(_wire_name(instrument), []).append(instrument)
        for name, group in groups.items():
            self._put(self._room(name, len(group)), group)
        return self.shards[before:]

    def _put(self, shard: Shard, group: Iterable[Instrument]) -> None:
        for instrument in group:
            self._wires[_wire_name(instrument)] = shard
            shard.wanted[str(instrument.id)] = instrument
            self._homes[str(instrument.id)] = shard

    def _room(self, name: str, count: int) -> Shard:
        if name in self._wires:
            return self._wires[name]
        for shard in self.shards:
            if len(shard.wanted) + count <= self._instruments_max:
                return shard
        self.shards.append(Shard(self._made))
        self._made += 1
        return self.shards[-1]

    def remove(self, instrument_ids: Iterable[str]) -> list[Shard]:
        """Take instruments out; return the shards that are empty now, and forget them."""
        for instrument_id in instrument_ids:
            shard = self._homes.pop(instrument_id, None)
            if shard is not None:
                shard.refused.discard(instrument_id)
                name = _wire_name(shard.wanted.pop(instrument_id))
                if all(_wire_name(each) != name for each in shard.wanted.values()):
                    del self._wires[name]
        empty = [shard for shard in self.shards if not shard.wanted]
        self.shards = [shard for shard in self.shards if shard.wanted]
        return empty


def _wire_name(instrument: Instrument) -> str:
    return instrument.book_native or instrument.native
