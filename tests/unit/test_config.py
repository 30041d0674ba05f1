"""Settings are read in three layers, checked once, and wrong ones are named."""

import copy
import pickle
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.config import (
    RestConfig,
    Secret,
    Section,
    VenueConfig,
    load,
    plain,
    runtime_folder,
)
from crossbook.errors import ConfigError


class KrakenLike(VenueConfig, frozen=True, kw_only=True):
    depth: Annotated[int, msgspec.Meta(ge=10, le=1000)] = 100
    api_key: Secret | None = None
    api_key_file: Path | None = None
    title: str = ""
    is_fast: bool = False


class Venues(Section, frozen=True, kw_only=True):
    kraken: KrakenLike | None = None


class Catalogue(Section, frozen=True, kw_only=True):
    refresh_s: float = 1.0


class Whole(Section, frozen=True, kw_only=True):
    venues: Venues = Venues()
    labels: dict[str, int] = msgspec.field(default_factory=dict)


KRAKEN = "venues:\n  kraken:\n    depth: 25\n    instruments: [BTC/USD, NO, on]\n"


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "settings.yaml"
    file.write_text(text)
    return file


def kraken(settings: Whole) -> KrakenLike:
    assert settings.venues.kraken is not None
    return settings.venues.kraken


def test_a_file_is_overridden_by_the_environment_and_that_by_the_command_line(
    tmp_path: Path,
) -> None:
    file = written(tmp_path, KRAKEN)
    variable = {"CROSSBOOK__VENUES__KRAKEN__DEPTH": "50"}
    assert kraken(load(Whole, file, environment={})).depth == 25
    assert kraken(load(Whole, file, environment=variable)).depth == 50
    settings = load(Whole, file, environment=variable, overrides=["venues.kraken.depth=75"])
    assert kraken(settings).depth == 75
    assert kraken(settings).instruments == ("BTC/USD", "NO", "on")


def test_without_a_file_there_are_defaults() -> None:
    assert load(Whole, environment={}) == Whole()
    assert load(Whole, environment={"CROSSBOOK_HYPOTHESIS": "ci", "PATH": "x"}) == Whole()


def test_the_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSBOOK__VENUES__KRAKEN__IS_FAST", "true")
    assert kraken(load(Whole)).is_fast


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("DEPTH", "50", "depth", 50),
        ("TITLE", "007", "title", "007"),
        ("TITLE", "true", "title", "true"),
        ("TITLE", "2026-01-01", "title", "2026-01-01"),
        ("INSTRUMENTS", "[BTC/USD, ETH/USD]", "instruments", ("BTC/USD", "ETH/USD")),
        ("WS_URL", "ws://127.0.0.1:1/a?b=c", "ws_url", "ws://127.0.0.1:1/a?b=c"),
        ("API_KEY", "123", "api_key", Secret("123")),
        ("API_KEY_FILE", "keys/a", "api_key_file", Path("keys/a").absolute()),
        ("AUDIT_EVERY_S", "null", "audit_every_s", None),
        ("REST__DEADLINE_S", "2.5", "rest", RestConfig(deadline_s=2.5)),
        ("REST_HOSTS__GAMMA", "http://127.0.0.1", "rest_hosts", {"gamma": "http://127.0.0.1"}),
    ],
)
def test_a_variable_is_read_as_what_is_wanted(
    name: str, text: str, field: str, value: object
) -> None:
    settings = load(Whole, environment={f"CROSSBOOK__VENUES__KRAKEN__{name}": text})
    assert getattr(kraken(settings), field) == value


class Listed(Section, frozen=True, kw_only=True):
    catalogue: Catalogue = Catalogue()


def test_plain_names_are_accepted_and_prefixed_ones_win() -> None:
    environment = {"REFRESH_INTERVAL_SECS": "60", "NATS_URL": "nats://a"}
    assert load(Listed, environment=environment).catalogue.refresh_s == 60.0
    environment["CROSSBOOK__CATALOGUE__REFRESH_S"] = "90"
    assert load(Listed, environment=environment).catalogue.refresh_s == 90.0


def test_the_runtime_folder_is_the_users_own() -> None:
    assert runtime_folder({"XDG_RUNTIME_DIR": "/run/me"}) == Path("/run/me/crossbook")
    assert runtime_folder({"USERNAME": "me"}).name.startswith("crossbook-")


