"""Reads one commit of a repository: the newest of a branch, its files, and nothing of its history."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dulwich.client import GitClient, HTTPUnauthorized
from dulwich.errors import GitProtocolError, HangupException, NotGitRepository
from dulwich.repo import Repo

from appos.errors import RemoteError
from appos.git import ssh
from appos.git.gate import Gate
from appos.git.http import http_client
from appos.git.models import Access, Address, Checkout
from appos.git.tree import files_of

MOST_PACK_BYTES = 256 << 20
MOST_TOLD_BRANCHES = 10


def read_commit(
    address: Address,
    branch: str,
    path: str,
    access: Access,
    gate: Gate,
    scratch: Path,
    *,
    compose_names: Sequence[str],
    check: Callable[[], None],
) -> Checkout:
    """Return the files of the directory of a Compose file, as the newest commit of a branch has them.

    `branch` is also that of a tag, "" for the repository's own. `path` is that of the Compose file or of its
    directory. `check` is asked again and again, and raises where it shall end. `scratch` holds what comes in.

    Raises:
        RemoteError: `git_unreachable`, `git_denied`, `git_not_found`, `git_branch_not_found`,
            `git_too_large`, `git_failed`, `ssh_missing`; `git_host_key_changed`: it is another server than
            before.
        ForbiddenError: `git_address_refused`.
        InvalidError: `git_path_invalid`, `git_no_compose`, `git_key_missing`.
    """
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=scratch, prefix="git-") as made:
        keys, bare = Path(made, "ssh"), Path(made, "repository")
        keys.mkdir(mode=0o700)
        bare.mkdir()
        with Repo.init_bare(bare) as repository, _client(address, access, gate, keys) as client:
            with _told(keys):
                commit = _fetch(client, address.path, branch, repository, check)
            host_key = ssh.met(keys) if address.scheme == "ssh" else ""
            files, left_out = files_of(repository.object_store, commit, path, compose_names)
    return Checkout(commit=commit.decode(), files=files, left_out=left_out, host_key=host_key)


@contextmanager
def _client(address: Address, access: Access, gate: Gate, keys: Path) -> Iterator[GitClient]:
    if address.scheme == "ssh":
        with ssh.ssh_client(address, access, gate, keys) as client:
            yield client
    else:
        with http_client(address, access, gate) as client:
            yield client


def _fetch(client: GitClient, path: str, branch: str, repository: Repo, check: Callable[[], None]) -> bytes:
    """Bring the commit of a branch, and return its id."""
    found = b""

    def wants(refs: Mapping[Any, Any], depth: int | None = None) -> list[Any]:
        nonlocal found
        del depth
        if getattr(client, "dumb", False):
            message = "The server knows Git's files alone, not its protocol; it sends no single commit."
            raise RemoteError(message, code="git_failed")
        found = _chosen(refs, branch)
        return [found]

    file, commit, abort = repository.object_store.add_pack()
    size = 0

    def take(data: bytes) -> int:
        nonlocal size
        check()
        size += len(data)
        if size > MOST_PACK_BYTES:
            message = f"The commit is larger than {MOST_PACK_BYTES >> 20} MiB."
            raise RemoteError(message, code="git_too_large")
        return file.write(data)

    try:
        client.fetch_pack(
            path, wants, repository.get_graph_walker(), take, progress=lambda _: check(), depth=1
        )
    except BaseException:
        abort()
        raise
    commit()
    return found


def _chosen(refs: Mapping[Any, Any], branch: str) -> bytes:
    names = (f"refs/heads/{branch}", f"refs/tags/{branch}") if branch else ("HEAD",)
    for name in names:
        if refs.get(name.encode()):
            return bytes(refs[name.encode()])
    heads = sorted(it.removeprefix(b"refs/heads/") for it in refs if it.startswith(b"refs/heads/"))
    told = ", ".join(it.decode(errors="replace") for it in heads[:MOST_TOLD_BRANCHES])
    what = f"branch or tag {branch!r}" if branch else "branch of its own; name one"
    message = f"The repository has no {what}. It has {told or 'no branch at all'}."
    raise RemoteError(message, code="git_branch_not_found")


@contextmanager
def _told(keys: Path) -> Iterator[None]:
    """Turn what a server has answered into an error of ours."""
    try:
        yield
    except HTTPUnauthorized as error:
        message = "The repository asks for a name and a password or token, or has refused those it was given."
        raise RemoteError(message, code="git_denied") from error
    except NotGitRepository as error:
        message = "There is no repository at this URL, or not for who asks."
        raise RemoteError(message, code="git_not_found") from error
    except (GitProtocolError, HangupException, EOFError, OSError, ValueError, AssertionError) as error:
        raise _failure(ssh.said(keys), error) from error


def _failure(said: str, error: Exception) -> RemoteError:
    """Say what OpenSSH's client has said, or Git."""
    if "Host key verification failed" in said or "host key" in said.lower():
        message = (
            "The server shows another key than when it was first asked: it was set up anew, or somebody "
            "stands between. Where its key is known to have changed, forget the old one."
        )
        return RemoteError(message, code="git_host_key_changed")
    if "Permission denied" in said:
        return RemoteError("The server has refused the private key.", code="git_denied")
    if "Connection refused" in said or "timed out" in said or "No route" in said:
        return RemoteError(f"The server does not answer: {said}", code="git_unreachable")
    return RemoteError(f"The repository could not be read: {said or error}", code="git_failed")
