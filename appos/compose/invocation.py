"""How Docker Compose is called: its arguments, its environment, and what it may be asked to bring up.

No value of a variable is ever among the arguments, which any user of the host can read; a process's
environment is read by its owner and root alone. AppOS's own environment is not handed on.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from appos.compose.models import ProjectFiles, Pull
from appos.compose.runs import Login, Run

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What a project's variables cannot change: which engine is talked to, that nothing is asked, and that no
# part of a project is fetched from elsewhere (remote `include` and `extends`).
SETTINGS = {
    "PATH": PATH,
    "COMPOSE_MENU": "false",
    "COMPOSE_EXPERIMENTAL_GIT_REMOTE": "false",
    "COMPOSE_EXPERIMENTAL_OCI_REMOTE": "false",
    "DOCKER_CLI_HINTS": "false",
}
# The name of a file that stands in where the place of the project's own is taken.
ELSEWHERE = "compose.json"


class Rewritten(msgspec.Struct, frozen=True, kw_only=True):
    """A model to deploy in the place of files, whose bind sources are paths of the host.

    `raw` is a normalised model as Compose prints it. `files` are the project's files where the host sees
    them: containers are labelled with those paths, so that `docker compose` on the host knows its files.
    """

    raw: Mapping[str, Any]
    files: ProjectFiles

    def __repr__(self) -> str:
        """Leave the model out: environments are secret."""
        return f"Rewritten(files={self.files!r})"


class UpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a project is brought up.

    `known` is the normalised model of the files: its values are kept out of all that is said. `expected` are
    the hashes that a plan was made of: if the files mean something else by now, nothing is done. `pull` is
    when images are pulled; `policy` leaves it to the file.
    """

    rewritten: Rewritten | None = None
    known: Mapping[str, Any] | None = None
    expected: Mapping[str, str] | None = None
    pull: Pull = "policy"
    build: bool = False
    logins: tuple[Login, ...] = ()

    def __repr__(self) -> str:
        """Leave the values out: they are secret."""
        return f"UpOptions(rewritten={self.rewritten!r}, pull={self.pull!r}, build={self.build})"

    def arguments(self) -> list[str]:
        """Return the command.

        Compose asks whether it may throw away a volume whose definition has changed. Without a terminal and
        without `--yes` the answer is no.
        """
        return [
            *("up", "--detach", "--remove-orphans"),
            *(["--pull", self.pull] if self.pull != "policy" else []),
            *(["--build"] if self.build else []),
        ]


def global_arguments(files: ProjectFiles, progress: str) -> list[str]:
    """Return the arguments that say which project is meant."""
    arguments = ["--ansi", "never", "--progress", progress, "--project-directory", str(files.directory)]
    # In one piece, so that no name is taken for another flag.
    arguments += [f"--project-name={files.name}"] if files.name else []
    for flag, values in (("--file", files.files), ("--env-file", files.env_files)):
        for value in values:
            arguments += [flag, str(value)]
    return [*arguments, *(f"--profile={profile}" for profile in files.profiles)]


def environment(files: ProjectFiles, *, home: Path, docker_host: str, run: Run) -> dict[str, str]:
    """Return the environment of a run. `HOME` is the project's to say, for `~` and `${HOME}` in a file."""
    return {
        "HOME": str(home),
        **files.variables,
        **SETTINGS,
        "DOCKER_HOST": docker_host,
        "DOCKER_CONFIG": str(run.directory),
    }


def stand_in(run: Run, files: ProjectFiles, rewritten: Rewritten) -> ProjectFiles:
    """Put a model where the host has the project's files, for as long as the run lasts, and name it.

    Compose labels containers with the paths that it is given. In AppOS's container nothing is at those
    paths of the host; should something be there after all, the model gets another place, and the labels
    name that.
    """
    content = json.dumps(rewritten.raw).encode()
    empty = json.dumps({"services": {}}).encode()
    paths = rewritten.files.files or (rewritten.files.directory / "compose.yaml",)
    placed = [run.stand_in(path, empty if index else content) for index, path in enumerate(paths)]
    if not all(placed):
        paths = (run.directory / ELSEWHERE,)
        run.stand_in(paths[0], content)
    # The model's values are final; these files are for the secrets that it takes from the environment.
    env_files = files.env_files or tuple(it for it in (files.directory / ".env",) if it.is_file())
    return msgspec.structs.replace(
        files, directory=rewritten.files.directory, files=paths, env_files=env_files
    )
