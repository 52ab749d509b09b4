"""An app as an archive that works without AppOS: its files, and the commands that deploy them."""

import io
import tarfile
import time

from appos.apps.env import read_env
from appos.apps.files.store import ENV, AppStore
from appos.apps.models import App, Release

HIDDEN = "change-me"


def export(store: AppStore, app: App, *, with_secrets: bool) -> bytes:
    """Return a .tar.gz: the app's files and a README.md.

    Without secrets, every value of `.env` is a word that says that it has to be changed.
    """
    files = dict(store.tracked(app.name))
    if ENV in files and not with_secrets:
        names = read_env(files[ENV].decode(errors="replace"))
        files[ENV] = "".join(f"{name}={HIDDEN}\n" for name in names).encode()
    release = store.release(app.name, app.current) if app.current else None
    files["README.md"] = readme(app, release, has_env=ENV in files, with_secrets=with_secrets).encode()
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for path, data in sorted(files.items()):
            entry = tarfile.TarInfo(f"{app.name}/{path}")
            entry.size, entry.mtime = len(data), int(time.time())
            entry.mode = 0o600 if path == ENV else 0o644
            archive.addfile(entry, io.BytesIO(data))
    return made.getvalue()


def readme(app: App, release: Release | None, *, has_env: bool, with_secrets: bool) -> str:
    """Return how the app is run without AppOS."""
    project = f"docker compose --project-name {app.name}"
    env = "" if with_secrets or not has_env else "\nSet the values in `.env` first: they were left out.\n"
    images = "".join(
        f"- {service}: `{image.digest or image.reference}`\n"
        for service, image in sorted((release.images if release else {}).items())
    )
    return (
        f"# {app.name}\n\nThis is a plain Compose project. In this directory:\n{env}\n"
        f"```\n{project} up --detach --wait\n{project} ps\n{project} logs\n{project} down\n```\n\n"
        "On the host that it ran on, these commands go on with the same containers and volumes.\n"
        + (f"\nThe images that were deployed last:\n\n{images}" if images else "")
    )
