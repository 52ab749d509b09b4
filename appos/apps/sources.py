"""Apps whose files are those of a Git repository: where it is, who asks it, and its files brought."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from appos.apps.env import write_env
from appos.apps.files.store import COMPOSE_NAMES, ENV, AppStore
from appos.apps.models import App, AppSettings, Source
from appos.apps.service import Apps
from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.errors import ConflictError, InvalidError, NotFoundError, StoreError
from appos.git.gate import Gate
from appos.git.models import Access, Checkout, parse_address
from appos.store.whole_file import write_whole

if TYPE_CHECKING:
    from appos.store.cipher import Cipher

FILE = "git.json"
MOST_TEXT = 1 << 14


class GitOrigin(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A repository and who asks it. `branch` is also that of a tag, "" for the repository's own.

    `path` is that of the Compose file, or of its directory. Over HTTP it is asked with `username` and
    `password`, which may be a token; over SSH with `private_key`. `host_key` is that of an SSH server; where
    it is "" the first that is met is kept.
    """

    url: str
    branch: str = ""
    path: str = ""
    username: str = ""
    password: str = ""
    private_key: str = ""
    host_key: str = ""

    def __repr__(self) -> str:
        """Leave the secrets out."""
        return f"GitOrigin(url={self.url!r}, branch={self.branch!r}, path={self.path!r})"


class GitView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where an app's files come from, and the commit that they are of; secrets are told to be there alone."""

    url: str
    branch: str
    path: str
    commit: str
    username: str = ""
    has_password: bool = False
    has_private_key: bool = False
    host_key: str = ""


