"""The names that files are stored under: made from what a client calls them, and never taken from it."""

import posixpath
import re

from appos.store.values import new_id

# Source: PocketBase 0.36.2, names of uploaded files; the lengths are of UTF-8.
LONGEST_ORIGINAL = 300
LONGEST_SLUG = 100
SHORTEST_SLUG = 3
LONGEST_EXTENSION = 20
RANDOM_LETTERS = 10
NO_WORD = re.compile(r"[^0-9A-Za-z]+")
WORD_BEGINS = re.compile(r"(?<=[^A-Z])(?=[A-Z])")
NOT_IN_EXTENSION = re.compile(r"[^0-9A-Za-z_.*+=#-]+")

# What can be the name of a stored file. It begins neither with a dot, as hidden and unfinished files do, nor
# holds anything that a path gives a meaning to.
STORED = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_.*+=#-]{0,149}")
# PocketBase keeps the attributes of `name` in `name.attrs`, and stores no file of such a name.
RESERVED_ENDING = ".attrs"


def original_name(sent: str) -> str:
    """Return what a client calls a file, without the folders that some put in front."""
    return posixpath.basename(sent.rstrip("/")) or sent[:1]


def stored_name(original: str, extension: str) -> str:
    """Return a new name for what a client calls `original`: its slug, ten random letters, its extension.

    `extension` is that of files with its content, as `.txt`, for a name that has none.
    """
    name = original.encode(errors="replace")[-LONGEST_ORIGINAL:].decode(errors="replace")
    given = _extension(name)
    cleaned = NOT_IN_EXTENSION.sub("", given).strip(".")
    end = f".{cleaned}" if cleaned else extension
    if len(end) > LONGEST_EXTENSION:
        end = "." + end[-LONGEST_EXTENSION:].strip(".")
    slug = _slug(name.removesuffix(given) if given else name)
    if len(slug) < SHORTEST_SLUG:
        slug += new_id()[:RANDOM_LETTERS]
    return f"{slug[:LONGEST_SLUG]}_{new_id()[:RANDOM_LETTERS]}{end}"


def is_stored_name(name: str) -> bool:
    """Whether a file may be stored under this name; a path may be built from no other."""
    return STORED.fullmatch(name) is not None and not name.endswith(RESERVED_ENDING)


def _extension(name: str) -> str:
    """Return the last two parts behind dots, as `.tar.gz`, or the last one."""
    last = name.rfind(".")
    if last < 0:
        return ""
    before = name.rfind(".", 0, last)
    return name[last if before < 0 else before :]


def _slug(name: str) -> str:
    """Return the words of a name in small letters, joined with `_`; `myTestDB` are three words."""
    words = [WORD_BEGINS.sub("_", word) for word in NO_WORD.split(name) if word]
    return "_".join(words).lower()
