"""Instruments of Coinbase, from Advanced Trade and from the Exchange's `GET /products`."""

from datetime import UTC, datetime, timedelta

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
from crossbook.venues.metadata import Row, collect, document, misfit
from crossbook.venues.pairs import bare_spot, split_at

__all__ = ["DEFAULT_FEE", "instrument_from_native", "instruments", "recognises", "split"]

_VENUE = "coinbase"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

DEFAULT_FEE = FeeSchedule(taker_ppm=12_000, maker_ppm=6_000)
"""1.20 % and 0.60 %, the lowest tier; the lists have no rates."""

_FLAGS = {
    "is_disabled": Status.HALTED,
    "trading_disabled": Status.HALTED,
    "view_only": Status.HALTED,
    "auction_mode": Status.HALTED,
    "cancel_only": Status.CANCEL_ONLY,
    "post_only": Status.POST_ONLY,
    "limit_only": Status.LIMIT_ONLY,
}
"""What each flag means, the strictest first."""

_STATUS = {
    "online": Status.TRADING,
    "": Status.TRADING,  # Futures have no word of their own: the flags say it all.
    "offline": Status.HALTED,
    "internal": Status.HALTED,
    "delisted": Status.CLOSED,
}


def instruments(metadata: bytes) -> Catalogue:
    """Return the products of a list, or the one of a single answer."""
    found = document(_VENUE, metadata)
    rows = _rows(found)
    if rows is None or not recognises(found):
        raise misfit(_VENUE, found, "a list of products")
    advanced = _is_advanced(rows[0]) if rows else True
    return collect(_VENUE, rows, "product_id" if advanced else "id", _product)


def recognises(document: object) -> bool:
    """Return whether this is a product, or a list of them, of either interface."""
    rows = _rows(document)
    if not rows:
        return isinstance(document, dict) and rows is not None
    first = rows[0]
    return _is_advanced(first) or (
        isinstance(first, dict) and {"id", "base_currency", "quote_increment"} <= first.keys()
    )


def split(native: str) -> tuple[str, str]:
    """Return base and quote of `BTC-USD`."""
    return split_at(native, "-")


def instrument_from_native(
    native: str,
    outcome: Outcome | None = None,
    *,
    price_decimals: int | None = None,
    size_decimals: int | None = None,
) -> Instrument:
    """Return an instrument of which only the native symbol is known."""
    del outcome  # A pair has no sides.
    return bare_spot(_VENUE, native, split, DEFAULT_FEE, price_decimals, size_decimals)


def _rows(document: object) -> list[object] | None:
    if isinstance(document, dict):
        if "product_id" in document:
            return [document]
        document = document.get("products")
    return document if isinstance(document, list) else None


def _is_advanced(row: object) -> bool:
    return isinstance(row, dict) and "product_id" in row and "base_increment" in row


def _product(row: Row) -> list[Instrument]:
    return [_advanced_product(row) if row.has("product_id") else _exchange_product(row)]


def _exchange_product(row: Row) -> Instrument:
    base, quote = row.text("base_currency"), row.text("quote_currency")
    # The Exchange calls the tick `quote_increment`; Advanced Trade has another field for it.
    tick, lot = row.positive("quote_increment"), row.positive("base_increment")
    size_max = row.bound("base_max_size")
    status, status_text = _status(row)
    return Instrument(
        symbol=f"{base}-{quote}",
        venue=_VENUE,
        native=row.text("id"),
        kind=Kind.SPOT,
        base=base,
        quote=quote,
        asset=AssetKey.of_pair(f"{base}-{quote}", base),
        scale=storage_scale(tick, lot, quote=quote, size_max=size_max),
        fee=DEFAULT_FEE,
        status=status,
        status_text=status_text,
        tick=tick,
        lot=lot,
        min_size=row.bound("base_min_size"),
        max_size=size_max,
        min_notional=row.bound("min_market_funds"),
    )


def _advanced_product(row: Row) -> Instrument:
    native = row.text("product_id")
    is_future = row.word("product_type") == "FUTURE"
    contract = _contract(row.child("future_product_details"), row) if is_future else None
    base = contract.currency if contract else row.text("base_currency_id")
    quote = row.text("quote_currency_id")
    # A future has no pair of its own: the venue's name is its symbol.
    symbol = native if is_future else f"{base}-{quote}"
    tick, lot = row.positive("price_increment"), row.positive("base_increment")
    size_max = row.bound("base_max_size")
    status, status_text = _status(row)
    return Instrument(
        symbol=symbol,
        venue=_VENUE,
        native=native,
        kind=Kind.FUTURE if is_future else Kind.SPOT,
        base=base,
        quote=quote,
        asset=AssetKey.of_pair(symbol, base),
        scale=storage_scale(tick, lot, quote=quote, size_max=size_max),
        fee=DEFAULT_FEE,
        status=status,
        status_text=status_text,
        tick=tick,
        lot=lot,
        min_size=row.bound("base_min_size"),
        max_size=size_max,
        min_notional=row.bound("quote_min_size"),
        contract=contract,
        # BTC-USDC is traded in the book of BTC-USD and sent under that name only.
        book_native=row.word("alias") or None,
    )


def _contract(details: Row, row: Row) -> Contract:
    expiry = details.text("contract_expiry")
    try:
        expires = datetime.fromisoformat(expiry)
    except ValueError as error:
        raise details.error("contract_expiry", "a time") from error
    if expires.tzinfo is None:
        raise details.error("contract_expiry", "a time with its zone")
    return Contract(
        size=details.positive("contract_size"),
        currency=details.text("contract_root_unit"),
        settle=row.text("quote_currency_id"),
        is_inverse=False,
        expires_ns=(expires - _EPOCH) // timedelta(microseconds=1) * 1000,
    )


def _status(row: Row) -> tuple[Status, str]:
    word = row.word("status")
    raised = [flag for flag in _FLAGS if row.flag(flag)]
    text = ", ".join([word, *raised] if word else raised)
    status = _STATUS.get(word, Status.UNKNOWN)
    if status is Status.TRADING and raised:
        return _FLAGS[raised[0]], text
    return status, text
