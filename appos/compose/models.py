"""What is said of Compose projects: where their files are, and what is found in them."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Literal

import msgspec

# When images are pulled; `policy` leaves it to what each service says.
Pull = Literal["policy", "always", "missing", "never"]


class ProjectFiles(msgspec.Struct, frozen=True, kw_only=True):
    """A Compose project on the disk: what `docker compose -f … -p … --env-file …` is told.

    All paths are absolute. `files` are merged in their order; without any, Compose looks for `compose.yaml`
    and its other names in `directory`. `name` is empty where Compose shall choose it. `variables` are what
    the files may interpolate beside `.env`: they are the whole environment of the Compose that is run.
    """

    directory: Path
    files: tuple[Path, ...] = ()
    name: str = ""
    env_files: tuple[Path, ...] = ()
    profiles: tuple[str, ...] = ()
    variables: Mapping[str, str] = {}

    def __repr__(self) -> str:
        """Leave the values of the variables out: they may be secret."""
        return f"ProjectFiles(directory={self.directory}, files={self.files}, name={self.name!r})"


class Severity(StrEnum):
    """How much a finding matters: an error is a file that Compose refuses."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Place(msgspec.Struct, frozen=True):
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int = 1


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing found in a project, in words for a person.

    `path` is a path in the model, such as `services.web.ports[0]`, "" for the whole. `file` and `line` say
    where that is written, null where no file says it. `message` says in one sentence what is wrong, `fix`
    what to write instead, "" where nothing is to be done. No value of a variable or a secret is in either.
    """

    severity: Severity
    code: str
    path: str = ""
    file: str | None = None
    line: int | None = None
    message: str
    fix: str = ""
