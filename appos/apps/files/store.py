"""Apps on the disk: `apps/NAME` is the project, `apps/.appos/NAME` what AppOS knows of it."""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from appos.apps.files import history, journal, releases
from appos.apps.files.beneath import ensure_plain, read_beneath, write_beneath
from appos.apps.models import App, Generation, Release, ReleaseState, check_name
from appos.compose.models import ProjectFiles
from appos.errors import ConflictError, InvalidError, NotFoundError, StoreError
from appos.store.values import new_id, timestamp

OWN = ".appos"
REMOVED = ".removed"
RECORD = "app.json"
TRACKED = "files.json"
ENV = ".env"
# The names under which Compose looks for a project, in its order.
# Source: Compose Specification, "Compose file".
COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
MOST_BYTES = 16 << 20
MOST_TRACKED = 2000

Files = Mapping[str, bytes | None]


class AppStore:
    """The files of all apps.

    Those that people and AppOS wrote are tracked: they make up the revision, and go into releases. What the
    app itself writes into its directory is its own.
    """

    compose_names = COMPOSE_NAMES

    def __init__(self, data_dir: Path) -> None:
        self.root = data_dir / "apps"

    def project(self, name: str) -> Path:
        """Return the directory of an app's project."""
        return self.root / check_name(name)

    def own(self, name: str) -> Path:
        """Return the directory of what AppOS knows of an app."""
        return self.root / OWN / check_name(name)

    def names(self) -> list[str]:
        """Return the names of all apps."""
        folder = self.root / OWN
        if not folder.is_dir():
            return []
        return sorted(it.name for it in folder.iterdir() if (it / RECORD).is_file() and it.name[0] != ".")

    def strangers(self) -> list[str]:
        """Return the names of directories that are no app's: they can be adopted."""
        if not self.root.is_dir():
            return []
        known = set(self.names())
        return sorted(it.name for it in self.root.iterdir() if it.name[0] != "." and it.name not in known)

    # The record of an app

    def load(self, name: str) -> App:
        """Return an app.

        Raises:
            NotFoundError: `app_not_found`.
            StoreError: `app_unreadable`.
        """
        try:
            return msgspec.json.decode(read_beneath(self.own(name), RECORD, MOST_BYTES), type=App)
        except NotFoundError as error:
            raise NotFoundError(f"There is no app {name!r}.", code="app_not_found") from error
        except msgspec.MsgspecError as error:
            message = f"{self.own(name) / RECORD} cannot be read: {error}. Mend it, or restore a backup."
            raise StoreError(message, code="app_unreadable") from error

    def create(
        self, app: App, files: Mapping[str, bytes], reason: str, own: Mapping[str, bytes] | None = None
    ) -> App:
        """Make an app with its first files: as a whole or not at all.

        `own` is more that AppOS keeps of it, by file names.

        Raises:
            ConflictError: `name_taken`.
        """
        folder = self.root / OWN
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._is_taken(app.name):
            raise _taken(app.name)
        made = folder / f".new-{new_id()}"
        made.mkdir(mode=0o700)
        try:
            write_beneath(made, RECORD, msgspec.json.encode(app), 0o600)
            for path, data in (own or {}).items():
                write_beneath(made, path, data, 0o600)
            _track(made, files)
            history.append(made, _generation(files, app.created_by, reason))
            journal.begin(made, journal.Change(files=files))
            try:
                made.rename(self.own(app.name))
            except OSError as error:
                raise _taken(app.name) from error
        finally:
            shutil.rmtree(made, ignore_errors=True)
        releases.sync(folder)
        with self._settled(app.name):
            return app

    def _is_taken(self, name: str) -> bool:
        project = self.project(name)
        return self.own(name).exists() or (project.is_dir() and any(project.iterdir()))

    def change(self, name: str, **changes: Any) -> App:
        """Change what is known of an app, and return it."""
        with journal.locked(self.own(name)):
            app = msgspec.structs.replace(self.load(name), updated=timestamp(), **changes)
            write_beneath(self.own(name), RECORD, msgspec.json.encode(app), 0o600)
        return app

    def remove(self, name: str, *, keep_files: bool) -> Path | None:
        """Forget an app. Its files are moved aside, and where they lie is returned, or they are removed."""
        own, project = self.own(name), self.project(name)
        aside = (
            self.root
            / REMOVED
            / f"{name}-{timestamp()[:19].replace(' ', 'T').replace(':', '')}-{new_id()[:4]}"
        )
        aside.mkdir(mode=0o700, parents=True)
        if project.is_dir():
            project.rename(aside / "project")
        # The record goes last: until then the app is still there, and its removal can be gone on with.
        own.rename(aside / "appos")
        releases.sync(self.root / OWN)
        if keep_files:
            return aside
        shutil.rmtree(aside)
        return None

    # Its files

    def compose_file(self, name: str) -> str:
        """Return the name of its Compose file, as Compose finds it."""
        project = self.project(name)
        return next((it for it in COMPOSE_NAMES if (project / it).is_file()), COMPOSE_NAMES[0])

    def project_files(self, name: str) -> ProjectFiles:
        """Return the project as Compose is given it."""
        with self._settled(name):
            return ProjectFiles(directory=self.project(name), name=name)

    def tracked(self, name: str) -> dict[str, bytes]:
        """Return the files that people and AppOS wrote, by their paths; those that have gone are left out."""
        with self._settled(name):
            return self._tracked(name)

    def _tracked(self, name: str) -> dict[str, bytes]:
        found = {}
        for path in _tracked_paths(self.own(name)):
            try:
                found[path] = read_beneath(self.project(name), path, MOST_BYTES)
            except (NotFoundError, InvalidError):
                continue
        return found

    def revision(self, name: str) -> str:
        """Return what names the state of the tracked files: another for every change."""
        return revision_of(self.tracked(name))

    def read_compose(self, name: str) -> str:
        """Return the text of its Compose file, "" where there is none."""
        return self._text(name, self.compose_file(name))

    def read_env(self, name: str) -> str:
        """Return the text of its `.env`, "" where there is none."""
        return self._text(name, ENV)

    def _text(self, name: str, path: str) -> str:
        with self._settled(name):
            try:
                return read_beneath(self.project(name), path, MOST_BYTES).decode(errors="replace")
            except NotFoundError:
                return ""

    def save(self, name: str, files: Files, *, expected: str | None, actor: str, reason: str) -> str:
        """Write tracked files, all of them or none, and return the new revision; None removes one.

        A generation is kept where the Compose file or the environment is another than before.

        Raises:
            ConflictError: `revision_conflict`: the files are not those of the revision that is expected.
        """
        own, project = self.own(name), self.project(name)
        with self._settled(name):
            for path in files:
                ensure_plain(project, path)
            before = self._tracked(name)
            if expected is not None and expected != revision_of(before):
                raise _conflict(revision_of(before))
            after = {**before, **files}
            kept = {path: data for path, data in after.items() if data is not None}
            if kept != before:
                undone = {path: before.get(path) for path in files}
                journal.change(own, project, files, undone)
                _track(own, kept)
                if _said(kept) != _said(before):
                    history.append(own, _generation(kept, actor, reason))
            return revision_of(kept)

    def keep(self, name: str, *, actor: str, reason: str) -> None:
        """Keep a generation of files that somebody changed on the disk, where the last is another."""
        own = self.own(name)
        with self._settled(name):
            found, kept = self._tracked(name), history.numbers(own)
            last = history.read(own, kept[-1]) if kept else None
            if last is None or (last.compose, last.env) != _said(found):
                history.append(own, _generation(found, actor, reason))

    def generations(self, name: str) -> list[Generation]:
        """Return the generations of its Compose file and environment, newest first."""
        own = self.own(name)
        return [history.read(own, number) for number in reversed(history.numbers(own))]

    def generation(self, name: str, number: int) -> Generation:
        """Return one generation.

        Raises:
            NotFoundError: `generation_not_found`.
        """
        return history.read(self.own(name), number)

    # Its releases

    def releases(self, name: str) -> list[Release]:
        """Return the releases that are kept, newest first."""
        own = self.own(name)
        return [releases.read(own, number) for number in reversed(releases.numbers(own))]

    def release(self, name: str, number: int) -> Release:
        """Return one release.

        Raises:
            NotFoundError: `release_not_found`.
        """
        return releases.read(self.own(name), number)

    def new_release(self, name: str, release: Release, model: Mapping[str, Any]) -> Release:
        """Keep the tracked files as a release under the next number, and return it.

        `model` is what they mean, without a secret value.
        """
        with self._settled(name):
            return releases.create(self.own(name), release, self._tracked(name), model)

    def change_release(self, name: str, number: int, **changes: Any) -> Release:
        """Change what is known of a release, and return it."""
        release = msgspec.structs.replace(self.release(name, number), **changes)
        releases.write(self.own(name), release)
        return release

    def discard_release(self, name: str, number: int) -> None:
        """Remove a release that came to nothing."""
        releases.remove(self.own(name), number)

    def make_current(self, name: str, number: int) -> App:
        """Make a release the one that is deployed; the one before was good."""
        for release in self.releases(name):
            if release.state is ReleaseState.CURRENT and release.number != number:
                self.change_release(name, release.number, state=ReleaseState.GOOD)
        self.change_release(name, number, state=ReleaseState.CURRENT, finished=timestamp(), error="")
        app = self.change(name, current=number)
        releases.prune(self.own(name), app.settings.keep_releases)
        return app

    def release_files(self, name: str, number: int) -> dict[str, bytes]:
        """Return the files of a release."""
        return releases.files(self.own(name), number)

    def release_model(self, name: str, number: int) -> dict[str, Any]:
        """Return what the files of a release meant, without secret values."""
        return releases.model(self.own(name), number)

    def restore(self, name: str, number: int, *, actor: str, reason: str) -> str:
        """Bring the files of a release back, and return their revision; what it did not have goes."""
        restored = self.release_files(name, number)
        gone = dict.fromkeys(self.tracked(name).keys() - restored.keys())
        return self.save(name, {**gone, **restored}, expected=None, actor=actor, reason=reason)

    # After a crash

    def recover(self) -> list[str]:
        """Finish what a killed AppOS was writing; return the names of the apps whose files that changed."""
        for left in (self.root / OWN).glob(".new-*"):
            shutil.rmtree(left, ignore_errors=True)
        changed = []
        for name in self.names():
            with journal.locked(self.own(name)):
                if journal.settle(self.own(name), self.project(name)):
                    changed.append(name)
                releases.sweep(self.own(name))
        return changed

    @contextmanager
    def _settled(self, name: str) -> Iterator[None]:
        """Hold the lock of an app's files once what was being written is."""
        with journal.locked(self.own(name)):
            journal.settle(self.own(name), self.project(name))
            yield


