"""The plan: what would change before anything does, with reasons, interruptions and losses."""

from appos.compose.plan.actions import (
    Action,
    Interruption,
    Kind,
    Loss,
    LossKind,
    Note,
    Plan,
    Reason,
    Target,
)
from appos.compose.plan.planner import plan
from appos.compose.plan.printing import printed
from appos.compose.plan.wanted import Options, Wanted, referring, refers

__all__ = [
    "Action",
    "Interruption",
    "Kind",
    "Loss",
    "LossKind",
    "Note",
    "Options",
    "Plan",
    "Reason",
    "Target",
    "Wanted",
    "plan",
    "printed",
    "referring",
    "refers",
]
