from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from crossbook.errors import RecordingError
from crossbook.storage.stream import Form, Row, form_of, rows

GOOD = b'5\tC\twss://example.test/ws\n7\tS\t{}\n-\tR\t{"a": 1}\n9\tR\tPONG\n'


def read(path: Path) -> list[Row]:
    return [row for block in rows(path) for row in block]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.tsv", Form.STREAM),
        ("a.tsv.zst", Form.STREAM),
        ("a.hex.tsv", Form.HEX),
        ("a.hex.tsv.zst", Form.HEX),
        ("a.json", Form.DOCUMENT),
        ("a.ndjson.zst", Form.DOCUMENTS),
    ],
)
def test_the_name_tells_the_form(name: str, form: Form) -> None:
    assert form_of(Path(name)) is form


def test_another_name_is_refused() -> None:
    with pytest.raises(RecordingError, match=r"frames.txt: its name ends in none of .hex.tsv"):
        form_of(Path("frames.txt"))


def test_rows_have_time_direction_and_payload(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes(GOOD)
    expected = [
        (5, b"C", b"wss://example.test/ws"),
        (7, b"S", b"{}"),
        (0, b"R", b'{"a": 1}'),
        (9, b"R", b"PONG"),
    ]
    assert read(path) == expected
    path.write_bytes(GOOD[:-1])
    assert read(path) == expected
    packed = tmp_path / "a.tsv.zst"
    packed.write_bytes(zstandard.compress(GOOD))
    assert read(packed) == expected


def test_the_payload_keeps_its_bytes_tabs_included(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes(b"1\tR\t\xff\t\x00 \r\n")
    assert read(path) == [(1, b"R", b"\xff\t\x00 \r")]


def test_hexadecimal_payloads_become_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.hex.tsv"
    path.write_bytes(b"1\tC\twss://example.test\n-\tR\t0aFF00\n")
    assert read(path) == [(1, b"C", b"wss://example.test"), (0, b"R", b"\x0a\xff\x00")]


def test_documents_are_messages_at_no_known_time(tmp_path: Path) -> None:
    one, many = tmp_path / "a.json", tmp_path / "a.ndjson"
    one.write_bytes(b'{\n "a": 1\n}\n')
    many.write_bytes(b'{"a":1}\n\n{"a":2}')
    assert read(one) == [(0, b"R", b'{\n "a": 1\n}')]
    assert read(many) == [(0, b"R", b'{"a":1}'), (0, b"R", b'{"a":2}')]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"1\tR", "2 of the three fields time, direction, payload"),
        (b"", "1 of the three fields"),
        (b"now\tR\t{}", "time is 'now', expected nanoseconds of Unix time or -"),
        (b"-1\tR\t{}", "time is '-1'"),
        (b"1_0\tR\t{}", "time is '1_0'"),
        (b"9223372036854775808\tR\t{}", "time is '9223372036854775808'"),
        (b"9" * 5_000 + b"\tR\t{}", f"time is '{'9' * 40}'…"),
        (b"\xff\tR\t{}", r"time is '\\xff'"),
        (b"1\tX\t{}", "direction is 'X', expected C, S or R"),
        (b"1\t\t{}", "direction is ''"),
    ],
)
def test_a_bad_line_is_named(line: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes(GOOD + line + b"\n" + GOOD)
    with pytest.raises(RecordingError) as caught:
        read(path)
    assert (caught.value.path, caught.value.line) == (str(path), 5)
    assert caught.value.reason.startswith(reason)


@pytest.mark.parametrize("payload", [b"0", b"0g", b"\xff\xff", b'{"a":1}'])
def test_what_is_not_hexadecimal_is_named(payload: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.hex.tsv"
    path.write_bytes(b"1\tR\t00\n2\tR\t" + payload + b"\n")
    with pytest.raises(RecordingError, match="expected hexadecimal digits") as caught:
        read(path)
    assert caught.value.line == 2


@given(content=st.binary(max_size=300))
def test_any_bytes_are_rows_or_an_error_with_a_line(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.tsv"
    path.write_bytes(content)
    try:
        found = read(path)
    except RecordingError as error:
        assert error.line or not content  # noqa: PT017 - either outcome is right
    else:
        assert len(found) == len(content.removesuffix(b"\n").split(b"\n"))
