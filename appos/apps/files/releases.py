"""Releases on the disk: what was deployed, with its files, so that it can be gone back to."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from appos.apps.files.beneath import read_beneath, write_beneath
from appos.apps.models import Release, ReleaseState
from appos.errors import NotFoundError, StoreError
from appos.store.values import new_id

FOLDER = "releases"
RECORD = "release.json"
MODEL = "model.json"
FILES = "files"
MOST_BYTES = 64 << 20


def numbers(own: Path) -> list[int]:
    """Return the numbers of the releases that are kept, oldest first."""
    folder = own / FOLDER
    if not folder.is_dir():
        return []
    return sorted(int(it.name) for it in folder.iterdir() if it.name.isdecimal())


def read(own: Path, number: int) -> Release:
    """Return a release.

    Raises:
        NotFoundError: `release_not_found`.
        StoreError: `release_unreadable`.
    """
    try:
        return msgspec.json.decode(read_beneath(own, f"{FOLDER}/{number}/{RECORD}", MOST_BYTES), type=Release)
    except NotFoundError as error:
        raise NotFoundError(
            f"There is no release {number} of {own.name!r}.", code="release_not_found"
        ) from error
    except msgspec.MsgspecError as error:
        message = f"The release {number} of {own.name!r} cannot be read: {error}."
        raise StoreError(message, code="release_unreadable") from error


def create(own: Path, release: Release, files: Mapping[str, bytes], model: Mapping[str, Any]) -> Release:
    """Keep a release under the next number: as a whole or, where AppOS is killed meanwhile, not at all.

    `model` is what the files mean, without a secret value. Return the release as it is kept.
    """
    kept = numbers(own)
    release = msgspec.structs.replace(release, number=kept[-1] + 1 if kept else 1)
    folder = own / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    made = folder / f".new-{new_id()}"
    made.mkdir(mode=0o700)
    try:
        (made / FILES).mkdir(mode=0o700)
        for path, data in files.items():
            write_beneath(made / FILES, path, data, 0o600)
        write_beneath(made, MODEL, msgspec.json.encode(model), 0o600)
        write_beneath(made, RECORD, msgspec.json.encode(release), 0o600)
        made.rename(folder / str(release.number))
    finally:
        shutil.rmtree(made, ignore_errors=True)
    sync(folder)
    return release


def write(own: Path, release: Release) -> None:
    """Keep what has changed about a release."""
    write_beneath(own, f"{FOLDER}/{release.number}/{RECORD}", msgspec.json.encode(release), 0o600)


def files(own: Path, number: int) -> dict[str, bytes]:
    """Return the files of a release by their paths.

    Raises:
        NotFoundError: `release_not_found`.
    """
    root = own / FOLDER / str(number) / FILES
    if not root.is_dir():
        raise NotFoundError(f"There is no release {number} of {own.name!r}.", code="release_not_found")
    paths = (Path(folder) / name for folder, _, names in os.walk(root) for name in names)
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(paths)}


def model(own: Path, number: int) -> dict[str, Any]:
    """Return what the files of a release meant, without secret values."""
    found = msgspec.json.decode(read_beneath(own, f"{FOLDER}/{number}/{MODEL}", MOST_BYTES))
    return found if isinstance(found, dict) else {}


def prune(own: Path, keep: int) -> None:
    """Remove the releases beyond the newest `keep` of the good and of the failed; never the current one."""
    for states in ((ReleaseState.GOOD,), (ReleaseState.FAILED,)):
        of_kind = [number for number in numbers(own) if read(own, number).state in states]
        for number in of_kind[: max(len(of_kind) - keep, 0)]:
            remove(own, number)


def remove(own: Path, number: int) -> None:
    """Remove a release."""
    gone = own / FOLDER / f".gone-{number}"
    (own / FOLDER / str(number)).rename(gone)
    shutil.rmtree(gone)


def sweep(own: Path) -> None:
    """Remove what a killed AppOS has left half made or half removed."""
    for left in (own / FOLDER).glob(".*"):
        shutil.rmtree(left, ignore_errors=True)


def sync(folder: Path) -> None:
    """Bring the names in a directory to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
