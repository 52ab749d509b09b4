"""Well-formed projects, whose comments say which path of the model a line is: `# @ services.web.image`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from appos.compose.models import Place, ProjectFiles

PROJECTS = Path(__file__).parent / "well_formed"
_MARK = re.compile(r"# @ (\S+)$")


class Project(NamedTuple):
    """A project, and where the paths of its model are written."""

    files: ProjectFiles
    places: dict[str, Place]


def well_formed_projects() -> Iterator[Project]:
    """Read all projects."""
    for directory in sorted(PROJECTS.iterdir()):
        names = ("compose.yaml", "override.yaml")
        files = tuple(directory / name for name in names if (directory / name).exists())
        yield Project(
            ProjectFiles(directory=directory, files=files),
            {
                path: place
                for file in sorted(directory.rglob("*.*"))
                for path, place in _marks(file, directory)
            },
        )


def _marks(file: Path, directory: Path) -> Iterator[tuple[str, Place]]:
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if match := _MARK.search(line):
            yield match[1], Place(str(file.relative_to(directory)), number)
