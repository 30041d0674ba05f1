"""The recorded sessions, and the pure-Python contenders on them: values of expected.json."""

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from benches.check import WrongBookError, check
from benches.contenders import careful_python
from benches.contenders.careful_python import CarefulPython
from benches.dialects import changes
from benches.sessions import SOURCES, Session, Source, load

CONTENDERS = [careful_python.REFERENCE, careful_python.PROVING, careful_python.LISTS]
by_session = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.channel)


@cache
def session_of(source_name: str, folder: Path) -> Session:
    return load(next(source for source in SOURCES if source.name == source_name), folder)


def expected_final(source: Source, folder: Path) -> Any:
    answers = json.loads((folder / "expected.json").read_bytes())
    return answers[source.file.removesuffix(".zst")]["final"]


@by_session
@pytest.mark.parametrize("contender", CONTENDERS, ids=lambda contender: contender.name)
def test_a_contender_ends_with_the_expected_best_prices(
    contender: CarefulPython, source: Source, recordings: Path
) -> None:
    session = session_of(source.name, recordings)
    if session.channel in contender.feeds:
        check(contender, session)
    else:
        assert contender.refusal(session)


@by_session
def test_the_reference_ends_with_the_expected_number_of_levels(
    source: Source, recordings: Path
) -> None:
    final = expected_final(source, recordings)
    named = {"": final} if "levels" in final else final
    expected = sorted(sides["levels"] for sides in named.values() if "levels" in sides)
    session = session_of(source.name, recordings)
    run = careful_python.REFERENCE.open(session)
    for frame in session.frames:
        run.on_frame(frame.payload, frame.ts_recv_ns)
    ours = sorted([len(book.bids), len(book.asks)] for book in run.books.values())
    # Kalshi's answers hold best prices only.
    assert ours == expected or source.channel.startswith("kalshi")


@by_session
def test_scaling_a_float_is_exact_for_every_number_recorded(
    source: Source, recordings: Path
) -> None:
    session = session_of(source.name, recordings)
    for payload in [snapshot.payload for snapshot in session.snapshots] + [
        frame.payload for frame in session.frames
    ]:
        for change in changes(session.channel, payload):
            # A REST answer does not name its instrument; its numbers are those of the frames.
            if not change.native:
                continue
            spec = session.books[change.native]
            for price, size in change.levels:
                for text, decimals in ((price, spec.price_decimals), (size, spec.size_decimals)):
                    exact = Decimal(text).scaleb(decimals)
                    assert round(float(text) * 10**decimals) == exact


def test_a_wrong_book_is_refused(recordings: Path) -> None:
    session = session_of("Coinbase level2", recordings)
    cut_short = Session(
        session.name,
        session.channel,
        session.books,
        session.snapshots,
        session.frames[:100],
        session.expected,
        session.level_count,
    )
    with pytest.raises(WrongBookError, match=r"\(a\) careful Python is wrong on Coinbase level2"):
        check(careful_python.REFERENCE, cut_short)
