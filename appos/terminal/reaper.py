"""Ends what a terminal has started: an engine cannot end an exec, so its processes are found by a mark.

Everything that a shell starts inherits its environment, and with it the mark; what clears its environment
is still of a session (in the sense of setsid) that began with it. What does both escapes, and a container
without `sh` and `grep` cannot be searched: the shell itself then ends with its terminal, and what it started
in the background stays.
"""

import logging
import os
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from appos.engine.port import Engine
from appos.errors import AppOSError, ConflictError, EngineUnavailableError, NotFoundError
from appos.terminal.local import end_marked

log = logging.getLogger(__name__)

MARK = "APPOS_TTY"
RETRY_SECONDS = 5.0
# Runs a script of ours in a container. What varies is its arguments, never its text.
SCRIPT: Sequence[str] = "sh -c".split()
# States in which a container has processes.
ALIVE = ("running", "paused", "restarting")
# $0 are the mark's values, as `a|b`. HUP lets a shell keep its history, and the rounds after it find what was
# started meanwhile. The fields behind the name are state, parent, group and session. Source: proc(5), stat.
_REAP = """
sessions=' '
for signal in HUP KILL KILL KILL; do
  found=
  for file in $(grep -lsE "APPOS_TTY=($0)" /proc/[0-9]*/environ); do
    process=${file#/proc/}; process=${process%/environ}
    found="$found $process"
    if read -r line 2>/dev/null <"/proc/$process/stat"; then
      set -- ${line##*) }; sessions="$sessions$4 "
    fi
  done
  for folder in /proc/[0-9]*; do
    if read -r line 2>/dev/null <"$folder/stat"; then
      set -- ${line##*) }
      case "$1$4" in Z* | ?0 | ?1) continue ;; esac
      case "$sessions" in *" $4 "*) found="$found ${folder#/proc/}" ;; esac
    fi
  done
  [ "$found" ] || exit 0
  for process in $found; do [ "$process" = 1 ] || kill -"$signal" "$process" 2>/dev/null; done
  sleep 0.1 2>/dev/null || sleep 1
done
"""


class Reaper:
    """Ends the processes of terminals, also of those that an AppOS left which was killed."""

    def __init__(self, engine: Engine, notes: Path) -> None:
        """`notes` is a directory: a file in it for each terminal that may have processes."""
        self._engine = engine
        self._notes = notes
        # The terminals of this process, which are not left by another.
        self._own: set[str] = set()
        # Sessions that have ended, by their container, and whose processes have not; with their users.
        self._ended: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        # Some engines may not give a command more than its container has.
        self._gives_privileges = True

    def note(self, session: str, container: str, user: str) -> None:
        """Note a terminal before its shell is started as a user, "" for the container's own.

        The container is "" for a shell beside AppOS.
        """
        self._notes.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._own.add(session)
        path = self._notes / session
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{container}\n{user}")

    def reap(self, session: str, container: str, user: str) -> None:
        """End all that a terminal has started, and forget it; those of one container go together.

        Where that cannot be done now, such as while the engine is away, `run` does it once it can.
        """
        self._ended[container][session] = user
        self._reap_in(container)

    def run(self, stopping: threading.Event) -> None:
        """End what terminals of a killed AppOS have left, then whatever could not be ended at once."""
        self._read_notes()
        while not stopping.is_set():
            for container in [name for name, sessions in self._ended.items() if sessions]:
                self._reap_in(container)
            stopping.wait(RETRY_SECONDS)

    def _read_notes(self) -> None:
        left = [path for path in self._notes.iterdir() if path.name not in self._own]
        for path in left:
            container, _, user = path.read_text(encoding="utf-8").partition("\n")
            self._ended[container][path.name] = user
        if left:
            log.info("terminals_left", extra={"terminals": len(left)})

    def _reap_in(self, container: str) -> None:
        with self._locks[container]:
            sessions, self._ended[container] = self._ended[container], {}
            if not sessions:
                return
            if not self._is_done(sessions, container):
                self._ended[container] |= sessions
                return
        for session in sessions:
            (self._notes / session).unlink(missing_ok=True)
            self._own.discard(session)

    def _is_done(self, sessions: Mapping[str, str], container: str) -> bool:
        """Whether nothing of these sessions is left, as far as that can be found out."""
        if not container:
            end_marked([f"{MARK}={session}" for session in sessions])
            return True
        try:
            self._search(sessions, container)
        except NotFoundError:
            return True
        except EngineUnavailableError:
            return False
        except ConflictError:
            return not self._is_alive(container)
        except AppOSError as error:
            log.warning("terminals_not_reaped", extra={"reason": error.message})
        return True

    def _search(self, sessions: Mapping[str, str], container: str) -> None:
        command = (*SCRIPT, _REAP, "|".join(sorted(sessions)))
        if self._gives_privileges:
            done = self._engine.exec_run(container, command, user="0", privileged=True)
            if done.exit_code == 0:
                return
        # Root without privileges does not see the environment of other users' processes; they do themselves.
        for user in sorted({"0", *sessions.values()}):
            done = self._engine.exec_run(container, command, user=user)
            if done.exit_code == 0:
                self._gives_privileges = False
            else:
                log.warning("terminals_not_reaped", extra={"exit_code": done.exit_code, "user": user})

    def _is_alive(self, container: str) -> bool:
        try:
            return self._engine.container(container).state in ALIVE
        except NotFoundError:
            return False
        except AppOSError:
            return True
