"""The kernel's tables of sockets in the host's network, also where AppOS runs in a container with its own."""

import logging
import time
from collections.abc import Callable, Mapping

from appos.apps.sockets import PROC, TABLES, read_tables
from appos.engine.models import Container
from appos.engine.own_container import own_container
from appos.engine.port import Engine
from appos.errors import AppOSError

log = logging.getLogger(__name__)

# What was read in a container of its own stands for so long, since reading it takes half a second.
KEPT_SECONDS = 3.0
READ_SECONDS = 15.0
HOST = "host"


class HostTables:
    """Reads the tables of the host that an engine and AppOS share.

    In a container a second one is made of AppOS's own image in the host's network. Where the engine does not
    do that there are no tables: what they would tell is missing, and nothing else.
    """

    def __init__(self, engine: Engine, *, own: Callable[[Engine], Container | None] = own_container) -> None:
        self._engine = engine
        self._own = own
        self._image: str | None = None
        self._kept: Mapping[str, str] = {}
        self._kept_until = 0.0

    def __call__(self) -> Mapping[str, str]:
        """Return the text of each table by its name, such as tcp6."""
        if self._image is None:
            self._image = self._image_to_run()
        if not self._image:
            return read_tables()
        if time.monotonic() >= self._kept_until:
            self._kept = self._read_beside(self._image)
            self._kept_until = time.monotonic() + KEPT_SECONDS
        return self._kept

    def _image_to_run(self) -> str:
        """Return AppOS's own image, "" where this process sees the host's network itself."""
        container = self._own(self._engine)
        if container is None or container.host_config.get("NetworkMode") == HOST:
            return ""
        return container.image_id

    def _read_beside(self, image: str) -> Mapping[str, str]:
        paths = {str(PROC / "net" / name): name for name in TABLES}
        try:
            # It prints each line after the path of its file; a kernel without IPv6 lacks some.
            done = self._engine.run_once(
                image, ["grep", "-sH", "", *paths], network=HOST, timeout_seconds=READ_SECONDS
            )
        except AppOSError as error:
            log.info("host_sockets_not_read", extra={"code": error.code})
            return {}
        return _by_name(done.stdout.decode("ascii", "replace"), paths)


def _by_name(printed: str, paths: Mapping[str, str]) -> Mapping[str, str]:
    """Put the lines of each file together."""
    lines: dict[str, list[str]] = {}
    for line in printed.splitlines(keepends=True):
        path, _, text = line.partition(":")
        if path in paths:
            lines.setdefault(paths[path], []).append(text)
    return {name: "".join(texts) for name, texts in lines.items()}
