import itertools

import pytest

from crossbook.sim.chaos.answers import PAGE, refusal, rule, unavailable
from crossbook.sim.chaos.calendar import Calendar
from crossbook.sim.chaos.log import FaultLog
from crossbook.sim.chaos.plan import (
    AnyFault,
    Endless,
    Html,
    Redirect,
    SlowRest,
    StaleSnapshot,
    Storm,
)


def calendar(*faults: AnyFault) -> Calendar:
    found = Calendar("okx", 1, FaultLog(), itertools.count(1).__next__)
    for fault in faults:
        found.add(fault, 0)
    found.turn(0)
    return found


def test_without_faults_nothing_happens() -> None:
    ruling = rule(calendar(), 0, "BTC-USDT", "/depth")
    assert (ruling.answer, ruling.delay_s, ruling.age_s, ruling.is_endless) == (None, 0, 0, False)


@pytest.mark.parametrize("status", [418, 429, 500, 502, 503])
def test_a_storm_refuses_with_its_status_and_says_when_to_come_back(status: int) -> None:
    answer = rule(calendar(Storm(status=status, retry_after_s=7)), 0, "", "/time").answer
    assert answer is not None
    assert answer.status == status
    assert dict(answer.headers)["Retry-After"] == "7"
    assert answer.body.startswith(b"{" if status < 500 else b"<html>")


def test_a_storm_may_have_a_body_of_its_own() -> None:
    text = '{"code":-1121,"msg":"Invalid symbol."}'
    answer = rule(calendar(Storm(status=200, body=text)), 0, "", "/depth").answer
    assert answer is not None
    assert (answer.status, answer.body) == (200, text.encode())
    assert dict(answer.headers)["Content-Type"] == "application/json"


def test_a_share_of_the_requests_is_struck_and_noted() -> None:
    faults = calendar(Storm(share=0.5))
    struck = sum(rule(faults, 0, "", "/time").answer is not None for _ in range(200))
    assert 60 < struck < 140
    assert faults.log.counts["storm"] == struck


def test_a_page_or_another_place_comes_instead_of_the_answer() -> None:
    assert rule(calendar(Html()), 0, "", "/time").answer == PAGE
    moved = rule(calendar(Redirect(location="/there", status=307)), 0, "", "/time").answer
    assert moved is not None
    assert (moved.status, moved.headers) == (307, (("Location", "/there"),))


def test_answers_may_be_late_old_and_endless_at_once() -> None:
    faults = calendar(SlowRest(delay_s=1), SlowRest(delay_s=2), StaleSnapshot(age_s=5), Endless())
    ruling = rule(faults, 0, "BTC-USDT", "/depth")
    assert (ruling.delay_s, ruling.age_s, ruling.is_endless) == (3, 5, True)


def test_only_answers_about_an_instrument_can_be_old() -> None:
    faults = calendar(StaleSnapshot())
    assert rule(faults, 0, "", "/time").age_s == 0
    assert not faults.log.counts


def test_faults_of_one_instrument_spare_other_requests() -> None:
    faults = calendar(Storm(native="BTC-USDT"))
    assert rule(faults, 0, "BTC-USDT", "/depth").answer is not None
    assert rule(faults, 0, "ETH-USDT", "/depth").answer is None
    assert rule(faults, 0, "", "/time").answer is None


def test_handshakes_are_refused_by_storms_that_strike_them_and_by_redirects() -> None:
    assert refusal(calendar(Storm(status=503)), 0, "/ws") is None
    answer = refusal(calendar(Storm(status=503, strikes="ws")), 0, "/ws")
    assert answer is not None
    assert answer.status == 503
    moved = refusal(calendar(Redirect()), 0, "/ws")
    assert moved is not None
    assert moved.status == 302


def test_a_storm_of_handshakes_spares_requests() -> None:
    assert rule(calendar(Storm(strikes="ws")), 0, "", "/time").answer is None
    assert rule(calendar(Storm(strikes="all")), 0, "", "/time").answer is not None


def test_maintenance_is_a_503() -> None:
    assert unavailable().status == 503
