"""What is wrong with the rules of a collection."""

from appos.records.fields import Lookup, Problem
from appos.records.fields.problems import problem
from appos.records.models import Collection, CollectionType, RequestInfo
from appos.records.resolve import Resolver
from appos.store.scan import FilterError

# The rules of views, and the only ones that may change where AppOS's services alone write.
READING_RULES = ("listRule", "viewRule")


def rule_problem(new: Collection, original: Collection | None, name: str, lookup: Lookup) -> Problem | None:
    """Return what is wrong with the rule of this name on the wire."""
    attribute = name.removesuffix("Rule") + "_rule"
    before = getattr(original, attribute) if original else None
    rule = getattr(new, attribute)
    if new.type == CollectionType.VIEW and name not in READING_RULES and rule is not None:
        return problem("validation_nil", "Must be blank.")
    if problem_ := filter_problem(new, rule, lookup):
        return problem_
    if original is not None and original.is_written_by_services and name in READING_RULES:
        return None
    return change_problem(original, before, rule)


def filter_problem(collection: Collection, rule: str | None, lookup: Lookup) -> Problem | None:
    """Return what keeps a rule from being understood."""
    if not rule:
        return None
    resolver = Resolver(collection, lookup, RequestInfo(), allow_hidden=True)
    try:
        resolver.where(rule, is_rule=True)
    except FilterError as error:
        end = "" if error.reason.endswith((".", "!", "?")) else "."
        return problem("validation_invalid_rule", f"Invalid rule. Raw error: {error.reason}{end}")
    return None


def change_problem(original: Collection | None, before: str | None, after: str | None) -> Problem | None:
    """Refuse another rule for a system collection."""
    if original is None or not original.system or before == after:
        return None
    return problem(
        "validation_collection_system_rule_change", "System collection API rule cannot be changed."
    )
