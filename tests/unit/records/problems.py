"""What is wrong with collections, as tests read it."""

from collections.abc import Callable
from typing import Any

import pytest

from appos.audit.models import SYSTEM
from appos.errors import AppOSError
from appos.services import Services


def refused(call: Callable[[], object]) -> AppOSError:
    """The error that a call raises."""
    with pytest.raises(AppOSError) as caught:
        call()
    return caught.value


def codes(error: AppOSError) -> dict[str, Any]:
    """The codes of field errors without `validation_`, in their nesting."""

    def inner(problems: Any) -> Any:
        if isinstance(problems.get("code"), str):
            return problems["code"].removeprefix("validation_")
        return {name: inner(problem) for name, problem in problems.items()}

    found: dict[str, Any] = inner(error.fields)
    return found


def refused_new(services: Services, **raw: Any) -> AppOSError:
    """The error of a collection that cannot be created."""
    return refused(lambda: services.collections.create({"name": "notes"} | raw, SYSTEM))


def refused_change(services: Services, name: str, **raw: Any) -> AppOSError:
    """The error of a change that cannot be made."""
    return refused(lambda: services.collections.update(services.collections.get(name), raw, SYSTEM))
