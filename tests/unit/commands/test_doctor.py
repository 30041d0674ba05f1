"""`crossbook doctor` looks at everything, here with simulated venues over real sockets."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from crossbook.cli import main
from tests.simulated import addresses, simulated


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    folder = tmp_path_factory.mktemp("sim")
    with simulated(["binance", "kraken", "polymarket"]) as urls:
        file = addresses(folder, urls)
        runtime = folder / "runtime"
        yield ["--set", f"sim.addresses_file={file}", "--set", f"runtime_folder={runtime}"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "settings.yaml"
    path.write_text("venues: {binance: {instruments: [BTC/USDT]}, kraken: {}, polymarket: {}}")
    return path


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *arguments])


def findings(result: Result) -> dict[tuple[str | None, str], list[dict[str, Any]]]:
    found: dict[tuple[str | None, str], list[dict[str, Any]]] = {}
    for each in json.loads(result.stdout)["findings"]:
        found.setdefault((each["venue"], each["subject"]), []).append(each)
    return found


def test_what_works_is_said_to_work(file: Path, options: list[str]) -> None:
    result = doctor(str(file), "--json", *options)
    found = findings(result)
    assert result.exit_code == 0
    for venue in ("binance", "kraken", "polymarket"):
        assert {subject for name, subject in found if name == venue} >= {
            "rest",
            "clock",
            "limits",
            "stream",
        }
    assert {subject for name, subject in found if name is None} == {
        "config",
        "versions",
        "folders",
        "limits",
    }
    (rest,) = found["binance", "rest"]
    assert rest["detail"].endswith("1 connections opened, 3 reused")
    (stream,) = found["kraken", "stream"]
    assert stream["detail"].endswith("/v2 is open")


def test_instruments_that_are_not_listed_are_a_failure(file: Path, options: list[str]) -> None:
    wanted = ["--set", "venues.binance.instruments=[BTC/USDT, NO/SUCH, '*']"]
    result = doctor(str(file), "--json", *wanted, *options)
    found = findings(result)
    assert result.exit_code == 3
    assert [(each["grade"], each["detail"]) for each in found["binance", "instruments"]] == [
        ("ok", "1 found for 2 names"),
        ("failure", "not listed: NO/SUCH"),
    ]
    assert ("kraken", "instruments") not in found


def test_people_get_a_table(file: Path, options: list[str]) -> None:
    result = doctor(str(file), *options)
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0][:4] == ["ok", "config", "3", "venues"]
    assert ["ok", "kraken", "stream"] in [line[:3] for line in lines]
    assert lines[-1][:2] == ["0", "failures,"]


def test_a_venue_that_does_not_answer_is_a_failure_and_the_others_are_looked_at(
    file: Path, options: list[str]
) -> None:
    gone = [
        f"venues.kraken.{name}"
        for name in ("rest_url=http://127.0.0.1:9", "ws_url=ws://127.0.0.1:9", "rest.tries_max=1")
    ]
    more = [text for each in gone for text in ("--set", each)]
    result = doctor(str(file), "--json", *more, *options)
    found = findings(result)
    assert result.exit_code == 3
    report = json.loads(result.stdout)
    assert (report["healthy"], report["failures"]) == (False, 2)
    (rest,), (stream,) = found["kraken", "rest"], found["kraken", "stream"]
    assert (rest["grade"], stream["grade"]) == ("failure", "failure")
    assert "refused" in rest["detail"]
    assert "refused" in stream["detail"]
    assert found["binance", "rest"][0]["grade"] == "ok"


def test_a_stream_that_wants_a_key_is_opened_with_one(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    pem = tmp_path / "kalshi.pem"
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    pem.chmod(0o600)
    file = tmp_path / "settings.yaml"
    file.write_text("venues: {kalshi: {}}\nbudget: {url: 'memory://'}")
    keyed = ["--set", "venues.kalshi.api_key_id=me", "--set", "venues.kalshi.private_key_file="]
    with simulated(["kalshi"]) as urls:
        at = ["--json", "--set", f"sim.addresses_file={addresses(tmp_path, urls)}"]
        without, signed = (
            doctor(str(file), *at),
            doctor(str(file), *keyed[:3], keyed[3] + str(pem), *at),
        )
    assert (without.exit_code, signed.exit_code) == (3, 0)
    assert "no books will come" in findings(without)["kalshi", "keys"][0]["detail"]
    found = findings(signed)
    assert found["kalshi", "keys"][0]["grade"] == "ok"
    assert found["kalshi", "stream"][0]["detail"].endswith("is open")


def test_a_configuration_that_cannot_be_used_ends_it(file: Path) -> None:
    file.write_text("venues: {kraken: {deph: 1}}")
    result = doctor(str(file), "--json")
    assert result.exit_code == 1
    (found,) = json.loads(result.stdout)["findings"]
    assert (found["subject"], found["grade"]) == ("config", "failure")
    assert "$.venues.kraken.deph" in found["detail"]


def test_authorities_that_are_none_fail_the_venue(file: Path, options: list[str]) -> None:
    result = doctor(str(file), "--json", "--set", "venues.kraken.ca_file=absent.pem", *options)
    assert result.exit_code == 3
    (found,) = findings(result)["kraken", "config"]
    assert "no certificates" in found["detail"]


def test_without_a_configuration_the_machine_is_looked_at() -> None:
    result = doctor("--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert {each["venue"] for each in report["findings"]} == {None}
    assert "no venue is named" in report["findings"][0]["detail"]
