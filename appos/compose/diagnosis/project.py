"""A project's files, its name, and the variables that its files may use.

Source: Compose Specification, "Compose file", and how Docker Compose finds its files.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from appos.compose.diagnosis.report import Report
from appos.compose.diagnosis.variables import Variables
from appos.compose.models import ProjectFiles
from appos.compose.reading import Reader, is_present

_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_PROJECT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


def found_files(files: ProjectFiles, variables: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the files of a project; without any named, those that Compose looks for."""
    if files.files:
        return files.files
    if named := variables.get("COMPOSE_FILE"):
        separator = variables.get("COMPOSE_PATH_SEPARATOR") or ":"
        return tuple(files.directory / name for name in named.split(separator))
    for directory in (files.directory, *files.directory.parents):
        for name in _NAMES:
            if is_present(directory / name):
                return (directory / name, *_overrides(directory))
    return ()


def _overrides(directory: Path) -> tuple[Path, ...]:
    """Return the file that Compose lays over the one it found."""
    names = (f"{Path(name).stem}.override{Path(name).suffix}" for name in _NAMES)
    return tuple(directory / name for name in names if is_present(directory / name))[:1]


def check_project_name(files: ProjectFiles, report: Report) -> None:
    """Look at the name that the project is given."""
    if files.name and _PROJECT_NAME.fullmatch(files.name) is None:
        report.error(
            "project_name_invalid",
            f"{files.name!r} is no name for a project.",
            "Use small letters, digits, `_` and `-`, beginning with a letter or a digit.",
        )


def interpolated_with(files: ProjectFiles, reader: Reader, report: Report) -> dict[str, str]:
    """Return the variables that the files may use: those given, and those of the env files."""
    env_files = [(path, None) for path in files.env_files]
    name = files.name or files.variables.get("COMPOSE_PROJECT_NAME") or files.directory.name
    known = Variables(report, {**files.variables, "COMPOSE_PROJECT_NAME": name})
    return known.with_env_files(env_files, files.directory / ".env", reader)
