"""Compose files that are being written: checked as text, before there is an app of them."""

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from appos.apps.projects import Projects
from appos.compose.diagnose import Check
from appos.compose.models import ProjectFiles
from appos.errors import InvalidError

MAX_FILES = 16
MAX_BYTES = 1 << 20
# A plain name: a draft has no directories.
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
# The names under which Compose looks for a project. Source: Compose Specification, "Compose file".
COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


class Drafts:
    """Checks drafts, each in a directory of its own that is gone afterwards."""

    def __init__(self, projects: Projects, directory: Path) -> None:
        self._projects = projects
        self._directory = directory

    def check(self, files: Mapping[str, str], name: str = "") -> Check:
        """Diagnose files by name, such as `compose.yaml` and `.env`, as a project of a name.

        Raises:
            InvalidError: `draft_invalid`: a name is none, there are too many files, or they are too large.
        """
        _validate(files)
        if "\0" in name:
            raise InvalidError("No name has a NUL character in it.", code="draft_invalid")
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._directory, prefix="draft-") as made:
            directory = Path(made)
            for file, text in files.items():
                (directory / file).write_text(text, encoding="utf-8", newline="")
            return self._projects.check(ProjectFiles(directory=directory, name=name or "draft"))


def _validate(files: Mapping[str, str]) -> None:
    problems = {
        file: {
            "code": "draft_invalid",
            "message": "A file's name has letters, digits, `.`, `_` and `-` alone.",
        }
        for file in files
        if not _NAME.fullmatch(file) or file in (".", "..")
    }
    if problems:
        raise InvalidError("A draft has files of plain names.", code="draft_invalid", fields=problems)
    if not any(file in COMPOSE_NAMES for file in files):
        raise InvalidError(
            "There is no Compose file among the files; name it compose.yaml.", code="draft_invalid"
        )
    if (
        len(files) > MAX_FILES
        or sum(len(text.encode(errors="replace")) for text in files.values()) > MAX_BYTES
    ):
        raise InvalidError(
            f"A draft has at most {MAX_FILES} files and {MAX_BYTES >> 20} MiB.", code="draft_invalid"
        )
