"""Commands that a fake engine runs in containers of their own."""

import time
from collections.abc import Mapping, Sequence

from appos.engine.models import ExecResult
from appos.errors import EngineError, InvalidError
from tests.fake_engine.resources import FakeResources

DONE = ExecResult(exit_code=0, stdout=b"", stderr=b"")


class FakeRuns(FakeResources):
    """Runs the programs that its containers have, too, and one that takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.programs["sleep"] = _sleep

    def run_once(
        self, image: str, argv: Sequence[str], *, network: str = "none", timeout_seconds: float = 30
    ) -> ExecResult:
        found = self.image(image)
        self._network(network)
        if argv[0] not in self.programs:
            raise InvalidError(f"{argv[0]}: executable file not found in $PATH.", code="engine_invalid")
        made = self.add_container("run", image=image, image_id=found.id, networks=(network,), state="created")
        try:
            self.start(made)
            begun = time.monotonic()
            done = self.programs[argv[0]](argv, {}, b"")
            if time.monotonic() - begun > timeout_seconds:
                raise EngineError("A command did not end in time.", code="run_timeout")
            return done
        finally:
            self.remove_container(made, force=True, volumes=True)


def _sleep(argv: Sequence[str], env: Mapping[str, str], stdin: bytes) -> ExecResult:
    time.sleep(float(argv[1]))
    return DONE
