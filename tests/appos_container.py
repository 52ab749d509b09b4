"""AppOS in a container of a real engine, on which it deploys beside itself."""

import io
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import gunicorn
from docker.models.containers import Container
from docker.types import Mount

from appos.compose.binary import BESIDE
from tests.engine_images import client_of
from tests.serving import ROOT

DATA = PurePosixPath("/appos/data")
SOCKET = "/var/run/docker.sock"


@dataclass(frozen=True)
class AppOSContainer:
    """AppOS in a container, and where the host has its data directory; None where it is in no mount."""

    container: Container
    on_host: Path | None

    def appos(self, *arguments: str, status: int = 0) -> tuple[str, str]:
        """Run `appos` in it, and demand that it ends so: 0 done, 1 refused; return what it printed."""
        ended, printed = self.container.exec_run(["python3", "-m", "appos.cli", *arguments], demux=True)
        output, errors = ((stream or b"").decode() for stream in printed)
        assert ended == status, output + errors
        return output, errors

    def compose(self, directory: PurePosixPath, *arguments: str, status: int = 0) -> tuple[str, str]:
        """Run `appos compose` in it on the project in a directory there."""
        return self.appos("compose", "--project-directory", str(directory), *arguments, status=status)

    def begin(self, *command: str) -> None:
        """Start a program in it, which stays."""
        self.container.exec_run(list(command), detach=True)

    def write(self, directory: PurePosixPath, files: Mapping[str, bytes]) -> None:
        """Write files in it, with the directories that they need."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as written:
            for name, data in files.items():
                entry = tarfile.TarInfo(str((directory / name).relative_to("/")))
                entry.size = len(data)
                written.addfile(entry, io.BytesIO(data))
        assert self.container.put_archive("/", archive.getvalue())

    def read(self, path: PurePosixPath) -> bytes:
        """Read a file in it."""
        status, output = self.container.exec_run(["cat", str(path)])
        assert status == 0, output
        return bytes(output)


@contextmanager
def appos_container(host: str, image: str, data: Mount | None, **options: Any) -> Iterator[AppOSContainer]:
    """Run AppOS's own container from an image with Python, with its data directory in a mount.

    `options` are those of the SDK's `containers.run`.
    """
    # This clone and the packages of .venv, for the interpreter of the image.
    mounts = [
        Mount("/clone/appos", str(ROOT / "appos"), type="bind", read_only=True),
        Mount("/packages", str(Path(gunicorn.__file__).parents[1]), type="bind", read_only=True),
        Mount(f"/usr/bin/{BESIDE.name}", str(BESIDE), type="bind", read_only=True),
        Mount(SOCKET, host.removeprefix("unix://"), type="bind"),
        *([data] if data else ()),
    ]
    with client_of(host) as client:
        container = client.containers.run(
            image,
            ["-c", "import signal; signal.pause()"],
            detach=True,
            init=True,
            environment={"PYTHONPATH": "/clone:/packages", "APPOS_DATA": str(DATA)},
            mounts=mounts,
            **options,
        )
        try:
            container.reload()
            found = {mount["Destination"]: Path(mount["Source"]) for mount in container.attrs["Mounts"]}
            yield AppOSContainer(container, found.get(str(DATA)))
        finally:
            container.remove(force=True)
            if data and data["Type"] == "volume":
                client.volumes.get(data["Source"]).remove()
