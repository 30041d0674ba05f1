"""What this machine has and allows."""

from pathlib import Path

import pytest

from crossbook.services.doctor import machine
from crossbook.services.doctor.finding import Grade
from crossbook.services.doctor.machine import folders, open_files, sockets_needed, versions
from crossbook.services.settings import Settings, load_settings
from crossbook.venues.kraken.config import KrakenConfig


def settings(*overrides: str) -> Settings:
    return load_settings(environment={}, overrides=overrides)


def test_a_core_that_was_not_built_to_be_fast_is_a_warning() -> None:
    assert [each.grade for each in versions("release")] == [Grade.OK, Grade.OK]
    slow = list(versions("debug"))[1]
    assert (slow.grade, "debug build" in slow.detail) == (Grade.WARNING, True)


def test_a_package_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_PACKAGES", ("no-such-package",))
    assert "no-such-package absent" in next(versions()).detail


def test_folders_that_can_be_made_are_fine_and_none_is_made(tmp_path: Path) -> None:
    wanted = settings(f"runtime_folder={tmp_path / 'a' / 'b'}", f"recorder.folder={tmp_path / 'c'}")
    found = list(folders(wanted))
    assert [each.grade for each in found] == [Grade.OK, Grade.OK]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    (found,) = folders(settings(f"runtime_folder={tmp_path / 'a' / 'b'}"))
    assert (found.grade, "is no folder" in found.detail) == (Grade.FAILURE, True)


def test_a_folder_that_cannot_be_written_to_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *, exist_ok: bool) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "touch", refuse)
    (found,) = folders(settings(f"runtime_folder={tmp_path}"))
    assert (found.grade, "cannot be written to" in found.detail) == (Grade.FAILURE, True)


def test_a_disk_without_room_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_DISK_BYTES_MIN", 1 << 80)
    found = list(folders(settings(f"runtime_folder={tmp_path}", f"recorder.folder={tmp_path}")))
    assert [each.grade for each in found] == [Grade.OK, Grade.WARNING]


def test_limits_of_ones_own_need_no_folder() -> None:
    assert list(folders(settings("budget.url=memory://"))) == []


def test_sockets_are_counted_with_their_twins() -> None:
    config = KrakenConfig(
        instruments=tuple(f"A{n}/USD" for n in range(11)),
        instruments_per_socket_max=5,
        redundancy=2,
    )
    assert sockets_needed("kraken", config) == 6
    assert sockets_needed("kraken", KrakenConfig()) == 0


def test_too_few_open_files_are_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [each.grade for each in open_files(settings())] == [Grade.OK]
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (8, 8))
    (found,) = open_files(settings())
    assert (found.grade, "ulimit -n" in found.detail) == (Grade.FAILURE, True)
