"""Repositories over SSH, by OpenSSH's client: it is given a checked address, a key, and no more."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dulwich.client import SSHGitClient, SSHVendor

from appos.errors import InvalidError, RemoteError
from appos.git.gate import Gate
from appos.git.models import Access, Address

END_SECONDS = 5.0
MOST_SAID = 4000


@contextmanager
def ssh_client(address: Address, access: Access, gate: Gate, folder: Path) -> Iterator[SSHGitClient]:
    """Yield a client of a repository. `folder` is for it alone: the key lies there for so long.

    Raises:
        InvalidError: `git_key_missing`.
        RemoteError: `ssh_missing`.
    """
    program = shutil.which("ssh")
    if program is None:
        raise RemoteError("The program ssh is missing; install openssh-client.", code="ssh_missing")
    if not access.private_key:
        message = "A repository over SSH is asked with a private key; give one, such as a deploy key."
        raise InvalidError(
            message,
            code="git_key_missing",
            fields={"privateKey": {"code": "git_key_missing", "message": message}},
        )
    _write(folder / "key", access.private_key.replace("\r\n", "\n").strip() + "\n")
    alias = known_as(address)
    _write(folder / "known_hosts", f"{alias} {access.host_key}\n" if access.host_key else "")
    vendor = _OpenSSH(program, address, gate, folder, is_known=bool(access.host_key))
    try:
        yield SSHGitClient(
            address.host, address.port, address.user, vendor=vendor, thin_packs=False, quiet=True
        )
    finally:
        vendor.end()


def known_as(address: Address) -> str:
    """Return the name under which a server's key is kept; it has nothing that a pattern could be."""
    return f"repository-{address.host.replace(':', '-')}-{address.port}"


def met(folder: Path) -> str:
    """Return the key that the server has shown, "" for none."""
    line = (folder / "known_hosts").read_text(encoding="utf-8").strip()
    return line.partition("\n")[0].partition(" ")[2]


def said(folder: Path) -> str:
    """Return the last line that OpenSSH's client has said."""
    try:
        text = (folder / "said").read_bytes()[-MOST_SAID:].decode(errors="replace")
    except FileNotFoundError:
        return ""
    lines = [it.strip() for it in text.splitlines() if it.strip()]
    return lines[-1] if lines else ""


def _quoted(path: Path) -> str:
    """Return a path as a value of an option, whose words end at spaces and whose tokens begin with `%`."""
    return '"' + str(path).replace("%", "%%") + '"'


def _write(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


class _Talk:
    """A command that runs on the server."""

    def __init__(self, process: "subprocess.Popen[bytes]", stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self._process = process
        self._stdin = stdin
        self._stdout = stdout

    def read(self, size: int) -> bytes:
        return self._stdout.read(size)

    def write(self, data: bytes) -> int:
        self._stdin.write(data)
        self._stdin.flush()
        return len(data)

    def can_read(self) -> bool:
        """Say that nothing is there before it is waited for: all that is wanted is asked for at once."""
        return False

    def close(self) -> None:
        for pipe in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):
                pipe.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _OpenSSH(SSHVendor):
    def __init__(self, program: str, address: Address, gate: Gate, folder: Path, *, is_known: bool) -> None:
        self._program = program
        self._address = address
        self._gate = gate
        self._folder = folder
        self._is_known = is_known
        self._talks: list[_Talk] = []

    def run_command(self, host: str, command: bytes, *_args: object, **_kwargs: object) -> _Talk:  # type: ignore[override] # what is asked of a vendor differs by version
        """Run a command of Git's on the server."""
        address = self._address
        gated = self._gate.addresses(host, address.port)[0]
        # Source: ssh_config(5). A key that was met is the only one that is taken from then on.
        options = {
            "HostName": gated,
            "HostKeyAlias": known_as(address),
            "UserKnownHostsFile": _quoted(self._folder / "known_hosts"),
            "GlobalKnownHostsFile": "none",
            "HashKnownHosts": "no",
            "StrictHostKeyChecking": "yes" if self._is_known else "accept-new",
            "UpdateHostKeys": "no",
            "IdentityFile": _quoted(self._folder / "key"),
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "PreferredAuthentications": "publickey",
            "BatchMode": "yes",
            "ConnectTimeout": "10",
            "ServerAliveInterval": "15",
            "ServerAliveCountMax": "4",
            "ForwardAgent": "no",
            "ClearAllForwardings": "yes",
            "PermitLocalCommand": "no",
            "LogLevel": "ERROR",
        }
        arguments = [self._program, "-F", "none", "-T", "-p", str(address.port), "-l", address.user]
        for name, value in options.items():
            arguments += ["-o", f"{name}={value}"]
        arguments += ["--", host, command.decode()]
        with (self._folder / "said").open("ab") as stderr:
            process = subprocess.Popen(  # noqa: S603 - a list, whose parts are checked
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={"PATH": os.defpath, "HOME": str(self._folder), "LC_ALL": "C"},
                start_new_session=True,
            )
        if process.stdin is None or process.stdout is None:
            raise RemoteError("ssh was started without pipes.", code="git_failed")
        talk = _Talk(process, process.stdin, process.stdout)
        self._talks.append(talk)
        return talk

    def end(self) -> None:
        """End what still runs."""
        for talk in self._talks:
            talk.close()