def revision_of(files: Mapping[str, bytes]) -> str:
    """Return what names a state of files: 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for path, data in sorted(files.items()):
        digest.update(f"{len(path)}:{path}{len(data)}:".encode() + data)
    return digest.hexdigest()[:16]


def _said(files: Mapping[str, bytes]) -> tuple[str, str]:
    compose = next((files[it] for it in COMPOSE_NAMES if it in files), b"")
    return compose.decode(errors="replace"), files.get(ENV, b"").decode(errors="replace")


def _generation(files: Mapping[str, bytes], actor: str, reason: str) -> Generation:
    compose, env = _said(files)
    return Generation(
        number=0,
        created=timestamp(),
        created_by=actor,
        reason=reason,
        revision=revision_of(files),
        compose=compose,
        env=env,
    )


def _tracked_paths(own: Path) -> list[str]:
    """Return the paths that are tracked; a Compose file and a `.env` that somebody put there are, too."""
    try:
        paths = msgspec.json.decode(read_beneath(own, TRACKED, MOST_BYTES), type=list[str])
    except NotFoundError:
        paths = []
    return list(dict.fromkeys((*paths, *COMPOSE_NAMES, ENV)))


def _track(own: Path, files: Mapping[str, bytes]) -> None:
    if len(files) > MOST_TRACKED:
        raise InvalidError(f"An app has at most {MOST_TRACKED} files of its own.", code="too_many_files")
    write_beneath(own, TRACKED, msgspec.json.encode(sorted(files)), 0o600)


def _taken(name: str) -> ConflictError:
    message = f"There is an app, or a directory, named {name!r} already; choose another name."
    return ConflictError(
        message, code="name_taken", fields={"name": {"code": "name_taken", "message": message}}
    )


def _conflict(revision: str) -> ConflictError:
    message = "Somebody has changed the files meanwhile; look at their version, then save yours again."
    return ConflictError(
        message,
        code="revision_conflict",
        fields={
            "revision": {"code": "revision_conflict", "message": message, "params": {"current": revision}}
        },
    )
