"""`crossbook config validate` says whether a configuration can be used."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crossbook.cli import main
from tests.recordings import ROOT


def validate(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["config", "validate", *arguments])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "settings.yaml"
    path.write_text("venues: {kraken: {instruments: [BTC/USD], depth: 25}}")
    return path


def test_a_good_file_is_summed_up(file: Path) -> None:
    result = validate(str(file))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{file}: good; instruments: kraken 1\n"


def test_as_json_the_settings_that_result_are_printed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSBOOK__VENUES__KRAKEN__DEPTH", "100")
    result = validate(str(file), "--json", "--set", "venues.kraken.redundancy=2")
    shown = json.loads(result.stdout)
    assert (result.exit_code, shown["valid"], shown["file"]) == (0, True, str(file))
    kraken = shown["settings"]["venues"]["kraken"]
    assert (kraken["depth"], kraken["redundancy"]) == (100, 2)


def test_a_wrong_file_is_refused_with_the_path(file: Path) -> None:
    file.write_text("venues: {kraken: {deph: 25}}")
    result = validate(str(file), "--json")
    reason = "unknown setting: did you mean `depth`?"
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "valid": False,
        "file": str(file),
        "path": "$.venues.kraken.deph",
        "reason": reason,
    }
    assert result.stderr == f"error: config $.venues.kraken.deph: {reason}\n"
    assert validate(str(file)).stdout == ""


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    result = validate(str(tmp_path / "absent.yaml"))
    assert result.exit_code == 1
    assert "No such file" in result.stderr


def test_a_file_has_to_be_named() -> None:
    assert validate().exit_code == 2


def test_settings_without_a_venue_are_good(file: Path) -> None:
    file.write_text("")
    assert validate(str(file)).stdout == f"{file}: good; no venue is named\n"


def test_the_examples_are_good() -> None:
    for example in sorted((ROOT / "config").glob("*.yaml")):
        assert validate(str(example)).exit_code == 0
