"""Where AppOS answers a step of a scenario otherwise than PocketBase on purpose, and why."""

import re

from tests.conformance.scenarios.steps import Scenario, Step

# Patterns of "SCENARIO: STEP", the step by its label.
DIFFERENCES: dict[str, str] = {}


def reason(scenario: Scenario, step: Step) -> str:
    """Return why a step is answered otherwise, "" if it has to be answered the same."""
    name = f"{scenario.name}: {step.label}"
    return next((why for pattern, why in DIFFERENCES.items() if re.fullmatch(pattern, name)), "")
