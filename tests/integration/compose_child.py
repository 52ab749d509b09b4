"""A process that deploys a project, to be killed or told to stop by a test.

    python -m tests.integration.compose_child FOLDER HOST IMAGE NAME

It says `begun` just before it begins. SIGUSR1 cancels.
"""

import os
import signal
import sys
from pathlib import Path

from appos.compose.process import Cancel
from appos.errors import EngineError
from tests.integration.compose_shop import Shop

CANCELLED = 3


def main() -> int:
    """Deploy; 0 if all is healthy, 3 if cancelled."""
    folder, host, image, name = sys.argv[1:]
    project = Shop(Path(folder), host, image, name)
    cancel = Cancel()
    signal.signal(signal.SIGUSR1, lambda *_: cancel.set())
    os.write(1, b"begun\n")
    try:
        outcome = project.up(cancel)
    except EngineError as error:
        if error.code == "compose_cancelled":
            return CANCELLED
        raise
    return 1 if outcome.unhealthy else 0


if __name__ == "__main__":
    sys.exit(main())
