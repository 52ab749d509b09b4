"""The files of apps are shown and edited: what Compose refuses is not saved."""

from collections.abc import Mapping

from appos.apps.checking import Checking
from appos.apps.env import read_env, write_env
from appos.apps.files import history, tree
from appos.apps.files.store import COMPOSE_NAMES, ENV, AppStore
from appos.apps.models import App
from appos.apps.service import Apps
from appos.apps.views import DiffView, EnvView, Saved
from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.errors import InvalidError


class Editing:
    """The verbs of the files of apps."""

    def __init__(self, apps: Apps, checking: Checking, audit: Audit) -> None:
        self._apps = apps
        self.store: AppStore = apps.store
        self._checking = checking
        self._audit = audit

    def save_compose(self, app: App, compose: str, expected: str | None, actor: Actor) -> Saved:
        """Save the Compose file, which Compose has to accept; nothing is deployed.

        Raises:
            InvalidError: `compose_invalid`.
            ConflictError: `revision_conflict`.
        """
        return self._save(
            app, {self.store.compose_file(app.name): compose.encode()}, expected, actor, "compose"
        )

    def save_env(
        self, app: App, env: Mapping[str, str] | None, text: str | None, expected: str | None, actor: Actor
    ) -> Saved:
        """Save the environment, as names and values or as text.

        Raises:
            InvalidError: `compose_invalid`, `env_invalid`.
            ConflictError: `revision_conflict`.
        """
        written = text if env is None else write_env(self.store.read_env(app.name), env)
        if written is None:
            raise InvalidError("Give the environment as `env` or as `text`.", code="env_invalid")
        return self._save(app, {ENV: written.encode()}, expected, actor, "environment")

    @staticmethod
    def env_text(values: Mapping[str, str]) -> str:
        """Return the text of an environment.

        Raises:
            InvalidError: `env_invalid`.
        """
        return write_env("", values)

    def draft(self, app: App, compose: str | None, env: Mapping[str, str] | None) -> dict[str, bytes]:
        """Return the files of an app with others in the place of those that are given."""
        files = self.store.tracked(app.name)
        if compose is not None:
            files[self.store.compose_file(app.name)] = compose.encode()
        if env is not None:
            files[ENV] = write_env(self.store.read_env(app.name), env).encode()
        return files

    def remove_file(self, app: App, path: str, actor: Actor) -> None:
        """Remove a file, or an empty directory, of an app.

        Raises:
            InvalidError: `path_invalid`; `compose_file_needed`: it is the Compose file.
            NotFoundError: `file_not_found`.
        """
        if path == self.store.compose_file(app.name):
            message = "The Compose file is what the app is; remove the app instead."
            raise InvalidError(message, code="compose_file_needed")
        tree.remove(self.store.project(app.name), path)
        self._audit.record(actor, "app.file.delete", app.name, detail=path)
        self._apps.refresh(app.name)

    def save_file(self, app: App, path: str, text: str, expected: str | None, actor: Actor) -> str:
        """Save another file of an app, and return the revision."""
        if path in (*COMPOSE_NAMES, ENV):
            return self._save(app, {path: text.encode()}, expected, actor, "file").revision
        revision = self.store.save(
            app.name, {path: text.encode()}, expected=expected, actor=actor.label, reason=f"file {path}"
        )
        self._audit.record(actor, "app.file", app.name, detail=path)
        self._apps.refresh(app.name)
        return revision

    def _save(
        self, app: App, changes: Mapping[str, bytes], expected: str | None, actor: Actor, what: str
    ) -> Saved:
        findings = self._checking.check(app.name, {**self.store.tracked(app.name), **changes})
        revision = self.store.save(
            app.name, changes, expected=expected, actor=actor.label, reason=f"{what} edited"
        )
        self._audit.record(actor, f"app.{what}", app.name)
        self._apps.refresh(app.name)
        return Saved(revision=revision, findings=findings)

    def env(self, app: App, *, is_shown: bool) -> EnvView:
        """Return the environment, with its values or without."""
        text = self.store.read_env(app.name)
        values = read_env(text)
        return EnvView(
            env=values if is_shown else dict.fromkeys(values),
            text=text if is_shown else "",
            revision=self.store.revision(app.name),
        )

    def diff(self, app: App, a: str, b: str) -> DiffView:
        """Return what differs between two states of the Compose file.

        Each is `current`, the number of a generation, or `release:N`.

        Raises:
            InvalidError: `diff_invalid`.
            NotFoundError: `generation_not_found`, `release_not_found`.
        """
        before, after = self._state(app, a), self._state(app, b)
        return DiffView(a=before, b=after, diff=history.unified(before, after, a, b))

    def _state(self, app: App, which: str) -> str:
        if which == "current":
            return self.store.read_compose(app.name)
        kind, _, number = which.rpartition(":")
        if not number.isdecimal() or len(number) > 9 or kind not in ("", "release"):
            message = "Compare `current`, the number of a generation, or `release:N`."
            raise InvalidError(message, code="diff_invalid")
        if kind == "":
            return self.store.generation(app.name, int(number)).compose
        return self.release_compose(app, int(number))

    def release_compose(self, app: App, number: int) -> str:
        """Return the text of the Compose file of a release."""
        files = self.store.release_files(app.name, number)
        return next((files[it] for it in COMPOSE_NAMES if it in files), b"").decode(errors="replace")
