"""Floors (b): what parsing alone costs, without a book."""

from collections.abc import Callable

import msgspec
import orjson
import simdjson

from benches.contenders.base import Parser
from benches.contenders.careful_python import DECODERS
from benches.sessions import Session


def _orjson(_session: Session) -> Callable[[bytes], object]:
    return orjson.loads


def _msgspec_typed(session: Session) -> Callable[[bytes], object]:
    return DECODERS[session.channel]


def _msgspec_untyped(_session: Session) -> Callable[[bytes], object]:
    return msgspec.json.Decoder().decode


def _simdjson(_session: Session) -> Callable[[bytes], object]:
    return simdjson.Parser().parse


FLOORS = (
    Parser("(b) orjson", "orjson.loads", _orjson),
    Parser("(b) msgspec typed", "the decoders of (a) alone", _msgspec_typed),
    Parser("(b) msgspec untyped", "msgspec.json.Decoder without a type", _msgspec_untyped),
    Parser(
        "(b) simdjson",
        "pysimdjson with one parser reused; parses to its tape and makes no Python objects",
        _simdjson,
    ),
)
