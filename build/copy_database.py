"""Copies the database of an installation that does not run, and puts such a copy back.

    python3 copy_database.py save LABEL          prints the name of the copy
    python3 copy_database.py restore NAME        puts it back if the database has another schema by now

It runs in the container that an upgrade replaces; the data directory is $APPOS_DATA.
"""

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

KEPT = 5


def save(folder: Path, label: str) -> str:
    """Copy the database, read the copy back, and return its name; the oldest of such copies go.

    Raises:
        SystemExit: the database or the copy is damaged.
    """
    copies = folder / "copies"
    copies.mkdir(mode=0o700, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    copy = copies / f"upgrade-{label}-{stamp}.db"
    partial = copies / ".upgrade-partial.db"
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(folder / "data.db")) as source, closing(sqlite3.connect(partial)) as target:
        source.backup(target)
        verdict = target.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        sys.exit(f"The database is damaged, so nothing was changed: {verdict}")
    _sync(partial)
    partial.replace(copy)
    _sync(copies)
    for old in sorted(copies.glob("upgrade-*.db"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        old.unlink()
    return copy.name


def restore(folder: Path, name: str) -> bool:
    """Put a copy back where the database has another schema now, which the older AppOS could not read.

    Returns whether it was put back; what it replaced stays beside the copies.
    """
    data, copy = folder / "data.db", folder / "copies" / name
    if _schema(data) == _schema(copy):
        return False
    partial = folder / ".data-restored.db"
    shutil.copyfile(copy, partial)
    _sync(partial)
    # What is still in its log belongs to the database that goes.
    with closing(sqlite3.connect(data)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(data, folder / "copies" / f"replaced-by-{name}")
    partial.replace(data)
    for suffix in ("-wal", "-shm"):
        (folder / f"data.db{suffix}").unlink(missing_ok=True)
    _sync(folder)
    return True


def _schema(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("PRAGMA user_version").fetchone()[0])


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def main() -> None:
    """Do what the arguments say."""
    verb, name = sys.argv[1:]
    folder = Path(os.environ["APPOS_DATA"]) / "pb_data"
    if verb == "save":
        print(save(folder, name))
    else:
        print("restored" if restore(folder, name) else "unchanged")


if __name__ == "__main__":
    main()
