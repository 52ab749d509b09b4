"""Projects written down in a test, and what AppOS finds in them."""

from pathlib import Path

import msgspec

from appos.compose.diagnose import Check, analyse
from appos.compose.model import Model
from appos.compose.models import ProjectFiles

WEB = "services:\n  web:\n    image: nginx\n"


class Said(msgspec.Struct, frozen=True):
    """What Compose says: "" where it accepts the project."""

    refusal: str = ""
    model: Model | None = None


def project(directory: Path, *texts: str, **others: str) -> ProjectFiles:
    """Write files `0.yaml`, `1.yaml`, … that are merged, and others by name; `__` stands for a dot."""
    files = []
    for number, text in enumerate(texts):
        files.append(directory / f"{number}.yaml")
        files[-1].write_text(text)
    for name, text in others.items():
        (directory / name.replace("__", ".")).write_text(text)
    return ProjectFiles(directory=directory, files=tuple(files))


def check(files: ProjectFiles, refusal: str = "") -> Check:
    """Check a project of which Compose says this."""
    return analyse(files).findings(Said(refusal))


def codes(files: ProjectFiles, refusal: str = "") -> list[tuple[str, str, str, int | None]]:
    """Return severity, code, path and line of all that is found."""
    found = check(files, refusal).findings
    return [(str(each.severity), each.code, each.path, each.line) for each in found]