class _Kept(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    username: str = ""
    password: str = ""
    private_key: str = ""
    host_key: str = ""

    def __repr__(self) -> str:
        return f"_Kept(username={self.username!r})"


class Sources:
    """The repositories of all apps; what they are asked with lies, encrypted, beside the record of an app."""

    def __init__(self, apps: Apps, cipher: "Cipher", audit: Audit, gate: Gate, scratch: Path) -> None:
        self._apps = apps
        self._store: AppStore = apps.store
        self._cipher = cipher
        self._audit = audit
        self._gate = gate
        self._scratch = scratch

    def register(
        self,
        name: str,
        origin: GitOrigin,
        actor: Actor,
        *,
        env: Mapping[str, str] | None = None,
        settings: AppSettings | None = None,
    ) -> App:
        """Make an app of a repository; its files are brought by its first deployment.

        Raises:
            InvalidError: `name_invalid`, `git_url_invalid`, `git_invalid`, `env_invalid`.
            ConflictError: `name_taken`.
        """
        own = {FILE: msgspec.json.encode(self._encrypted(_checked(origin)))}
        return self._apps.adopt_source(name, _source(origin), actor, own=own, env=env, settings=settings)

    def show(self, app: App) -> GitView:
        """Return where an app's files come from.

        Raises:
            NotFoundError: `git_not_set`.
        """
        if app.source.kind != "git":
            raise NotFoundError(f"The files of {app.name!r} are from no repository.", code="git_not_set")
        kept, source = self._kept(app.name), app.source
        return GitView(
            url=source.url,
            branch=source.branch,
            path=source.path,
            commit=source.commit,
            username=kept.username,
            has_password=bool(kept.password),
            has_private_key=bool(kept.private_key),
            host_key=kept.host_key,
        )

    def origin(self, app: App) -> GitOrigin:
        """Return where an app's files come from, with the secrets."""
        access, source = self._access(app.name), app.source
        return GitOrigin(
            url=source.url,
            branch=source.branch,
            path=source.path,
            username=access.username,
            password=access.password,
            private_key=access.private_key,
            host_key=access.host_key,
        )

    def change(self, app: App, origin: GitOrigin, actor: Actor) -> App:
        """Say from where an app's files come at its next update; those that it has stay until then.

        Raises:
            InvalidError: `git_url_invalid`, `git_invalid`.
        """
        kept = msgspec.json.encode(self._encrypted(_checked(origin)))
        write_whole(self._path(app.name), kept)
        changed = self._store.change(app.name, source=_source(origin))
        self._audit.record(actor, "app.git", app.name, detail=f"{origin.url} {origin.branch}".strip())
        self._apps.refresh(app.name)
        return changed

    def remove(self, app: App, actor: Actor) -> None:
        """Keep an app's files as they are from now on, and forget the repository."""
        self._store.change(app.name, source=Source())
        self._path(app.name).unlink(missing_ok=True)
        self._audit.record(actor, "app.git.remove", app.name)
        self._apps.refresh(app.name)

    def read(self, origin: GitOrigin, check: Callable[[], None] = lambda: None) -> Checkout:
        """Return the newest files of a repository; nothing is changed.

        Raises:
            InvalidError, RemoteError, ForbiddenError: as `read_commit` has them.
        """
        # Git's protocol takes memory only where there are repositories.
        from appos.git.client import read_commit  # noqa: PLC0415 - see above

        return read_commit(
            parse_address(origin.url),
            origin.branch,
            origin.path,
            _access_of(origin),
            self._gate,
            self._scratch,
            compose_names=COMPOSE_NAMES,
            check=check,
        )

    def preview(
        self, name: str, origin: GitOrigin, env: Mapping[str, str] | None
    ) -> tuple[Checkout, dict[str, bytes]]:
        """Return the newest files of a repository, and what an app of them would have."""
        checkout = self.read(_checked(origin))
        known = self._store.tracked(name) if name in self._store.names() else {}
        files = _laid(checkout, known)
        if env:
            files[ENV] = write_env(files.get(ENV, b"").decode(errors="replace"), env).encode()
        return checkout, files

    def bring(self, name: str, actor: str, check: Callable[[], None]) -> Checkout:
        """Bring the newest files of an app's repository into its directory; what has gone there goes here.

        The app's own environment stays. The key of an SSH server that is met for the first time is kept.
        """
        app = self._store.load(name)
        checkout = self.read(self.origin(app), check)
        kept = self._kept(name)
        if checkout.host_key and not kept.host_key:
            kept = msgspec.structs.replace(kept, host_key=checkout.host_key)
            write_whole(self._path(name), msgspec.json.encode(kept))
        before = self._store.tracked(name)
        after = _laid(checkout, before)
        gone = dict.fromkeys(before.keys() - after.keys())
        reason = f"commit {checkout.commit[:12]} of the repository"
        self._store.save(name, {**gone, **after}, expected=None, actor=actor, reason=reason)
        self.note_commit(name, checkout.commit)
        return checkout

    def note_commit(self, name: str, commit: str) -> None:
        """Note the commit that an app's files are of."""
        source = self._store.load(name).source
        if source.kind == "git" and source.commit != commit:
            self._store.change(name, source=msgspec.structs.replace(source, commit=commit))

    def _path(self, name: str) -> Path:
        return self._store.own(name) / FILE

    def _encrypted(self, origin: GitOrigin) -> _Kept:
        return _Kept(
            username=origin.username,
            password=self._cipher.encrypt(origin.password) if origin.password else "",
            private_key=self._cipher.encrypt(origin.private_key) if origin.private_key else "",
            host_key=origin.host_key,
        )

    def _access(self, name: str) -> Access:
        kept = self._kept(name)
        return Access(
            username=kept.username,
            password=self._cipher.decrypt(kept.password) if kept.password else "",
            private_key=self._cipher.decrypt(kept.private_key) if kept.private_key else "",
            host_key=kept.host_key,
        )

    def _kept(self, name: str) -> _Kept:
        try:
            return msgspec.json.decode(self._path(name).read_bytes(), type=_Kept)
        except FileNotFoundError:
            return _Kept()
        except (OSError, msgspec.MsgspecError) as error:
            message = f"What the repository of {name!r} is asked with cannot be read; enter it again."
            raise StoreError(message, code="git_unreadable") from error


def _source(origin: GitOrigin) -> Source:
    return Source(kind="git", url=origin.url.strip(), branch=origin.branch, path=origin.path)


def _access_of(origin: GitOrigin) -> Access:
    return Access(
        username=origin.username,
        password=origin.password,
        private_key=origin.private_key,
        host_key=origin.host_key,
    )


def _laid(checkout: Checkout, before: Mapping[str, bytes]) -> dict[str, bytes]:
    files = dict(checkout.files)
    if ENV in before:
        files[ENV] = before[ENV]
    return files


def _checked(origin: GitOrigin) -> GitOrigin:
    """Return an origin that can be kept.

    Raises:
        InvalidError: `git_url_invalid`, `git_invalid`.
    """
    address = parse_address(origin.url)
    for field in ("branch", "path", "username", "password", "hostKey"):
        value = getattr(origin, "host_key" if field == "hostKey" else field)
        if len(value) > MOST_TEXT or any(ord(it) < 32 or ord(it) == 127 for it in value):
            raise _invalid(field, "It has a control character, or is too long.")
    if ":" in origin.username:
        raise _invalid("username", "A name has no colon.")
    if address.scheme == "ssh" and (origin.password or origin.username):
        raise _invalid(
            "password", "Over SSH a repository is asked with a private key; the URL names the user."
        )
    if address.scheme != "ssh" and (origin.private_key or origin.host_key):
        raise _invalid(
            "privateKey", "A private key is for SSH; over HTTP give a name and a password or token."
        )
    if address.scheme == "http" and origin.password:
        raise _invalid("password", "Over http it would be sent in the open; use https.")
    if origin.private_key and "PRIVATE KEY-----" not in origin.private_key:
        raise _invalid("privateKey", "It is no private key; paste the whole file, such as id_ed25519.")
    if "ENCRYPTED" in origin.private_key.partition("\n")[0]:
        raise _invalid("privateKey", "It has a passphrase; make a key without one, for this alone.")
    return origin


def _invalid(field: str, message: str) -> InvalidError:
    return InvalidError(
        message, code="git_invalid", fields={field: {"code": "git_invalid", "message": message}}
    )


def refuse_both(compose: str, origin: GitOrigin | None) -> None:
    """See to it that an app has one source.

    Raises:
        InvalidError: `source_missing`.
        ConflictError: `source_ambiguous`.
    """
    if origin is None and not compose:
        message = "Give the Compose file as `compose`, or a repository as `git`."
        raise InvalidError(
            message,
            code="source_missing",
            fields={"compose": {"code": "source_missing", "message": message}},
        )
    if origin is not None and compose:
        raise ConflictError("Give either `compose` or `git`.", code="source_ambiguous")
