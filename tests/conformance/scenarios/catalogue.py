"""All scenarios, by name."""

from tests.conformance.scenarios import (
    collection_auth,
    collection_crud,
    collection_fields,
    collection_guards,
    collection_indexes,
    collection_rules,
    field_addresses,
    field_dates,
    field_files,
    field_numbers,
    field_relations,
    field_selects,
    field_text,
    field_values,
    realtime,
    record_auth,
    record_crud,
    record_expand,
    record_lists,
    rules_access,
    rules_relations,
    rules_request,
)
from tests.conformance.scenarios.steps import Scenario

MODULES = (
    collection_crud,
    collection_fields,
    collection_indexes,
    collection_rules,
    collection_auth,
    collection_guards,
    field_values,
    field_text,
    field_numbers,
    field_addresses,
    field_dates,
    field_selects,
    field_files,
    field_relations,
    record_crud,
    record_lists,
    record_expand,
    record_auth,
    rules_access,
    rules_request,
    rules_relations,
    realtime,
)

SCENARIOS: list[Scenario] = [scenario for module in MODULES for scenario in module.scenarios()]
