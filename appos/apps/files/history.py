"""The generations of an app's Compose file and environment: what people saved, newest last."""

import difflib
from pathlib import Path

import msgspec

from appos.apps.files.beneath import read_beneath, remove_beneath, write_beneath
from appos.apps.models import Generation
from appos.errors import NotFoundError, StoreError

FOLDER = "history"
MOST_GENERATIONS = 50
MOST_BYTES = 8 << 20


def numbers(own: Path) -> list[int]:
    """Return the numbers of the generations that are kept, oldest first."""
    folder = own / FOLDER
    if not folder.is_dir():
        return []
    return sorted(int(it.stem) for it in folder.glob("*.json") if it.stem.isdecimal())


def read(own: Path, number: int) -> Generation:
    """Return a generation.

    Raises:
        NotFoundError: `generation_not_found`.
        StoreError: `generation_unreadable`.
    """
    try:
        data = read_beneath(own, f"{FOLDER}/{number}.json", MOST_BYTES)
        return msgspec.json.decode(data, type=Generation)
    except NotFoundError as error:
        message = f"There is no generation {number} of the files of {own.name!r}."
        raise NotFoundError(message, code="generation_not_found") from error
    except msgspec.MsgspecError as error:
        message = f"{own / FOLDER}/{number}.json cannot be read: {error}."
        raise StoreError(message, code="generation_unreadable") from error


def append(own: Path, generation: Generation) -> Generation:
    """Keep a generation under the next number; the oldest go beyond fifty. Return it as it is kept."""
    kept = numbers(own)
    generation = msgspec.structs.replace(generation, number=kept[-1] + 1 if kept else 1)
    write_beneath(own, f"{FOLDER}/{generation.number}.json", msgspec.json.encode(generation), 0o600)
    for number in kept[: max(len(kept) + 1 - MOST_GENERATIONS, 0)]:
        remove_beneath(own, f"{FOLDER}/{number}.json")
    return generation


def unified(before: str, after: str, before_name: str, after_name: str) -> str:
    """Return what differs between two texts, as a unified diff; "" if nothing does."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), before_name, after_name, lineterm=""
    )
    return "".join(f"{line}\n" for line in lines)
