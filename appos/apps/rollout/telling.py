"""What Compose reports, as the progress and the log of a job."""

import time

from appos.compose.progress import Step
from appos.ledger.run import Run

TELL_SECONDS = 0.25


class Teller:
    """Hands the steps of Compose on to a job: sums up layers, and logs what has come to its end."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._layers: dict[str, tuple[int, int]] = {}
        self._told = 0.0

    def take(self, step: Step) -> None:
        """Take one step."""
        if step.total:
            self._layers[f"{step.parent} {step.id}"] = (step.current, step.total)
        if not step.id:
            if step.text.strip():
                self._run.log(step.text)
            return
        if not step.parent and step.status != "Working":
            self._run.log(" ".join(filter(None, (step.id, step.text, step.details))))
        self._tell(step)

    def _tell(self, step: Step) -> None:
        if time.monotonic() - self._told < TELL_SECONDS:
            return
        self._told = time.monotonic()
        done = sum(current for current, _ in self._layers.values())
        total = sum(whole for _, whole in self._layers.values())
        subject = step.parent or step.id
        self._run.progress(done, total, f"{subject}: {step.text}" if step.text else subject)
