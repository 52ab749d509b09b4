"""What is wrong with the rules of a collection."""

from appos.errors import InvalidError
from appos.records.fields import Lookup, Problem
from appos.records.fields.problems import problem
from appos.records.models import Collection
from appos.store.filter import parse_filter

# The rules that may change of a collection whose records AppOS's services alone write.
READING_RULES = ("listRule", "viewRule")


def rule_problem(new: Collection, original: Collection | None, name: str, lookup: Lookup) -> Problem | None:
    """Return what is wrong with the rule of this name on the wire."""
    attribute = name.removesuffix("Rule") + "_rule"
    before = getattr(original, attribute) if original else None
    rule = getattr(new, attribute)
    if problem_ := filter_problem(new, rule, lookup):
        return problem_
    if original is not None and original.is_written_by_services and name in READING_RULES:
        return None
    return change_problem(original, before, rule)


def filter_problem(collection: Collection, rule: str | None, lookup: Lookup) -> Problem | None:
    """Return what keeps a rule from being understood."""
    if not rule:
        return None
    try:
        parse_filter(rule)
    except InvalidError as error:
        return problem("validation_invalid_rule", f"Invalid rule. Raw error: {error.message}")
    return None


def change_problem(original: Collection | None, before: str | None, after: str | None) -> Problem | None:
    """Refuse another rule for a system collection."""
    if original is None or not original.system or before == after:
        return None
    return problem(
        "validation_collection_system_rule_change", "System collection API rule cannot be changed."
    )
