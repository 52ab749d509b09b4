"""The services that AppOS consists of: what supervisord runs in the container, else AppOS alone."""

import logging
import os
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from appos.audit.models import Actor
from appos.audit.service import Audit
from appos.errors import AppOSError, ConflictError, NotFoundError
from appos.store.values import timestamp
from appos.system.service_logs import ServiceLine, ServiceLogs

if TYPE_CHECKING:
    # XML-RPC is imported where there is a supervisord.
    from appos.system.supervisord import Supervisord

log = logging.getLogger(__name__)

OWN = "appos"
# A restart begins once its answer has gone out, for nginx carries the answer and AppOS makes it.
DELAY_SECONDS = 0.5


class Service(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One process and how it is: `state` is supervisord's, such as running, starting, backoff or fatal.

    `managed` says whether it can be restarted from here. What does not run has no `pid`.
    """

    name: str
    state: str
    managed: bool
    pid: int | None = None
    started: str = ""
    uptime_seconds: int = 0
    description: str = ""


class Supervisor:
    """Lists services, restarts them, and reads what they wrote.

    `supervisord` is None where AppOS was started by something else. `began` are the moment at which AppOS
    started and how many seconds ago that was.
    """

    def __init__(
        self,
        supervisord: "Supervisord | None",
        logs: ServiceLogs,
        audit: Audit,
        began: Callable[[], tuple[str, int]],
    ) -> None:
        self._supervisord = supervisord
        self._logs = logs
        self._audit = audit
        self._began = began
        self._restarts: list[threading.Timer] = []

    def services(self) -> list[Service]:
        """Return every service; AppOS alone, and why, where supervisord does not answer or is not there."""
        if self._supervisord is None:
            return [self._own("Started without supervisord: restart it where it was started.")]
        try:
            return [_service(told) for told in self._supervisord.processes()]
        except ConflictError as error:
            return [self._own(error.message)]

    def _own(self, description: str) -> Service:
        started, uptime = self._began()
        return Service(
            name=OWN,
            state="running",
            managed=False,
            pid=os.getpid(),
            started=started,
            uptime_seconds=uptime,
            description=description,
        )

    def _service_named(self, name: str) -> Service:
        found = {service.name: service for service in self.services()}
        if name not in found:
            raise NotFoundError(
                f"There is no service {name!r}; there are {', '.join(sorted(found))}.",
                code="service_not_found",
            )
        return found[name]

    def restart(self, name: str, actor: Actor) -> Service:
        """Restart a service a moment after this returns, and return it as it is now.

        Raises:
            NotFoundError: `service_not_found`.
            ConflictError: supervisord does not run it (`service_not_managed`).
        """
        service = self._service_named(name)
        if self._supervisord is None or not service.managed:
            raise ConflictError(
                f"{name} cannot be restarted from here. {service.description}", code="service_not_managed"
            )
        supervisord = self._supervisord
        self._audit.record(actor, "service.restart", name)
        timer = threading.Timer(DELAY_SECONDS, _restart, (supervisord, name))
        self._restarts = [each for each in self._restarts if each.is_alive()] + [timer]
        timer.start()
        return service

    def lines(self, name: str, tail: int) -> list[ServiceLine]:
        """Return what a service wrote last, the oldest line first.

        Raises:
            NotFoundError: `service_not_found`.
            ConflictError: its log is not to be read from here (`log_elsewhere`).
            EngineUnavailableError: the engine, which has the container's log, does not answer.
        """
        return self._logs.lines(self._service_named(name).name, tail)

    def close(self) -> None:
        """Forget restarts that have not begun."""
        for timer in self._restarts:
            timer.cancel()


def _restart(supervisord: "Supervisord", name: str) -> None:
    log.info("service_restarting", extra={"service": name})
    try:
        if name == OWN:
            # Whoever stopped itself could start nothing; supervisord starts again what has ended.
            supervisord.signal(name, "TERM")
        else:
            supervisord.restart(name)
    except AppOSError as error:
        log.warning("service_not_restarted", extra={"service": name, "reason": error.message})


def _service(told: Mapping[str, Any]) -> Service:
    """Read what supervisord tells. Source: its API, getProcessInfo; times are Unix seconds, 0 for none."""
    is_up = bool(told["pid"])
    began = datetime.fromtimestamp(told["start"], UTC)
    return Service(
        name=told["name"],
        state=str(told["statename"]).lower(),
        managed=True,
        pid=told["pid"] or None,
        started=timestamp(began) if told["start"] else "",
        uptime_seconds=max(0, told["now"] - told["start"]) if is_up else 0,
        description=told["spawnerr"] or told["description"],
    )
