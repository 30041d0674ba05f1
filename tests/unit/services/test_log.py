"""A log line is an event with fields, for people or for programs."""

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest

from crossbook.services.log import open_log
from crossbook.services.settings import LogConfig

LOG = logging.getLogger("crossbook.somewhere")


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    names = (None, "aiohttp", "asyncio", "picows")
    before = {name: logging.getLogger(name).level for name in names}
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def logged(config: LogConfig) -> list[str]:
    text = StringIO()
    handler = open_log(config, text)
    try:
        LOG.info("feed.open venue=%s", "kraken")
        LOG.debug("unheard")
        logging.getLogger("asyncio").info("Using selector")
        try:
            int("no such thing")
        except ValueError:
            LOG.exception("feed.failed venue=%s", "okx")
    finally:
        logging.getLogger().removeHandler(handler)
    return text.getvalue().splitlines()


def test_people_get_lines() -> None:
    first, second, *trace = logged(LogConfig())
    assert first.split() == [first.split()[0], "info", "feed.open", "venue=kraken"]
    assert first.split()[0].endswith("Z")
    assert second.endswith("error   feed.failed venue=okx")
    assert trace[-1] == "ValueError: invalid literal for int() with base 10: 'no such thing'"


def test_programs_get_an_object_a_line() -> None:
    first, second = map(json.loads, logged(LogConfig(form="json")))
    assert (first["level"], first["logger"]) == ("info", "crossbook.somewhere")
    assert first["message"] == "feed.open venue=kraken"
    assert "error" not in first
    assert second["error"].endswith("'no such thing'")


def test_what_matters_less_is_left_out() -> None:
    assert [line.split()[1] for line in logged(LogConfig(level="error"))[:1]] == ["error"]
    assert "unheard" in " ".join(logged(LogConfig(level="debug")))
