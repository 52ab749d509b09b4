"""Private registries: who asks them, kept with the passwords encrypted."""

from pathlib import Path

import msgspec

from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.engine.models import Credentials
from appos.engine.port import Engine
from appos.errors import InvalidError, NotFoundError, StoreError
from appos.store.cipher import Cipher
from appos.store.values import timestamp
from appos.store.whole_file import write_whole


class Registry(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A registry and who asks it; its password is never shown."""

    registry: str
    username: str
    updated: str


class _Kept(Registry, frozen=True, kw_only=True, rename="camel"):
    password: str

    def __repr__(self) -> str:
        return f"_Kept(registry={self.registry!r})"


class Registries:
    """The credentials of registries."""

    def __init__(self, path: Path, cipher: Cipher, engine: Engine, audit: Audit) -> None:
        self._path = path
        self._cipher = cipher
        self._engine = engine
        self._audit = audit

    def known(self) -> tuple[Registry, ...]:
        """Return the registries, without passwords."""
        return tuple(
            Registry(registry=it.registry, username=it.username, updated=it.updated) for it in self._read()
        )

    def credentials(self) -> tuple[Credentials, ...]:
        """Return what pulls sign in with.

        Raises:
            StoreError: `registries_unreadable`, `secret_unreadable`.
        """
        return tuple(
            Credentials(
                registry=it.registry, username=it.username, password=self._cipher.decrypt(it.password)
            )
            for it in self._read()
        )

    def add(self, registry: str, username: str, password: str, actor: Actor) -> Registry:
        """Keep credentials once the registry has taken them; those it had before go.

        Raises:
            InvalidError: `registry_invalid`.
            EngineError: `registry_denied`, `registry_unreachable`.
        """
        credentials = Credentials(registry=registry, username=username, password=password)
        if not registry.strip() or "/" in registry:
            message = "Name the registry by its host, such as registry.example.com:5000."
            raise InvalidError(
                message,
                code="registry_invalid",
                fields={"registry": {"code": "registry_invalid", "message": message}},
            )
        self._engine.check_credentials(credentials)
        kept = _Kept(
            registry=credentials.registry,
            username=credentials.username,
            password=self._cipher.encrypt(credentials.password),
            updated=timestamp(),
        )
        self._write([*(it for it in self._read() if it.registry != kept.registry), kept])
        self._audit.record(actor, "registry.add", kept.registry)
        return Registry(registry=kept.registry, username=kept.username, updated=kept.updated)

    def remove(self, registry: str, actor: Actor) -> None:
        """Forget a registry's credentials.

        Raises:
            NotFoundError: `registry_not_found`.
        """
        left = [it for it in self._read() if it.registry != registry]
        if len(left) == len(self._read()):
            raise NotFoundError(f"No credentials are kept for {registry!r}.", code="registry_not_found")
        self._write(left)
        self._audit.record(actor, "registry.remove", registry)

    def _read(self) -> list[_Kept]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=list[_Kept])
        except FileNotFoundError:
            return []
        except (OSError, msgspec.MsgspecError) as error:
            message = f"{self._path} cannot be read: {error}. Mend or remove it."
            raise StoreError(message, code="registries_unreadable") from error

    def _write(self, kept: "list[_Kept]") -> None:
        write_whole(self._path, msgspec.json.encode(kept))
