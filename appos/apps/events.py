"""Tells clients of apps that have changed: made, deployed, removed, or with services in another state."""

import logging
import threading
from typing import Any

from appos.accounts.models import Identity
from appos.apps.models import App
from appos.apps.service import Apps, level_of
from appos.apps.views import AppNow
from appos.engine.watch import EngineWatch
from appos.errors import AppOSError
from appos.records.models import Record
from appos.records.realtime.broker import Broker

log = logging.getLogger(__name__)

# As of a collection: its events are `{"action": "update" | "delete", "record": {id, name, state, message}}`.
TOPIC = "apps/*"
PAUSE_SECONDS = 0.25


class AppEvents:
    """Publishes what changed, from a thread of its own: nobody waits for it."""

    def __init__(self, apps: Apps, watch: EngineWatch, broker: Broker) -> None:
        self._apps = apps
        self._watch = watch
        self._broker = broker
        self._pending: set[str] = set()
        self._last: dict[str, AppNow] = {}
        self._woken = threading.Event()
        self._closing = threading.Event()

    def changed(self, name: str) -> None:
        """Look at an app anew, and tell that it has changed."""
        self._apps.refresh(name)
        self._pending.add(name)
        self._woken.set()

    def run(self) -> None:
        """Tell of what has changed, again and again until `close`."""
        self._watch.listen(lambda _projects: self._woken.set())
        while not self._closing.is_set():
            self._woken.wait()
            self._woken.clear()
            try:
                self._tell()
            except AppOSError as error:
                log.warning("apps_not_told", extra={"code": error.code, "reason": error.message})
                self._woken.set()
            self._closing.wait(PAUSE_SECONDS)

    def close(self) -> None:
        """Let `run` end."""
        self._closing.set()
        self._woken.set()

    def _tell(self) -> None:
        now, before = self._apps.states(), self._last
        pending, self._pending = self._pending, set()
        self._last = now
        if not len(self._broker):
            return
        for name in before.keys() - now.keys():
            self._send("delete", before[name])
        for name, it in now.items():
            if name in pending or _differs(before.get(name, it), it):
                self._send("update", it)

    def _send(self, action: str, it: AppNow) -> None:
        data: dict[str, Any] = {
            "action": action,
            "record": {"id": it.app.id, "name": it.app.name, "state": it.state.value, "message": it.message},
        }
        self._broker.send(TOPIC, data, lambda auth: _may_hear(auth, it.app))


def _differs(before: AppNow, now: AppNow) -> bool:
    return (before.state, before.message, before.services) != (now.state, now.message, now.services)


def _may_hear(account: Record | None, app: App) -> bool:
    return account is not None and level_of(Identity(record=account), app) is not None
