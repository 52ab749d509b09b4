"""Opening the databases of a data directory: first run, migration, and everything that must stop a start."""

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from appos.errors import ConfigError, StoreError
from appos.store.database import Database
from appos.store.migrations import AUXILIARY, DATA, Upgrade
from appos.store.values import new_id, timestamp

COPIES_KEPT = 5
MARKER = ".appos.json"


@dataclass(frozen=True)
class Databases:
    """The two databases: `data` holds what matters, `auxiliary` holds request logs and metrics."""

    data: Database
    auxiliary: Database

    def close(self) -> None:
        """Close both."""
        self.data.close()
        self.auxiliary.close()


def open_databases(data_dir: Path) -> Databases:
    """Make or check the data directory, migrate its databases and open them.

    Raises:
        ConfigError: `data_not_writable`, `data_missing`, `data_locked`, `data_damaged` or `data_newer`;
        nothing has been changed.
    """
    folder = data_dir / "pb_data"
    data, auxiliary = folder / "data.db", folder / "auxiliary.db"
    _make_writable(folder)
    with _alone(folder / ".lock"):
        _refuse_lost(data_dir, data)
        _migrate(data, DATA)
        _mark(data_dir)
        _migrate(auxiliary, AUXILIARY)
    return Databases(Database(data), Database(auxiliary, is_durable=False))


def replace_file(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Write a file so that a crash leaves either the old text or the new one."""
    partial = path.with_name(f".{path.name}.{new_id()}")
    with os.fdopen(
        os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8"
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_directory(path.parent)


def sync_directory(folder: Path) -> None:
    """Make renames in this directory durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_writable(folder: Path) -> None:
    probe = folder / f".writable-{new_id()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigError(
            f"The data directory {folder.parent} cannot be written ({error.strerror}); "
            "give AppOS's user the right to write there, or set APPOS_DATA to another directory.",
            code="data_not_writable",
        ) from error


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let one process at a time open and migrate; the kernel frees the lock of a dead one."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _refuse_lost(data_dir: Path, data: Path) -> None:
    """Stop where there was an installation and its database is gone, rather than start over as if new."""
    if _holds_tables(data):
        return
    traces = [name for name in (MARKER, "apps", "redis") if (data_dir / name).exists()]
    if not traces:
        return
    raise ConfigError(
        f"{data} is missing or empty, but {data_dir} holds an earlier installation ({', '.join(traces)}). "
        f"Put the database back, for instance the newest copy in {data.parent / 'copies'}, or mount the "
        "right volume. To start anew on purpose, move everything else out of this directory.",
        code="data_missing",
    )


def _holds_tables(path: Path) -> bool:
    if not path.exists() or not path.stat().st_size:
        return False
    with closing(_connect(path)) as connection:
        return bool(_scalar(path, connection, "SELECT count(*) FROM sqlite_master"))


def _mark(data_dir: Path) -> None:
    marker = data_dir / MARKER
    if not marker.exists():
        replace_file(marker, json.dumps({"installation": new_id(), "created": timestamp()}) + "\n")


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=5.0, isolation_level=None)


def _scalar(path: Path, connection: sqlite3.Connection, sql: str) -> object:
    try:
        return connection.execute(sql).fetchone()[0]
    except sqlite3.DatabaseError as error:
        if "is locked" in str(error):
            message = f"The database {path} is locked by another program; end it and start AppOS again."
            raise ConfigError(message, code="data_locked") from error
        raise _damaged(path, str(error)) from error


def _damaged(path: Path, reason: str) -> ConfigError:
    return ConfigError(
        f"The database {path} cannot be read ({reason}); AppOS leaves it as it is. Move it aside and put "
        f"back a copy, for instance the newest in {path.parent / 'copies'}.",
        code="data_damaged",
    )


def _migrate(path: Path, upgrades: Sequence[Upgrade]) -> None:
    with closing(_connect(path)) as connection:
        verdict = _scalar(path, connection, "PRAGMA quick_check(1)")
        if verdict != "ok":
            raise _damaged(path, str(verdict))
        version = int(str(_scalar(path, connection, "PRAGMA user_version")))
        if version > len(upgrades):
            raise ConfigError(
                f"The database {path} was written by a newer AppOS (schema {version}, this one knows "
                f"{len(upgrades)}); start that version or a newer one.",
                code="data_newer",
            )
        if version == len(upgrades):
            return
        if not version:
            # So that free pages can be given back a few at a time; it has to come before the first table.
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        if version:
            _copy(path, connection, version)
        for number, upgrade in enumerate(upgrades[version:], start=version + 1):
            _apply(connection, number, upgrade)


def _apply(connection: sqlite3.Connection, number: int, upgrade: Upgrade) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        upgrade(connection)
        connection.execute(f"PRAGMA user_version={number:d}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _copy(path: Path, connection: sqlite3.Connection, version: int) -> None:
    """Keep the database as it was before a migration, read back before it counts."""
    copies = path.parent / "copies"
    copies.mkdir(mode=0o700, exist_ok=True)
    stamp = timestamp().replace(" ", "T").replace(":", "")
    copy = copies / f"{path.stem}-v{version}-{stamp}.db"
    partial = copies / f".{path.stem}-partial.db"
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial)) as target:
        connection.backup(target)
        if target.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise StoreError(f"The copy {partial} of the database cannot be read back.", code="copy_failed")
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(copy)
    sync_directory(copies)
    for old in sorted(copies.glob(f"{path.stem}-v*.db"), key=lambda found: found.stat().st_mtime)[
        :-COPIES_KEPT
    ]:
        old.unlink()