@pytest.mark.parametrize(
    ("text", "path", "reason"),
    [
        ("venues: {kraken: {deph: 5}}", "$.venues.kraken.deph", "did you mean `depth`?"),
        ("venues: {krakn: {}}", "$.venues.krakn", "did you mean `kraken`?"),
        ("zzz: 1", "$.zzz", "unknown setting"),
        ("venues: {kraken: {depth: 5}}", "$.venues.kraken.depth", ">= 10"),
        ("venues: {kraken: {depth: '50'}}", "$.venues.kraken.depth", "got `str`"),
        ("venues: {kraken: {rest: {try_s: 0}}}", "$.venues.kraken.rest.try_s", "> 0.0"),
        ("venues: {kraken: {channels: [1]}}", "$.venues.kraken.channels[0]", "got `int`"),
        ("venues: {kraken: {api_key: hush}}", "$.venues.kraken.api_key", "file of its own"),
        ("venues: {kraken: {api_key_file: 5}}", "$.venues.kraken.api_key_file", "got `int`"),
        (f"venues: {{kraken: {{title: {10**70}}}}}", "$.venues.kraken.title", "got `int`"),
        ("venues: 5", "$.venues", "Expected `object`"),
        ("1: 2", "$", "Expected `str`"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, path: str, reason: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load(Whole, written(tmp_path, text), environment={})
    assert raised.value.path == path
    assert reason in raised.value.reason
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [", "no YAML"),
        ("a: 1\na: 2", "`a` comes twice in line 2"),
        ("- a", "expected settings by name"),
        ("a: !!python/object/apply:os.system [true]", "no YAML"),
        ("a: \x00", "no YAML"),
        ("{" * 5_000, "no YAML"),
        ("? [a]\n: 1", "no YAML"),
        ("#" * 2_000_000, "larger than"),
    ],
    ids=["broken", "twice", "list", "object", "control", "deep", "key", "large"],
)
def test_a_file_that_is_no_settings_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(ConfigError) as raised:
        load(Whole, file, environment={})
    assert raised.value.path == str(file)
    assert reason in raised.value.reason


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load(Whole, tmp_path / "absent.yaml", environment={})


@given(st.binary(max_size=60))
def test_whatever_a_file_holds_it_gives_settings_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    file.write_bytes(content)
    with suppress(ConfigError):
        assert isinstance(load(Whole, file, environment={}), Whole)


@pytest.mark.parametrize(
    ("environment", "overrides", "path"),
    [
        ({"CROSSBOOK__VENUES__KRAKN__DEPTH": "5"}, [], "$.venues.krakn"),
        ({"CROSSBOOK__VENUES__KRAKEN__DEPTH__X": "5"}, [], "$.venues.kraken.depth.x"),
        ({"CROSSBOOK__VENUES__KRAKEN__DEPTH": "["}, [], "$.venues.kraken.depth"),
        ({"CROSSBOOK__": "5"}, [], "$."),
        ({}, ["venues.kraken.deph=5"], "$.venues.kraken.deph"),
        ({}, ["depth"], "depth"),
        ({}, ["=5"], "=5"),
    ],
)
def test_a_wrong_override_is_named(
    environment: dict[str, str], overrides: list[str], path: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        load(Whole, environment=environment, overrides=overrides)
    assert raised.value.path == path


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "venues: {kraken: {api_key_file: keys/kraken, ca_file: /a/b}}")
    section = kraken(load(Whole, file, environment={}))
    assert (section.api_key_file, section.ca_file) == (tmp_path / "keys/kraken", Path("/a/b"))


def test_settings_are_written_down_without_secrets() -> None:
    environment = {
        "CROSSBOOK__VENUES__KRAKEN__API_KEY": "hush",
        "CROSSBOOK__VENUES__KRAKEN__API_KEY_FILE": "keys/a",
        "CROSSBOOK__LABELS__A": "1",
    }
    settings = load(Whole, environment=environment)
    shown = plain(settings)
    assert shown["venues"]["kraken"]["api_key"] == "***"
    assert shown["venues"]["kraken"]["api_key_file"] == str(Path("keys/a").absolute())
    assert shown["labels"] == {"a": 1}
    assert "hush" not in repr(settings) + repr(shown)


def test_a_secret_is_seen_only_when_asked_for() -> None:
    secret = Secret("hush")
    assert (repr(secret), str(secret), f"{secret}") == ("***", "***", "***")
    assert secret.reveal() == "hush"
    assert secret == copy.copy(secret) == pickle.loads(pickle.dumps(secret))
    assert secret != Secret("else")
    assert len({secret, Secret("hush")}) == 1


def test_a_secret_comes_from_a_file_that_nobody_else_may_read(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("hush\n")
    file.chmod(0o600)
    assert Secret.from_file(file).reveal() == "hush"
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="others may read"):
        Secret.from_file(file)
    file.write_text(" \n")
    with pytest.raises(ConfigError, match="empty"):
        Secret.from_file(file)
    with pytest.raises(ConfigError, match="cannot be read"):
        Secret.from_file(tmp_path / "absent")
