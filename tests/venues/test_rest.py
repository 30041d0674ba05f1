"""What every venue's REST answers mean: literal answers as the venues document them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.errors import (
    CrossbookError,
    MetadataError,
    RateLimitError,
    UnavailableError,
    VenueError,
)
from crossbook.model import Instrument, Outcome
from crossbook.venues.base import Capability
from crossbook.venues.registry import VENUES
from crossbook.venues.requests import Kline, PublicTrade, Usage
from tests.venues.frames import natives

EACH = pytest.mark.parametrize("name", sorted(VENUES))
MS = 1_000_000
NOW_NS = 1_767_225_600_000_000_000


def one(name: str) -> Instrument:
    """Return an instrument of a venue."""
    return VENUES[name].symbols.instrument_from_native(natives(name, 1)[0], Outcome.YES)


def able(capability: Capability) -> list[str]:
    """Return the venues that can do something."""
    return sorted(name for name, each in VENUES.items() if capability in each.capabilities)


@EACH
def test_requests_draw_on_budgets_that_exist(name: str) -> None:
    rest, instrument = VENUES[name].rest, one(name)
    groups = {group.name: group for group in rest.GROUPS}
    requests = [*rest.instruments(), *rest.instruments("x"), rest.snapshot(instrument)]
    requests += [*rest.lookup(natives(name, 120)), rest.snapshot(instrument, 5)]
    if Capability.TIME in VENUES[name].capabilities:
        requests.append(rest.time())
    if name != "polymarket":
        requests.append(rest.trades(instrument))
    if Capability.KLINES in VENUES[name].capabilities:
        requests.append(rest.klines(instrument, 3600, NOW_NS))
    for request in requests:
        smallest = min(window.count for window in groups[request.group].windows)
        assert 1 <= request.weight <= smallest
        assert request.path.startswith("/")
        assert request.method == "GET"
        assert request.host in {"", *rest.HOSTS}


TIMES = [
    ("binance", b'{"serverTime":1499827319559}', 1_499_827_319_559 * MS),
    ("mexc", b'{"serverTime":1645539742000}', 1_645_539_742_000 * MS),
    ("kraken", b'{"error":[],"result":{"unixtime":1616336594,"rfc1123":"Sun, 21 Mar 21"}}',
     1_616_336_594_000 * MS),
    ("bybit", (b'{"retCode":0,"retMsg":"OK","result":{"timeSecond":"1688639403",'
     b'"timeNano":"1688639403423213947"},"time":1688639403423}'), 1_688_639_403_423_213_947),
    ("okx", b'{"code":"0","msg":"","data":[{"ts":"1597026383085"}]}', 1_597_026_383_085 * MS),
    ("gateio", b'{"server_time":1597026383085}', 1_597_026_383_085 * MS),
    ("coinbase", (b'{"iso":"2023-11-14T22:13:20Z","epochSeconds":"1700000000",'
     b'"epochMillis":"1700000000123"}'), 1_700_000_000_123 * MS),
    ("polymarket", b"1700000000", 1_700_000_000_000 * MS),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "expected"), TIMES)
def test_the_clock_is_read(name: str, body: bytes, expected: int) -> None:
    assert VENUES[name].rest.read_time(body) == expected


def test_every_clock_has_a_case() -> None:
    assert sorted(name for name, _, _ in TIMES) == able(Capability.TIME)


@pytest.mark.parametrize("name", sorted(set(VENUES) - set(able(Capability.TIME))))
def test_a_venue_without_a_clock_is_not_asked(name: str) -> None:
    with pytest.raises(ValueError, match="time"):
        VENUES[name].rest.time()


@pytest.mark.parametrize("name", able(Capability.TIME))
@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b'{"serverTime":-1}', b'{"serverTime":1e30}', b"\xff"]
)
def test_no_clock_is_read_from_something_else(name: str, body: bytes) -> None:
    with pytest.raises(MetadataError) as caught:
        VENUES[name].rest.read_time(body)
    assert caught.value.venue == name


def trade(id_: str, price: str, size: str, taker: str, ts_ns: int) -> PublicTrade:
    return PublicTrade(
        id=id_,
        price=Decimal(price),
        size=Decimal(size),
        taker="buy" if taker == "buy" else "sell",
        ts_event_ns=ts_ns,
    )


TOKEN = natives("polymarket", 1)[0]
TRADES = [
    ("binance", (b'[{"id":28457,"price":"4.00000100","qty":"12.00000000","quoteQty":"48.000012",'
     b'"time":1499865549590,"isBuyerMaker":true,"isBestMatch":true}]'),
     trade("28457", "4.000001", "12", "sell", 1_499_865_549_590 * MS)),
    ("mexc", (b'[{"id":null,"price":"23","qty":"0.478","quoteQty":"11","time":1640830579240,'
     b'"isBuyerMaker":true,"isBestMatch":true}]'),
     trade("", "23", "0.478", "sell", 1_640_830_579_240 * MS)),
    ("kraken", (b'{"error":[],"result":{"XXBTZUSD":[["30243.40000","0.34507674",1688669597.827,'
     b'"b","m","",61044952]],"last":"1688671969993150842"}}'),
     trade("61044952", "30243.4", "0.34507674", "buy", 1_688_669_597_827 * MS)),
    ("bybit", (b'{"retCode":0,"retMsg":"OK","result":{"category":"spot","list":[{"execId":"a905",'
     b'"symbol":"BTCUSDT","price":"27450.50","size":"0.005","side":"Buy","time":"1709891679000",'
     b'"isBlockTrade":false}]},"time":1709891679050}'),
     trade("a905", "27450.5", "0.005", "buy", 1_709_891_679_000 * MS)),
    ("okx", (b'{"code":"0","msg":"","data":[{"instId":"BTC-USDT","side":"sell","sz":"0.00013669",'
     b'"px":"102537.9","tradeId":"734864333","ts":"1747087163557"}]}'),
     trade("734864333", "102537.9", "0.00013669", "sell", 1_747_087_163_557 * MS)),
    ("gateio", (b'[{"id":"1232893232","create_time":"1548000000",'
     b'"create_time_ms":"1548000000123.456","side":"buy","amount":"0.15","price":"0.03"}]'),
     trade("1232893232", "0.03", "0.15", "buy", 1_548_000_000_123_456_000)),
    # The side is that of the maker.
    ("coinbase", (b'{"trades":[{"trade_id":"34b0","product_id":"BTC-USD","price":"140.91",'
     b'"size":"4","time":"2021-05-31T09:59:59.123456789Z","side":"BUY"}],"best_bid":"291.13"}'),
     trade("34b0", "140.91", "4", "sell", 1_622_455_199_123_456_789)),
    ("polymarket", b'[{"asset":"2","side":"BUY","price":0.5,"size":1,"timestamp":1},{"asset":"%s",'
     b'"side":"BUY","price":0.55,"size":100.0,"timestamp":1710000000,"transactionHash":"0xabc"}]'
     % TOKEN.encode(), trade("0xabc", "0.55", "100", "buy", 1_710_000_000_000 * MS)),
    ("kalshi", (b'{"trades":[{"trade_id":"d91b","ticker":"KXABC-30-B0000",'
     b'"yes_price_dollars":"0.4400","no_price_dollars":"0.5600","count_fp":"54.00",'
     b'"taker_outcome_side":"yes","created_time":"2026-01-01T00:00:00.123Z"}],"cursor":""}'),
     trade("d91b", "0.44", "54", "buy", NOW_NS + 123 * MS)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "expected"), TRADES)
def test_trades_are_read(name: str, body: bytes, expected: PublicTrade) -> None:
    assert VENUES[name].rest.read_trades(one(name), body) == [expected]


def test_all_trades_have_a_case() -> None:
    assert sorted(name for name, _, _ in TRADES) == able(Capability.PUBLIC_TRADES)


def test_a_trade_of_kalshi_is_seen_from_either_side() -> None:
    (body,) = (body for name, body, _ in TRADES if name == "kalshi")
    other = VENUES["kalshi"].symbols.instrument_from_native("KXABC-30-B0000", Outcome.NO)
    (seen,) = VENUES["kalshi"].rest.read_trades(other, body)
    assert (seen.price, seen.taker) == (Decimal("0.56"), "sell")


def kline(open_ns: int, prices: str, volume: str) -> Kline:
    first, high, low, last = map(Decimal, prices.split())
    return Kline(
        open_ns=open_ns, open=first, high=high, low=low, close=last, volume=Decimal(volume)
    )


KLINES = [
    ("binance", (b'[[1499040000000,"0.01634790","0.80000000","0.01575800","0.01577100",'
     b'"148976.11427815",1499644799999,"2434.19055334",308,"1756.87","28.46","0"]]'),
     kline(1_499_040_000_000 * MS, "0.0163479 0.8 0.015758 0.015771", "148976.11427815")),
    ("mexc", (b'[[1640804880000,"47482.36","47482.36","47416.57","47436.1","3.550717",'
     b'1640804940000,"168387.3"]]'),
     kline(1_640_804_880_000 * MS, "47482.36 47482.36 47416.57 47436.1", "3.550717")),
    ("kraken", (b'{"error":[],"result":{"XXBTZUSD":[[1688671200,"30306.1","30306.2","30305.7",'
     b'"30305.7","30306.1","3.39243896",23]],"last":1688672160}}'),
     kline(1_688_671_200_000 * MS, "30306.1 30306.2 30305.7 30305.7", "3.39243896")),
    ("bybit", (b'{"retCode":0,"result":{"list":[["1670608800000","17071","17073","17027",'
     b'"17055.5","268611","15.74462667"]]}}'),
     kline(1_670_608_800_000 * MS, "17071 17073 17027 17055.5", "268611")),
    ("okx", (b'{"code":"0","msg":"","data":[["1625097600000","33528.6","33870.0","33528.6",'
     b'"33783.9","778.838","0","0","0"]]}'),
     kline(1_625_097_600_000 * MS, "33528.6 33870 33528.6 33783.9", "778.838")),
    ("gateio", (b'[["1717246800","1157762.86821200","67772.5","67839.9","67715","67715.1",'
     b'"17.07790000","true"]]'),
     kline(1_717_246_800_000 * MS, "67715.1 67839.9 67715 67772.5", "17.0779")),
    ("coinbase", (b'{"candles":[{"start":"1712192400","low":"66055.14","high":"66331.99",'
     b'"open":"66312.4","close":"66181.6","volume":"355.82896243"}]}'),
     kline(1_712_192_400_000 * MS, "66312.4 66331.99 66055.14 66181.6", "355.82896243")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "expected"), KLINES)
def test_candles_are_read(name: str, body: bytes, expected: Kline) -> None:
    assert VENUES[name].rest.read_klines(one(name), body) == [expected]


def test_all_candles_have_a_case() -> None:
    assert sorted(name for name, _, _ in KLINES) == able(Capability.KLINES)


@EACH
def test_candles_of_an_odd_length_are_a_mistake_of_the_caller(name: str) -> None:
    with pytest.raises(ValueError, match="no candles of 61 s"):
        VENUES[name].rest.klines(one(name), 61, NOW_NS)


@pytest.mark.parametrize("name", able(Capability.KLINES))
def test_an_hour_of_candles_is_had_everywhere(name: str) -> None:
    assert VENUES[name].rest.klines(one(name), 3600, NOW_NS, 10).query


CUT = [body[:-9] for _, body, _ in (*TRADES, *KLINES)]


@EACH
@given(body=st.binary(max_size=80) | st.sampled_from(CUT))
def test_an_answer_of_another_form_is_named_as_such(name: str, body: bytes) -> None:
    rest, instrument = VENUES[name].rest, one(name)
    for read in (rest.read_trades, rest.read_klines):
        try:
            read(instrument, body)
        except MetadataError as error:
            assert error.venue == name  # noqa: PT017 -- any other error fails the test


FAILURES: list[tuple[str, int, dict[str, str], bytes, type[VenueError], str]] = [
    ("binance", 400, {}, b'{"code":-1121,"msg":"Invalid symbol."}', VenueError, "-1121"),
    ("binance", 429, {"retry-after": "7"}, b'{"code":-1003,"msg":"Too much"}', RateLimitError,
     "-1003"),
    ("binance", 503, {}, b'{"code":-1008,"msg":"Server is busy"}', UnavailableError, "-1008"),
    ("binance", 502, {}, b"<html>Bad Gateway</html>", UnavailableError, "http 502"),
    ("mexc", 400, {}, b'{"code":-1121,"msg":"Invalid symbol."}', VenueError, "-1121"),
    ("mexc", 429, {"retry-after": "3"}, b'{"code":429,"msg":"Too many requests"}',
     RateLimitError, "429"),
    ("mexc", 504, {}, b"", UnavailableError, "http 504"),
    ("kraken", 200, {}, b'{"error":["EQuery:Unknown asset pair"]}', VenueError,
     "EQuery:Unknown asset pair"),
    ("kraken", 200, {}, b'{"error":["EGeneral:Too many requests"]}', RateLimitError,
     "EGeneral:Too many requests"),
    ("kraken", 200, {}, b'{"error":["EService:Throttled:1700000000"]}', RateLimitError,
     "EService:Throttled"),
    ("kraken", 200, {}, b'{"error":["EService:Unavailable"]}', UnavailableError,
     "EService:Unavailable"),
    ("kraken", 520, {}, b"", UnavailableError, "http 520"),
    ("bybit", 200, {}, b'{"retCode":10001,"retMsg":"params error","result":{}}', VenueError,
     "10001"),
    ("bybit", 200, {}, b'{"retCode":10006,"retMsg":"Too many visits!"}', RateLimitError, "10006"),
    ("bybit", 200, {}, b'{"retCode":10016,"retMsg":"Server error."}', UnavailableError, "10016"),
    ("bybit", 403, {}, b"access too frequent", RateLimitError, "http 403"),
    ("bybit", 403, {}, b"<html>blocked</html>", VenueError, "http 403"),
    ("okx", 200, {}, b'{"code":"51001","msg":"Instrument ID does not exist","data":[]}',
     VenueError, "51001"),
    ("okx", 429, {}, b'{"code":"50011","msg":"Too Many Requests"}', RateLimitError, "50011"),
    ("okx", 200, {}, b'{"code":"50001","msg":"Service temporarily unavailable"}',
     UnavailableError, "50001"),
    ("gateio", 400, {}, b'{"label":"INVALID_CURRENCY_PAIR","message":"Invalid currency pair"}',
     VenueError, "INVALID_CURRENCY_PAIR"),
    ("gateio", 429, {}, b'{"label":"TOO_MANY_REQUESTS","message":"Request Rate limit Exceeded"}',
     RateLimitError, "TOO_MANY_REQUESTS"),
    ("gateio", 500, {}, b'{"label":"SERVER_ERROR","message":"Internal"}', UnavailableError,
     "SERVER_ERROR"),
    ("coinbase", 400, {}, b'{"error":"INVALID_ARGUMENT","error_details":"","message":"bad"}',
     VenueError, "INVALID_ARGUMENT"),
    ("coinbase", 429, {}, b'{"errors":[{"id":"rate_limit_exceeded","message":"slow"}]}',
     RateLimitError, "rate_limit_exceeded"),
    ("coinbase", 200, {}, b'{"success":false,"error":"X","message":"no"}', VenueError, "X"),
    ("coinbase", 401, {}, b"Unauthorized", VenueError, "http 401"),
    ("coinbase", 503, {}, b"", UnavailableError, "http 503"),
    ("polymarket", 404, {}, b'{"error":"No orderbook exists for the requested token id"}',
     VenueError, "http 404"),
    ("polymarket", 200, {}, b'{"error":"Invalid token id"}', VenueError, "error"),
    ("polymarket", 429, {"retry-after": "1"}, b'{"error":"rate limited"}', RateLimitError,
     "http 429"),
    ("polymarket", 425, {}, b'{"error":"engine restarting"}', UnavailableError, "http 425"),
    ("polymarket", 503, {}, b'{"error":"post only","code":"post_only_mode"}', UnavailableError,
     "post_only_mode"),
    ("kalshi", 404, {}, b'{"error":{"code":"not_found","message":"not found"}}', VenueError,
     "not_found"),
    ("kalshi", 400, {}, b'{"code":"bad_request","message":"no","details":""}', VenueError,
     "bad_request"),
    ("kalshi", 429, {}, b'{"error":"too many requests"}', RateLimitError, "http 429"),
    ("kalshi", 503, {}, b'{"code":"exchange_unavailable","message":"paused"}', UnavailableError,
     "exchange_unavailable"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "status", "headers", "body", "kind", "code"), FAILURES)
def test_a_refusal_says_what_to_do_next(
    name: str,
    status: int,
    headers: dict[str, str],
    body: bytes,
    kind: type[VenueError],
    code: str,
) -> None:
    error = VENUES[name].rest.failure(status, headers, body)
    assert type(error) is kind
    assert (error.venue, error.code) == (name, code)
    if isinstance(error, RateLimitError) and "retry-after" in headers:
        assert error.retry_after_s == float(headers["retry-after"])


def test_every_venue_has_a_case_of_each_kind() -> None:
    kinds = {(name, kind) for name, _, _, _, kind, _ in FAILURES}
    needed = (VenueError, RateLimitError, UnavailableError)
    assert kinds == {(name, kind) for name in VENUES for kind in needed}


@EACH
def test_a_ban_is_more_than_a_warning(name: str) -> None:
    error = VENUES[name].rest.failure(418, {"retry-after": "120"}, b"")
    assert isinstance(error, RateLimitError)
    assert (error.is_ban, error.retry_after_s) == (True, 120.0)


@EACH
def test_a_page_for_people_is_no_answer(name: str) -> None:
    error = VENUES[name].rest.failure(200, {}, b"\n<!DOCTYPE html><html>Attention</html>")
    assert isinstance(error, VenueError)
    assert error.code == "html"


@EACH
@given(status=st.integers(400, 599), body=st.binary(max_size=60))
def test_no_status_of_an_error_passes(name: str, status: int, body: bytes) -> None:
    assert isinstance(VENUES[name].rest.failure(status, {}, body), CrossbookError)


@EACH
def test_what_is_read_is_no_failure(name: str) -> None:
    answers = [body for venue, body, _ in (*TIMES, *TRADES, *KLINES) if venue == name]
    assert [VENUES[name].rest.failure(200, {}, body) for body in answers] == [None] * len(answers)


@pytest.mark.parametrize(
    ("name", "headers", "expected"),
    [
        ("binance", {"x-mbx-used-weight-1m": "1205"}, [Usage("weight", 1205, 60.0)]),
        ("binance", {"x-mbx-used-weight-1m": "many"}, []),
        ("gateio", {"x-gate-ratelimit-requests-remain": "180", "x-gate-ratelimit-limit": "200"},
         [Usage("public", 20, 10.0)]),
        ("gateio", {"x-gate-ratelimit-limit": "200"}, []),
        ("coinbase", {"x-ratelimit-limit": "10", "x-ratelimit-remaining": "9"},
         [Usage("public", 1, 1.0)]),
        ("coinbase", {"x-ratelimit-limit": "NaN", "x-ratelimit-remaining": "9"}, []),
    ],
)  # fmt: skip
def test_headers_tell_of_budgets(name: str, headers: dict[str, str], expected: list[Usage]) -> None:
    assert list(VENUES[name].rest.usage(headers)) == expected


@EACH
def test_headers_that_say_nothing_mean_nothing(name: str) -> None:
    assert list(VENUES[name].rest.usage({"content-type": "application/json"})) == []


@pytest.mark.parametrize("name", sorted(set(VENUES) - set(able(Capability.PAGES))))
def test_one_page_has_no_next_one(name: str) -> None:
    assert VENUES[name].rest.next_page(b'{"cursor":"x","next_cursor":"x"}') is None
    assert len(VENUES[name].rest.instruments()) == 1


@pytest.mark.parametrize(
    ("name", "body", "cursor"),
    [
        ("polymarket", b'{"markets":[],"next_cursor":"MTAw"}', "MTAw"),
        ("polymarket", b'{"markets":[]}', None),
        ("polymarket", b'{"data":[],"next_cursor":"LTE="}', None),
        ("polymarket", b"[]", None),
        ("kalshi", b'{"events":[],"cursor":"CgsI"}', "CgsI"),
        ("kalshi", b'{"events":[],"cursor":""}', None),
        ("kalshi", b'{"series":[]}', None),
    ],
)
def test_pages_follow_each_other(name: str, body: bytes, cursor: str | None) -> None:
    rest = VENUES[name].rest
    assert rest.next_page(body) == cursor
    if cursor is not None:
        (request,) = rest.instruments(cursor)
        assert cursor in dict(request.query).values()


@pytest.mark.parametrize("name", able(Capability.PAGES))
def test_a_lookup_names_everything_once(name: str) -> None:
    wanted = natives(name, 120)
    asked = [
        part
        for request in VENUES[name].rest.lookup(wanted)
        for field, value in request.query
        if field in {"clob_token_ids", "tickers"}
        for part in value.split(",")
    ]
    assert asked == wanted
