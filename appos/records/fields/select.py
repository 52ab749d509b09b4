"""One or several of given values."""

from collections.abc import Mapping
from typing import Any

from appos.records.fields.base import OptionsContext, ValueContext
from appos.records.fields.lists import ListField
from appos.records.fields.problems import REQUIRED, Problem, problem
from appos.records.fields.rules import check_at_least, check_at_most, required, stated


class SelectField(ListField, frozen=True, kw_only=True, tag="select"):
    """One of `values`, or up to `max_select` of them."""

    values: tuple[str, ...] | None = None
    required: bool = False

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Return what is wrong with the selection."""
        selected = self.items(value)
        if not selected:
            return REQUIRED if self.required else None
        most = max(self.max_select, 1)
        if len(selected) > most:
            return problem("validation_too_many_values", f"Select no more than {most}.", maxSelect=most)
        unknown = next((item for item in selected if item not in (self.values or ())), None)
        if unknown is None:
            return None
        return problem("validation_invalid_value", f"Invalid value {unknown}", value=unknown)

    def check_options(self, context: OptionsContext) -> Mapping[str, Problem]:
        """Return what is wrong with the values, and with how many may be selected."""
        return stated(
            {
                **super().check_options(context),
                "values": required(self.values),
                "maxSelect": check_at_least(self.max_select, 0)
                or check_at_most(self.max_select, len(self.values or ()) or 1),
            }
        )
