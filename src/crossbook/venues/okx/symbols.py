"""Instruments of OKX, from `GET /api/v5/public/instruments` or the channel of that name."""

import msgspec

from crossbook.model import (
    AssetKey,
    Catalogue,
    Contract,
    FeeSchedule,
    Instrument,
    Kind,
    Outcome,
    Status,
    storage_scale,
)
from crossbook.model.identifiers import canonical_symbol
from crossbook.venues.metadata import Row, collect, document, misfit
from crossbook.venues.pairs import bare_spot, split_at

__all__ = ["DEFAULT_FEE", "instrument_from_native", "instruments", "recognises", "split"]

_VENUE = "okx"

DEFAULT_FEE = FeeSchedule(taker_ppm=1000, maker_ppm=800)
"""0.10 % and 0.08 %, regular users on spot; the list has no rates, and derivatives cost less."""

_KIND = {
    "SPOT": Kind.SPOT,
    "MARGIN": Kind.SPOT,  # Borrowed money, the same book under the same name.
    "FUTURES": Kind.FUTURE,
    "SWAP": Kind.SWAP,
    "OPTION": Kind.OPTION,
}

_STATUS = {
    "live": Status.TRADING,
    "suspend": Status.HALTED,
    "preopen": Status.PRE_OPEN,
    "test": Status.HALTED,
    "expired": Status.CLOSED,
    "settling": Status.CLOSED,
}


def instruments(metadata: bytes) -> Catalogue:
    """Return the instruments of an answer, of any type."""
    found = document(_VENUE, metadata)
    if not recognises(found):
        raise misfit(_VENUE, found, "an object with `data`, a list of instruments")
    assert isinstance(found, dict)
    return collect(_VENUE, found["data"], "instId", _instrument)


def recognises(document: object) -> bool:
    """Return whether this is an answer or a channel message that lists instruments."""
    rows = document.get("data") if isinstance(document, dict) else None
    return isinstance(rows, list) and any(
        isinstance(row, dict) and {"instId", "tickSz"} <= row.keys() for row in rows
    )


def split(native: str) -> tuple[str, str]:
    """Return base and quote of `BTC-USDT`; a derivative's name starts with its pair."""
    base, _, rest = native.partition("-")
    return split_at(f"{base}-{rest.partition('-')[0]}", "-")


def instrument_from_native(
    native: str,
    outcome: Outcome | None = None,
    *,
    price_decimals: int | None = None,
    size_decimals: int | None = None,
) -> Instrument:
    """Return an instrument of which only the native symbol is known.

    A name with more than two parts is a derivative; which one, only the list tells.
    """
    del outcome  # Neither a pair nor a contract has sides.
    bare = bare_spot(_VENUE, native, split, DEFAULT_FEE, price_decimals, size_decimals)
    if native.count("-") < 2:
        return bare
    symbol = canonical_symbol(native)
    return msgspec.structs.replace(
        bare, symbol=symbol, kind=_kind_of(native), asset=AssetKey.of_pair(symbol, bare.base)
    )


def _kind_of(native: str) -> Kind:
    if native.endswith("-SWAP"):
        return Kind.SWAP
    return Kind.OPTION if native.endswith(("-C", "-P")) else Kind.FUTURE


def _instrument(row: Row) -> list[Instrument]:
    native = row.text("instId")
    kind = _KIND.get(row.text("instType"))
    if kind is None:
        raise row.error("instType", f"one of {', '.join(_KIND)}")
    if kind is Kind.SPOT:
        base, quote = row.text("baseCcy"), row.text("quoteCcy")
    else:
        base, quote = split_at(row.text("uly"), "-")
    # A contract has no pair of its own: the venue's name is its symbol.
    symbol = f"{base}-{quote}" if kind is Kind.SPOT else native
    tick, lot = row.positive("tickSz"), row.positive("lotSz")
    size_max = row.bound("maxLmtSz")
    status_text = row.text("state")
    return [
        Instrument(
            symbol=symbol,
            venue=_VENUE,
            native=native,
            kind=kind,
            base=base,
            quote=quote,
            asset=AssetKey.of_pair(symbol, base),
            scale=storage_scale(tick, lot, quote=quote, size_max=size_max),
            fee=DEFAULT_FEE,
            status=_STATUS.get(status_text, Status.UNKNOWN),
            status_text=status_text,
            tick=tick,
            lot=lot,
            min_size=row.bound("minSz"),
            max_size=size_max,
            contract=None if kind is Kind.SPOT else _contract(row),
        )
    ]


def _contract(row: Row) -> Contract:
    has_expiry = row.has("expTime")
    return Contract(
        size=row.positive("ctVal") * row.positive("ctMult"),
        currency=row.text("ctValCcy"),
        settle=row.text("settleCcy"),
        # Options on coins have no such word and are paid in the coin per unit of it.
        is_inverse=row.word("ctType") == "inverse",
        expires_ns=row.integer("expTime", 0, 2**53) * 1_000_000 if has_expiry else None,
    )
