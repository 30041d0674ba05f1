"""What happens to the answers of a venue's REST interface."""

from typing import Final

import msgspec

from crossbook.sim.chaos.calendar import Calendar, Standing
from crossbook.sim.chaos.plan import Endless, Html, Redirect, SlowRest, StaleSnapshot, Storm
from crossbook.sim.desk import HttpAnswer

__all__ = ["PAGE", "Ruling", "refusal", "rule", "unavailable"]

PAGE: Final = HttpAnswer(
    status=200,
    body=b"<!DOCTYPE html><html><head><title>One moment</title></head><body></body></html>\n",
    headers=(("Content-Type", "text/html; charset=utf-8"),),
)
"""What a proxy in front of a venue shows instead of it."""

_TEXTS: Final = {
    403: b'{"code":403,"msg":"access too frequent"}',
    418: b'{"code":-1003,"msg":"Way too much request weight used; IP banned."}',
    429: b'{"code":-1003,"msg":"Too many requests."}',
}


class Ruling(msgspec.Struct):
    """What becomes of one answer."""

    answer: HttpAnswer | None = None
    """What is answered instead; `None`: what the venue says."""
    delay_s: float = 0.0
    """How much later it is answered."""
    age_s: float = 0.0
    """Show books as they were so long ago."""
    is_endless: bool = False
    """The body never ends."""


def rule(calendar: Calendar, now_ns: int, native: str, path: str) -> Ruling:
    """Return what the faults in force do to the answer to a request.

    Args:
        calendar: the venue's faults.
        now_ns: the time.
        native: the instrument that the answer is about; empty: none.
        path: the request's, for the log.
    """
    ruling = Ruling()
    for standing in calendar.rest:
        if standing.fault.native not in {"", native} or not standing.strikes():
            continue
        if _apply(ruling, standing, native):
            calendar.note(standing, now_ns, native=native, detail=path[:200])
    return ruling


def refusal(calendar: Calendar, now_ns: int, path: str) -> HttpAnswer | None:
    """Return how the faults in force refuse a websocket handshake; `None`: they do not."""
    for standing in calendar.rest:
        match standing.fault:
            case Redirect() as redirect:
                answer = _moved(redirect)
            case Storm(strikes="ws" | "all") as storm:
                answer = _refused(storm)
            case _:
                continue
        if standing.strikes():
            calendar.note(standing, now_ns, detail=path[:200])
            return answer
    return None


def unavailable(retry_after_s: int | None = None) -> HttpAnswer:
    """Return what a venue answers that is under maintenance."""
    return _refused(Storm(status=503, retry_after_s=retry_after_s))


def _apply(ruling: Ruling, standing: Standing, native: str) -> bool:
    """Let a fault change a ruling; return whether it did."""
    match standing.fault:
        case Storm() as storm:
            if storm.strikes == "ws":
                return False
            ruling.answer = _refused(storm)
        case Html():
            ruling.answer = PAGE
        case Redirect() as redirect:
            ruling.answer = _moved(redirect)
        case SlowRest(delay_s=delay_s):
            ruling.delay_s += delay_s
        case StaleSnapshot(age_s=age_s):
            if not native:
                return False
            ruling.age_s = max(ruling.age_s, age_s)
        case Endless():
            ruling.is_endless = True
    return True


def _refused(storm: Storm) -> HttpAnswer:
    status = storm.status
    if storm.body is not None:
        body, is_json = storm.body.encode(), storm.body.lstrip()[:1] in {"{", "["}
    elif status in _TEXTS:
        body, is_json = _TEXTS[status], True
    else:
        title = b"%d" % status
        body, is_json = b"<html><head><title>%s</title></head></html>\n" % title, False
    headers = [("Content-Type", "application/json" if is_json else "text/html")]
    if storm.retry_after_s is not None:
        headers.append(("Retry-After", str(storm.retry_after_s)))
    return HttpAnswer(status=status, body=body, headers=tuple(headers))


def _moved(redirect: Redirect) -> HttpAnswer:
    return HttpAnswer(status=redirect.status, headers=(("Location", redirect.location),))
