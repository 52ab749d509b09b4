"""All scenarios, by name."""

from tests.conformance.scenarios import record_crud
from tests.conformance.scenarios.steps import Scenario

MODULES = (record_crud,)

SCENARIOS: list[Scenario] = [scenario for module in MODULES for scenario in module.scenarios()]
