from decimal import Decimal

from msgspec.structs import replace

from crossbook import Engine
from crossbook.errors import PrecisionError
from crossbook.model import Instrument, Scale
from crossbook.services.feed.registry import register
from crossbook.venues.registry import venue


def bitcoin(name: str, native: str, scale: Scale) -> Instrument:
    found = venue(name).symbols.instrument_from_native(native)
    return replace(found, scale=scale, asset=replace(found.asset))


BINANCE = bitcoin("binance", "BTCUSDT", Scale(8, 9))
OKX = bitcoin("okx", "BTC-USDT", Scale(6, 10))


def test_instruments_of_one_asset_share_a_scale() -> None:
    engine = Engine()
    done = register(engine, [BINANCE, OKX])
    assert {each.scale for each in done.instruments} == {Scale(8, 10)}
    assert done.refused == ()


def test_a_later_one_takes_over_the_scale_of_the_first() -> None:
    engine = Engine()
    register(engine, [OKX])
    done = register(engine, [BINANCE])
    assert [each.scale for each in done.instruments] == [OKX.scale]


def test_one_whose_rules_do_not_fit_is_refused_and_the_others_are_not() -> None:
    engine = Engine()
    register(engine, [OKX])
    fine = replace(BINANCE, tick=Decimal("1e-8"))
    other = venue("binance").symbols.instrument_from_native("ETHUSDT")
    done = register(engine, [fine, other])
    assert [each.native for each in done.instruments] == ["ETHUSDT"]
    assert [type(error) for error in done.refused] == [PrecisionError]


def test_what_has_a_book_keeps_it() -> None:
    engine = Engine()
    register(engine, [BINANCE])
    before = engine.book("BTC-USDT.BINANCE")
    done = register(engine, [BINANCE, OKX])
    assert engine.book("BTC-USDT.BINANCE") is before
    assert {str(each.id) for each in done.instruments} == {"BTC-USDT.BINANCE", "BTC-USDT.OKX"}
