"""The tree of errors."""

import ast
import inspect

import pytest

from appos import errors
from appos.errors import AppOSError, ConflictError, EngineUnavailableError, TooManyRequestsError

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, AppOSError)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_kind_stands_in_the_drawing_of_the_tree_with_its_meaning(kind: type[AppOSError]) -> None:
    drawing = {name.split()[-1] for name in (errors.__doc__ or "").splitlines() if name.strip()}
    lines = [line for line in (errors.__doc__ or "").splitlines() if f" {kind.__name__}" in line]

    assert lines or kind.__name__ in drawing


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_kind_has_a_code_of_its_own(kind: type[AppOSError]) -> None:
    others = {other.default_code for other in KINDS if other is not kind}

    assert kind("Sentence.").code == kind.default_code
    assert kind.default_code not in others


def test_an_error_keeps_its_sentence_its_code_and_its_fields() -> None:
    fields = {"email": {"code": "taken", "message": "Choose another one."}}
    error = ConflictError("The e-mail is taken.", code="email_taken", fields=fields)

    assert (error.message, error.code, error.fields) == ("The e-mail is taken.", "email_taken", fields)
    assert str(error) == "The e-mail is taken."


def test_an_error_without_fields_has_none() -> None:
    assert ConflictError("Sentence.").fields == {}


def test_an_engine_that_does_not_answer_is_a_failure_of_the_engine() -> None:
    assert issubclass(EngineUnavailableError, errors.EngineError)


def test_too_many_requests_say_how_long_to_wait() -> None:
    assert TooManyRequestsError("Wait.", retry_after_seconds=7).retry_after_seconds == 7


def test_the_tree_imports_nothing_but_the_standard_library() -> None:
    nodes = ast.walk(ast.parse(inspect.getsource(errors)))
    imports = [ast.unparse(node) for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]

    assert imports == ["from collections.abc import Mapping"]
