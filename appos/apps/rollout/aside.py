"""The container whose place an app takes: stopped and kept, and brought back where the deployment fails."""

from appos.apps.models import Source
from appos.engine.port import Engine
from appos.errors import NotFoundError


def aside_name(name: str, id: str) -> str:
    """Return the name under which a container is kept."""
    return f"{name}-before-appos-{id[:6]}"


class Aside:
    """That container, of the source of an app. Everything may be done again after AppOS was killed in it."""

    def __init__(self, engine: Engine, source: Source) -> None:
        self._engine = engine
        self._id = source.container
        self._name = source.path
        self._restart = source.restart
        self._kept = aside_name(source.path, source.container)

    def take(self) -> str:
        """Stop it for good and give its name away; its files and volumes stay."""
        container = self._engine.container(self._id)
        # It is started by nobody any more, also not by the engine when the machine starts.
        self._engine.set_restart(self._id, "no")
        self._engine.stop(self._id)
        if container.name != self._kept:
            self._engine.rename(self._id, self._kept)
        return f"{self._name} is stopped and kept as {self._kept}; remove it once all is well."

    def back(self) -> str:
        """Let it run under its own name again; return what became of it."""
        try:
            container = self._engine.container(self._id)
        except NotFoundError:
            return f"{self._name} was removed meanwhile, and could not be brought back."
        if container.name != self._name:
            self._engine.rename(self._id, self._name)
        self._engine.set_restart(self._id, self._restart)
        self._engine.start(self._id)
        return f"{self._name} runs again as before."
