import pytest

from crossbook.commands.failure import failures_in_one_line
from crossbook.errors import RecordingError


def test_an_error_of_ours_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught, failures_in_one_line():
        raise RecordingError("a\nb.tsv", 3, "it is\r\nbroken")
    assert caught.value.code == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", "error: recording a b.tsv:3: it is broken\n")


def test_any_other_error_is_a_defect_and_shows_as_one() -> None:
    with pytest.raises(ZeroDivisionError), failures_in_one_line():
        _ = 1 / 0
