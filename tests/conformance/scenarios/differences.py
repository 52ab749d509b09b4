"""Where AppOS answers a step of a scenario otherwise than PocketBase on purpose, and why."""

import re

from tests.conformance.scenarios.steps import Scenario

# Patterns of "SCENARIO: NUMBER. STEP", the steps numbered from 1 and named by their labels.
DIFFERENCES = {
    r"views without a query: [34]\. .*": "AppOS has no view collections, and says so whatever the query is.",
    r"rules on headers: 5\. .*": "A header with an underscore would pass for one that a proxy sets.",
}


def reason(scenario: Scenario, number: int) -> str:
    """Return why a step, numbered from 1, is answered otherwise, "" if it has to be answered the same."""
    name = f"{scenario.name}: {number}. {scenario.steps[number - 1].label}"
    return next((why for pattern, why in DIFFERENCES.items() if re.fullmatch(pattern, name)), "")
