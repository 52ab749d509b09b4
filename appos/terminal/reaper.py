"""Ends what a terminal has started: an engine cannot end an exec, so its processes are found by a mark.

Everything that a shell starts inherits its environment, and with it the mark. A process that clears its
environment escapes, and a container without `sh` and `grep` cannot be searched: the shell itself then ends
with its terminal, and what it started in the background stays.
"""

import logging
import os
import threading
from collections import defaultdict
from pathlib import Path

from appos.engine.port import Engine
from appos.errors import AppOSError

log = logging.getLogger(__name__)

MARK = "APPOS_TTY"
# $0 are the mark's values, as `a|b`. Three times, for what was started meanwhile.
_REAP = """
for s in HUP KILL KILL; do
  f=$(grep -lsE "APPOS_TTY=($0)" /proc/[0-9]*/environ)
  [ "$f" ] || exit 0
  for d in $f; do p=${d#/proc/}; kill -"$s" "${p%/environ}" 2>/dev/null; done
  sleep 0.1 2>/dev/null || sleep 1
done
"""


class Reaper:
    """Ends the processes of terminals, also of those that an AppOS left which was killed."""

    def __init__(self, engine: Engine, notes: Path) -> None:
        """`notes` is a directory: a file in it for each terminal that may have processes."""
        self._engine = engine
        self._notes = notes
        self._ended: defaultdict[str, set[str]] = defaultdict(set)
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def note(self, session: str, container: str) -> None:
        """Note a terminal before its shell is started."""
        self._notes.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._notes / session
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(container)

    def reap(self, session: str, container: str) -> None:
        """End all that a terminal has started, and forget it; those of one container go together."""
        self._ended[container].add(session)
        with self._locks[container]:
            sessions, self._ended[container] = self._ended[container], set()
            if sessions:
                self._reap(sessions, container)

    def _reap(self, sessions: set[str], container: str) -> None:
        try:
            done = self._engine.exec_run(container, ("sh", "-c", _REAP, "|".join(sessions)), user="root")
            if done.exit_code not in (0, 126, 127):
                log.warning("terminals_not_reaped", extra={"exit_code": done.exit_code})
        except AppOSError as error:
            # A container that is gone or stopped has no processes.
            log.info("terminals_not_reaped", extra={"reason": error.message})
        for session in sessions:
            (self._notes / session).unlink(missing_ok=True)

    def recover(self) -> int:
        """End what terminals of a killed AppOS have left, and return how many there were."""
        if not self._notes.is_dir():
            return 0
        left = {path.name: path.read_text(encoding="ascii") for path in self._notes.iterdir()}
        for session, container in left.items():
            self._ended[container].add(session)
        for session, container in left.items():
            self.reap(session, container)
        return len(left)
