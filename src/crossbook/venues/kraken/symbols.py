"""Instruments of Kraken spot, from REST `AssetPairs` or the v2 channel `instrument`.

Kraken spells one pair in four ways: `BTC/USD` on websocket v2, `XBT/USD` on v1, `XBTUSD` and
`XXBTZUSD` on REST. The first is the native symbol here, the others are aliases.
"""

from decimal import Decimal

import msgspec

from crossbook.model import (
    AssetKey,
    Catalogue,
    FeeSchedule,
    FeeSource,
    Instrument,
    Kind,
    Outcome,
    Scale,
    Status,
    storage_scale,
)
from crossbook.model.fees import ppm
from crossbook.venues.metadata import Row, collect, document, misfit, step_of
from crossbook.venues.pairs import bare_spot, split_at, split_word

__all__ = ["DEFAULT_FEE", "instrument_from_native", "instruments", "recognises", "split"]

_VENUE = "kraken"

DEFAULT_FEE = FeeSchedule(taker_ppm=4000, maker_ppm=2500)
"""0.40 % and 0.25 %, the first tier; `AssetPairs` has rates, the v2 channel has none."""

_STATUS = {
    "online": Status.TRADING,
    "cancel_only": Status.CANCEL_ONLY,
    "post_only": Status.POST_ONLY,
    "limit_only": Status.LIMIT_ONLY,
    "reduce_only": Status.REDUCE_ONLY,
    "maintenance": Status.HALTED,
    "work_in_progress": Status.HALTED,
    "delisted": Status.CLOSED,
}

_NEW_NAMES = {"XBT": "BTC", "XDG": "DOGE"}
_OLD_NAMES = {new: old for old, new in _NEW_NAMES.items()}

_LEGACY_NAMES = (
    "XETC XETH XICN XLTC XMLN XREP XXBT XXDG XXLM XXMR XXRP XXVN XZEC "
    "ZAUD ZCAD ZEUR ZGBP ZJPY ZKRW ZUSD"
)
_LEGACY = frozenset(_LEGACY_NAMES.split())
"""Internal names that carry a class letter. Newer assets have none: a rule would cut XCAD."""

_QUOTES = "AED AUD BTC CAD CHF DAI DOT ETH EUR GBP JPY PYUSD RLUSD USD USDC USDT XBT"


def instruments(metadata: bytes) -> Catalogue:
    """Return the pairs of an AssetPairs answer or of an instrument snapshot."""
    found = document(_VENUE, metadata)
    if not recognises(found):
        raise misfit(_VENUE, found, "an object with `result` of pairs, or channel `instrument`")
    assert isinstance(found, dict)
    if "data" in found:
        return collect(_VENUE, found["data"]["pairs"], "symbol", _v2_pair)
    rows = [
        {**row, "key": key} if isinstance(row, dict) else row
        for key, row in found["result"].items()
    ]
    return collect(_VENUE, rows, "key", _rest_pair)


def recognises(document: object) -> bool:
    """Return whether this is an AssetPairs answer or an instrument snapshot."""
    if not isinstance(document, dict):
        return False
    data, result = document.get("data"), document.get("result")
    if document.get("channel") == "instrument":
        return isinstance(data, dict) and isinstance(data.get("pairs"), list)
    return isinstance(result, dict) and any(
        isinstance(row, dict) and "pair_decimals" in row for row in result.values()
    )


def split(native: str) -> tuple[str, str]:
    """Return base and quote of `BTC/USD`, `XBT/USD`, `XBTUSD` or `XXBTZUSD`."""
    if "/" in native:
        base, quote = split_at(native, "/")
    elif len(native) == 8 and {native[:4], native[4:]} <= _LEGACY:
        base, quote = native[:4], native[4:]
    else:
        base, quote = split_word(native, _QUOTES)
    return _currency(base), _currency(quote)


def instrument_from_native(
    native: str,
    outcome: Outcome | None = None,
    *,
    price_decimals: int | None = None,
    size_decimals: int | None = None,
) -> Instrument:
    """Return an instrument of which only the native symbol, in any spelling, is known."""
    del outcome  # A pair has no sides.
    bare = bare_spot(_VENUE, native, split, DEFAULT_FEE, price_decimals, size_decimals)
    if not bare.quote:
        return bare
    spellings = (f"{bare.base}/{bare.quote}", *_old_spellings(bare.base, bare.quote))
    aliases = tuple(dict.fromkeys(each for each in spellings if each != native))
    return msgspec.structs.replace(bare, aliases=aliases)


