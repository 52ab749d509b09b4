"""All scenarios, by name."""

from tests.conformance.scenarios import (
    field_addresses,
    field_dates,
    field_files,
    field_numbers,
    field_relations,
    field_selects,
    field_text,
    field_values,
    record_crud,
)
from tests.conformance.scenarios.steps import Scenario

MODULES = (
    field_values,
    field_text,
    field_numbers,
    field_addresses,
    field_dates,
    field_selects,
    field_files,
    field_relations,
    record_crud,
)

SCENARIOS: list[Scenario] = [scenario for module in MODULES for scenario in module.scenarios()]
