"""Opening a data directory."""

import json
import multiprocessing
import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from appos.errors import ConfigError
from appos.store import opening
from appos.store.database import row
from appos.store.migrations import AUXILIARY, DATA
from appos.store.opening import MARKER, open_databases, replace_file
from tests.conftest import Installations

DATABASE = Path("pb_data") / "data.db"


@pytest.fixture
def folder(installations: Installations, tmp_path: Path) -> Path:
    """A data directory that was used before."""
    shutil.copytree(installations.claimed, tmp_path / "data")
    return tmp_path / "data"


def refusal(data_dir: Path) -> ConfigError:
    """Why AppOS does not start here."""
    with pytest.raises(ConfigError) as caught:
        open_databases(data_dir)
    return caught.value


def look(path: Path, sql: str) -> object:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchone()[0]


def files(folder: Path) -> dict[str, bytes]:
    """What lies in a directory, without what SQLite keeps beside an open database."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: content for name, content in found.items() if not name.endswith(("-shm", "-wal"))}


def test_the_first_run_makes_everything(tmp_path: Path) -> None:
    open_databases(tmp_path / "a b" / "data").close()

    data_dir = tmp_path / "a b" / "data"
    assert look(data_dir / DATABASE, "PRAGMA user_version") == len(DATA)
    assert look(data_dir / "pb_data" / "auxiliary.db", "PRAGMA user_version") == len(AUXILIARY)
    assert look(data_dir / DATABASE, "PRAGMA journal_mode") == "wal"
    assert look(data_dir / DATABASE, "PRAGMA auto_vacuum") == 2
    assert set(json.loads((data_dir / MARKER).read_text(encoding="utf-8"))) == {"installation", "created"}
    assert not (data_dir / "pb_data" / "copies").exists()


def test_only_the_owner_can_look_into_the_databases(tmp_path: Path) -> None:
    open_databases(tmp_path / "data").close()

    assert stat.S_IMODE((tmp_path / "data" / "pb_data").stat().st_mode) == 0o700


def test_data_is_written_through_and_logs_are_not(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    databases = open_databases(folder)
    synced: list[str] = []
    monkeypatch.setattr(os, "fdatasync", lambda file: synced.append(os.readlink(f"/proc/self/fd/{file}")))
    for database in (databases.data, databases.auxiliary):
        with database.transaction() as db:
            db.query("CREATE TABLE written (id TEXT)")
    databases.close()

    assert [Path(name).name for name in synced] == [f"{Path(DATABASE).name}-wal"]


def test_opening_again_changes_nothing(folder: Path) -> None:
    before = files(folder)
    open_databases(folder).close()

    assert files(folder) == before


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory", encoding="utf-8")
    error = refusal(tmp_path / "file" / "data")

    assert error.code == "data_not_writable"
    assert f"{tmp_path}/file/data cannot be written (Not a directory)" in error.message


def test_a_read_only_directory_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", refuse)

    assert "cannot be written (Permission denied)" in refusal(folder).message


@pytest.mark.parametrize("name", [DATABASE, Path("pb_data") / "auxiliary.db"], ids=str)
def test_a_newer_database_is_left_alone(folder: Path, name: Path) -> None:
    with closing(sqlite3.connect(folder / name)) as connection:
        connection.execute("PRAGMA user_version=99")
    before = files(folder)
    error = refusal(folder)

    assert error.code == "data_newer"
    assert "schema 99" in error.message
    assert files(folder) == before


def garbage(path: Path) -> None:
    path.write_bytes(b"garbage of some length " * 1000)


def truncation(path: Path) -> None:
    os.truncate(path, 20_000)


def flipped_bytes(path: Path) -> None:
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = bytes(byte ^ 0xFF for byte in content[middle : middle + 4096])
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [garbage, truncation, flipped_bytes])
@pytest.mark.parametrize("name", [DATABASE, Path("pb_data") / "auxiliary.db"], ids=str)
def test_a_damaged_database_is_left_alone(folder: Path, name: Path, damage: Callable[[Path], None]) -> None:
    damage(folder / name)
    before = files(folder)
    error = refusal(folder)

    assert error.code == "data_damaged"
    assert str(folder / name) in error.message
    assert files(folder) == before


def test_a_locked_database_is_not_called_damaged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def impatient(path: Path) -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=0, isolation_level=None)

    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr(opening, "_connect", impatient)
        error = refusal(folder)

    assert error.code == "data_locked"
    assert "Move it aside" not in error.message


@pytest.mark.parametrize("trace", [MARKER, "apps", "redis"])
@pytest.mark.parametrize("left", ["nothing", "an empty file", "a database without tables"])
def test_an_installation_without_its_database_is_no_first_run(tmp_path: Path, trace: str, left: str) -> None:
    (tmp_path / "pb_data").mkdir()
    (tmp_path / trace).mkdir() if trace != MARKER else (tmp_path / trace).touch()
    if left == "an empty file":
        (tmp_path / DATABASE).touch()
    elif left == "a database without tables":
        with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
            connection.execute("PRAGMA user_version=1")
    error = refusal(tmp_path)

    assert error.code == "data_missing"
    assert trace in error.message
    assert look(tmp_path / DATABASE, "SELECT count(*) FROM sqlite_master") == 0


def test_a_deleted_database_is_no_first_run(folder: Path) -> None:
    (folder / DATABASE).unlink()

    assert refusal(folder).code == "data_missing"
    assert not (folder / DATABASE).exists()


def test_lost_logs_are_no_reason_to_stop(folder: Path) -> None:
    (folder / "pb_data" / "auxiliary.db").unlink()
    open_databases(folder).close()

    assert look(folder / "pb_data" / "auxiliary.db", "SELECT count(*) FROM _logs") == 0


def test_a_first_run_that_was_killed_before_the_marker_goes_on(tmp_path: Path) -> None:
    open_databases(tmp_path).close()
    before = look(tmp_path / DATABASE, "SELECT value FROM _params WHERE id = 'claimToken'")
    (tmp_path / MARKER).unlink()
    (tmp_path / "pb_data" / "auxiliary.db").unlink()
    open_databases(tmp_path).close()

    assert (tmp_path / MARKER).exists()
    assert look(tmp_path / DATABASE, "SELECT value FROM _params WHERE id = 'claimToken'") == before


def test_a_first_run_that_was_killed_before_the_first_table_goes_on(tmp_path: Path) -> None:
    (tmp_path / "pb_data").mkdir()
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("PRAGMA journal_mode=WAL")
    open_databases(tmp_path).close()

    assert look(tmp_path / DATABASE, "PRAGMA user_version") == len(DATA)


def add_pets(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE pets (id TEXT)")


def add_pets_and_fail(connection: sqlite3.Connection) -> None:
    add_pets(connection)
    connection.execute("DELETE FROM _superusers")
    raise RuntimeError("the migration is wrong")


def copies(folder: Path) -> list[Path]:
    return sorted((folder / "pb_data" / "copies").iterdir())


def test_a_migration_of_existing_data_leaves_a_copy_of_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "DATA", (*DATA, add_pets))
    open_databases(folder).close()

    (copy,) = copies(folder)
    assert copy.name.startswith(f"data-v{len(DATA)}-")
    assert look(folder / DATABASE, "PRAGMA user_version") == len(DATA) + 1
    assert look(folder / DATABASE, "SELECT count(*) FROM pets") == 0
    assert look(copy, "PRAGMA user_version") == len(DATA)
    assert look(copy, "PRAGMA integrity_check") == "ok"
    assert look(copy, "SELECT email FROM _superusers") == "ada@example.com"
    assert look(copy, "SELECT count(*) FROM sqlite_master WHERE name = 'pets'") == 0


def test_a_copy_can_be_put_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(opening, "DATA", (*DATA, add_pets))
        open_databases(folder).close()
    assert refusal(folder).code == "data_newer"
    shutil.copy(copies(folder)[0], folder / DATABASE)
    open_databases(folder).close()

    assert look(folder / DATABASE, "SELECT email FROM _superusers") == "ada@example.com"


def test_a_migration_that_fails_leaves_the_old_state(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "DATA", (*DATA, add_pets_and_fail))
    with pytest.raises(RuntimeError, match="the migration is wrong"):
        open_databases(folder)

    assert look(folder / DATABASE, "PRAGMA user_version") == len(DATA)
    assert look(folder / DATABASE, "SELECT count(*) FROM _superusers") == 1
    assert look(folder / DATABASE, "SELECT count(*) FROM sqlite_master WHERE name = 'pets'") == 0
    monkeypatch.undo()
    open_databases(folder).close()


def test_the_five_newest_copies_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = folder / "pb_data" / "copies"
    kept.mkdir()
    for number in range(7):
        old = kept / f"data-v0-{number}.db"
        old.touch()
        os.utime(old, (number, number))
    (kept / "auxiliary-v0-1.db").touch()
    monkeypatch.setattr(opening, "DATA", (*DATA, add_pets))
    open_databases(folder).close()

    names = [path.name for path in copies(folder) if not path.name.startswith(f"data-v{len(DATA)}-")]
    assert names == ["auxiliary-v0-1.db", *(f"data-v0-{number}.db" for number in (3, 4, 5, 6))]
    assert len(copies(folder)) == 6


def test_a_copy_that_was_left_half_made_makes_way(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "DATA", (*DATA, add_pets))
    with monkeypatch.context() as patch:
        patch.setattr(opening, "sync_directory", lambda _folder: None)
        patch.setattr(Path, "replace", lambda _path, _target: pytest.exit("killed here"))
        with pytest.raises(pytest.exit.Exception):
            open_databases(folder)
    assert look(folder / DATABASE, "PRAGMA user_version") == len(DATA)
    open_databases(folder).close()

    assert [path.name[:6] for path in copies(folder)] == ["data-v"]


def test_many_threads_may_open_a_new_directory_at_once(tmp_path: Path) -> None:
    made: list[object] = []

    def start() -> None:
        databases = open_databases(tmp_path)
        with databases.data.read() as db:
            made.append(row(db, "SELECT value FROM _params WHERE id = 'claimToken'"))
        databases.close()

    threads = [threading.Thread(target=start) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made == [made[0]] * 5


def open_and_exit(data_dir: Path) -> None:
    open_databases(data_dir).close()


def test_two_processes_may_open_a_new_directory_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=open_and_exit, args=(tmp_path / "data",)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0]
    assert look(tmp_path / "data" / DATABASE, "PRAGMA user_version") == len(DATA)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace_file(path, "old\n")
    replace_file(path, "new\n")

    assert path.read_text(encoding="utf-8") == "new\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_not_touched_before_the_new_text_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    replace_file(path, "old\n")

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, "new\n")

    assert path.read_text(encoding="utf-8") == "old\n"
