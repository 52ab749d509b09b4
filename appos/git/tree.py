"""The files of one directory of a commit."""

import posixpath
import stat
from collections.abc import Iterator, Sequence

from dulwich.object_store import BaseObjectStore
from dulwich.objects import S_ISGITLINK, Blob, Commit, ObjectID, Tag, Tree

from appos.errors import InvalidError, RemoteError

MOST_FILES = 2000
MOST_BYTES = 32 << 20
MOST_DEPTH = 40
MOST_TOLD = 5
# Names of files that say more about a Compose file of the usual name.
# Source: Docker documentation, "Merge Compose files".
_OVERRIDE = ".override."

Found = tuple[str, Blob]


def files_of(
    store: BaseObjectStore, commit: bytes, path: str, compose_names: Sequence[str]
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the files of the directory of a Compose file, by their paths there, and what was left out.

    `path` is that of the Compose file or of its directory. A Compose file that is named goes by the first of
    `compose_names`, and the overrides of another are left out.

    Raises:
        InvalidError: `git_path_invalid`, `git_no_compose`.
        RemoteError: `git_too_large`.
    """
    parts = _parts(path)
    root = _root(store, commit)
    found = _at(store, root, parts)
    if isinstance(found, Tree):
        files, left_out = _read(store, found)
        if not any(it in files for it in compose_names):
            raise _no_compose(store, root, path, compose_names)
        return files, left_out
    files, left_out = _read(store, _tree(_at(store, root, parts[:-1])))
    return _renamed(files, parts[-1], compose_names), left_out


def _renamed(files: dict[str, bytes], name: str, compose_names: Sequence[str]) -> dict[str, bytes]:
    kept = {
        path: data
        for path, data in files.items()
        if path not in compose_names and not ("/" not in path and _OVERRIDE in path)
    }
    kept.pop(name, None)
    return {compose_names[0]: files[name], **kept}


def _parts(path: str) -> list[str]:
    parts = [it for it in path.strip().strip("/").split("/") if it not in ("", ".")]
    if ".." in parts or "\0" in path:
        message = "The path leads out of the repository."
        raise InvalidError(
            message,
            code="git_path_invalid",
            fields={"path": {"code": "git_path_invalid", "message": message}},
        )
    return parts


def _root(store: BaseObjectStore, commit: bytes) -> Tree:
    found = store[ObjectID(commit)]
    while isinstance(found, Tag):
        found = store[found.object[1]]
    if isinstance(found, Commit):
        found = store[found.tree]
    if not isinstance(found, Tree):
        raise RemoteError("The branch or tag leads to no commit.", code="git_failed")
    return found


def _at(store: BaseObjectStore, root: Tree, parts: Sequence[str]) -> Tree | Blob:
    found: Tree | Blob = root
    for part in parts:
        try:
            mode, key = found[part.encode()] if isinstance(found, Tree) else (0, ObjectID(b""))
        except KeyError:
            mode, key = 0, ObjectID(b"")
        if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)) or S_ISGITLINK(mode):
            message = f"The repository has no {'/'.join(parts)!r} in this branch."
            raise InvalidError(
                message,
                code="git_path_invalid",
                fields={"path": {"code": "git_path_invalid", "message": message}},
            )
        inner = store[key]
        found = inner if isinstance(inner, Blob) else _tree(inner)
    return found


def _tree(found: object) -> Tree:
    if isinstance(found, Tree):
        return found
    raise RemoteError("The commit is damaged: it has something else where a directory is named.")


def _read(store: BaseObjectStore, folder: Tree) -> tuple[dict[str, bytes], tuple[str, ...]]:
    files: dict[str, bytes] = {}
    left_out: list[str] = []
    size = 0
    for path, blob in _walk(store, folder, "", left_out):
        data = blob.as_raw_string()
        size += len(data)
        if size > MOST_BYTES or len(files) >= MOST_FILES:
            message = (
                f"The directory holds more than {MOST_FILES} files or {MOST_BYTES >> 20} MiB; name the "
                "directory of the Compose file as the path."
            )
            raise RemoteError(message, code="git_too_large")
        files[path] = data
    return files, tuple(left_out)


def _walk(store: BaseObjectStore, folder: Tree, under: str, left_out: list[str]) -> Iterator[Found]:
    for name, mode, key in folder.iteritems(name_order=True):
        try:
            path = posixpath.join(under, name.decode())
        except UnicodeDecodeError:
            left_out.append(f"{under}/{name!r} was left out: its name is no UTF-8.")
            continue
        if name in (b".", b"..", b".git", b"") or b"/" in name:
            left_out.append(f"{path!r} was left out: no file may be named so.")
        elif S_ISGITLINK(mode):
            left_out.append(f"{path} was left out: submodules are not followed.")
        elif stat.S_ISLNK(mode):
            left_out.append(f"{path} was left out: it is a symbolic link.")
        elif stat.S_ISDIR(mode):
            if path.count("/") < MOST_DEPTH:
                yield from _walk(store, _tree(store[key]), path, left_out)
            else:
                left_out.append(f"{path} was left out: it lies too deep.")
        else:
            blob = store[key]
            if isinstance(blob, Blob):
                yield path, blob


def _no_compose(store: BaseObjectStore, root: Tree, path: str, names: Sequence[str]) -> InvalidError:
    """Say where the Compose files of the repository are."""
    found = []
    for place, _ in _walk(store, root, "", []):
        if posixpath.basename(place) in names:
            found.append(place)
        if len(found) == MOST_TOLD:
            break
    where = f"{path.strip('/')!r} of the repository" if path.strip("/") else "the root of the repository"
    there = f"There are {', '.join(found)}." if found else "There is none anywhere else in it."
    message = f"There is no {names[0]} in {where}. {there}"
    problem = {"code": "git_no_compose", "message": message}
    return InvalidError(message, code="git_no_compose", fields={"path": problem})