def _currency(name: str) -> str:
    """Return the common name of a currency: `XXBT` and `XBT` are BTC, `ZUSD` is USD."""
    short = name[1:] if name in _LEGACY else name
    return _NEW_NAMES.get(short, short)


def _old_spellings(base: str, quote: str) -> tuple[str, str]:
    """Return the names on websocket v1 and, as `altname`, on REST."""
    old = _OLD_NAMES.get(base, base), _OLD_NAMES.get(quote, quote)
    return "/".join(old), "".join(old)


def _rest_pair(row: Row) -> list[Instrument]:
    key, altname = row.text("key"), row.text("altname")
    if row.has("wsname"):
        base, quote = split(row.text("wsname"))
        symbol, native = f"{base}-{quote}", f"{base}/{quote}"
        spellings = dict.fromkeys((row.text("wsname"), altname, key))
    else:
        # A dark pool (`XXBTZUSD.d`) is off the websocket, and a book of its own.
        base, quote = _currency(row.text("base")), _currency(row.text("quote"))
        symbol, native = f"{base}-{quote}.{altname.rpartition('.')[2]}", key
        spellings = dict.fromkeys((altname,))
    printed = Scale(row.decimals("pair_decimals"), row.decimals("lot_decimals"))
    # Lists of 2021 have neither tick_size nor costmin nor status.
    tick = row.positive("tick_size") if row.has("tick_size") else step_of(printed.price_decimals)
    return [
        _pair(
            names=(symbol, native, tuple(s for s in spellings if s != native)),
            currencies=(base, quote),
            steps=(tick, step_of(printed.size_decimals)),
            printed=printed,
            limits=(row.bound("ordermin"), row.bound("costmin")),
            fee=_fee(row),
            status=_status(row, Status.TRADING),
        )
    ]


def _v2_pair(row: Row) -> list[Instrument]:
    native = row.text("symbol")
    base, quote = row.text("base"), row.text("quote")
    spellings = dict.fromkeys(_old_spellings(base, quote))
    return [
        _pair(
            names=(f"{base}-{quote}", native, tuple(s for s in spellings if s != native)),
            currencies=(base, quote),
            steps=(row.positive("price_increment"), row.positive("qty_increment")),
            printed=Scale(row.decimals("price_precision"), row.decimals("qty_precision")),
            limits=(row.bound("qty_min"), row.bound("cost_min")),
            fee=DEFAULT_FEE,
            status=_status(row, Status.UNKNOWN),
        )
    ]


def _pair(
    *,
    names: tuple[str, str, tuple[str, ...]],
    currencies: tuple[str, str],
    steps: tuple[Decimal, Decimal],
    printed: Scale,
    limits: tuple[Decimal | None, Decimal | None],
    fee: FeeSchedule,
    status: tuple[Status, str],
) -> Instrument:
    symbol, native, aliases = names
    base, quote = currencies
    tick, lot = steps
    min_size, min_notional = limits
    return Instrument(
        symbol=symbol,
        venue=_VENUE,
        native=native,
        kind=Kind.SPOT,
        base=base,
        quote=quote,
        asset=AssetKey.of_pair(symbol, base),
        scale=storage_scale(tick, lot, quote=quote),
        printed_scale=printed,
        fee=fee,
        aliases=aliases,
        status=status[0],
        status_text=status[1],
        tick=tick,
        lot=lot,
        min_size=min_size,
        min_notional=min_notional,
    )


def _fee(row: Row) -> FeeSchedule:
    """Return the rates of the first tier, which the list gives in percent by volume."""
    taker = _first_tier(row, "fees")
    # Without a maker's table both pay the same.
    maker = _first_tier(row, "fees_maker") if row.has("fees_maker") else taker
    return FeeSchedule(taker_ppm=taker, maker_ppm=maker, source=FeeSource.METADATA)


def _first_tier(row: Row, field: str) -> int:
    tiers = row.fields.get(field)
    if not isinstance(tiers, list) or not tiers:
        raise row.error(field, "a list of tiers")
    first = tiers[0]
    if not isinstance(first, list) or len(first) != 2:
        raise row.error(field, "a list of [volume, percent]")
    tier = Row(row.venue, row.symbol, {f"{field}[0][1]": first[1]})
    return ppm(tier.rate(f"{field}[0][1]", percent=True))


def _status(row: Row, missing: Status) -> tuple[Status, str]:
    text = row.word("status")
    return (_STATUS.get(text, Status.UNKNOWN) if text else missing), text
