"""A Git repository: where it is, who asks it, and what was found there."""

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import unquote, urlsplit

import msgspec

from appos.errors import InvalidError

PORTS = {"http": 80, "https": 443, "ssh": 22}
USER = "git"
# Source: git-clone(1), "Git URLs": the form that scp has, which a path with a colon before a slash is not.
_SCP = re.compile(r"(?:(?P<user>[^@:/\s]+)@)?(?P<host>[^@:/\s\[\]]+|\[[0-9a-fA-F:.]+\]):(?P<path>[^\s:].*)")
# A host begins with no dash: a program that is given it takes it for no option.
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*|[0-9a-fA-F:.]+")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]*")


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a repository is; `user` is that of SSH."""

    scheme: Literal["http", "https", "ssh"]
    host: str
    port: int
    path: str
    user: str = ""

    @property
    def origin(self) -> str:
        """The URL of its server."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}/"


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks a repository: a name with a password or a token over HTTP, a private key over SSH.

    `host_key` is the server's, as a line of OpenSSH's known_hosts without the host; "" before it was met.
    """

    username: str = ""
    password: str = ""
    private_key: str = ""
    host_key: str = ""

    def __repr__(self) -> str:
        """Leave the secrets out."""
        return f"Access(username={self.username!r})"


class Checkout(msgspec.Struct, frozen=True, kw_only=True):
    """The files of one commit by their paths, and what was left out of them, in sentences."""

    commit: str
    files: Mapping[str, bytes]
    left_out: tuple[str, ...] = ()
    host_key: str = ""


def parse_address(url: str) -> Address:
    """Understand the URL of a repository: https, http, ssh, or `user@host:path`.

    Raises:
        InvalidError: `git_url_invalid`.
    """
    found = _parsed(url.strip())
    if not _HOST.fullmatch(found.host):
        raise _invalid("the host is not one")
    if found.user and not _USER.fullmatch(found.user):
        raise _invalid("the user is not one")
    if not found.path.strip("/") or any(ord(it) < 32 for it in found.path):
        raise _invalid("the path of the repository is missing")
    return found


def _parsed(url: str) -> Address:
    if "://" not in url:
        found = _SCP.fullmatch(url)
        if found is None:
            raise _invalid("it is neither https://HOST/PATH, ssh://HOST/PATH nor USER@HOST:PATH")
        host = found["host"].strip("[]")
        return Address(scheme="ssh", host=host, port=22, path=found["path"], user=found["user"] or USER)
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError as error:
        raise _invalid(str(error)) from error
    if parts.scheme not in ("http", "https", "ssh"):
        raise _invalid(f"repositories are read over https, http and ssh, not {parts.scheme!r}")
    if parts.password is not None or (parts.username is not None and parts.scheme != "ssh"):
        raise _invalid("it holds a user or a password; give them beside it, where they are kept encrypted")
    if parts.query or parts.fragment:
        raise _invalid("it ends in a query or a fragment")
    scheme: Literal["http", "https", "ssh"] = parts.scheme  # type: ignore[assignment] # one of the three
    user = (unquote(parts.username or "") or USER) if scheme == "ssh" else ""
    return Address(scheme=scheme, host=host, port=port or PORTS[scheme], path=parts.path, user=user)


def _invalid(why: str) -> InvalidError:
    message = f"The URL of the repository cannot be used: {why}."
    problem = {"code": "git_url_invalid", "message": message}
    return InvalidError(message, code="git_url_invalid", fields={"url": problem})
