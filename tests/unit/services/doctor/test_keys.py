"""Keys are looked at, and never shown."""

from pathlib import Path

from crossbook.config import Secret, VenueConfig
from crossbook.services.doctor.finding import Finding, Grade
from crossbook.services.doctor.keys import keys


class Keyed(VenueConfig, frozen=True, kw_only=True):
    api_key: Secret | None = None
    api_secret_file: Path | None = None


def test_keys_are_looked_at_and_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hush")
    file.chmod(0o600)
    section = Keyed(api_key=Secret("hush"), api_secret_file=file, ca_file=tmp_path / "ca.pem")
    found = list(keys("kraken", section))
    assert found == [
        Finding("keys", Grade.OK, "api_key is set", "kraken"),
        Finding("keys", Grade.OK, f"api_secret_file: {file}", "kraken"),
    ]


def test_a_key_that_others_may_read_is_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hush")
    file.chmod(0o644)
    (found,) = keys("kraken", Keyed(api_secret_file=file))
    assert found.grade is Grade.FAILURE
    assert "others may read" in found.detail


def test_without_keys_there_is_nothing_to_say() -> None:
    assert list(keys("kraken", Keyed())) == []
