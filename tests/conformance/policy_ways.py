"""The ways by which a Compose file may come to hold an option."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from appos.compose.models import ProjectFiles
from tests.conformance.policy_cases import Parts, Spelling

# Where Compose does not make true of "true", so that no variable can stand there.
UNCAST = {"use_api_socket"}

Cases = dict[int, Spelling]
Told = dict[str, Any]


def direct(cases: Cases) -> Told:
    return {"compose.yaml": whole(cases, lambda _, case: case.service)}


def in_brackets(cases: Cases) -> Told:
    return {"compose.yaml": json.dumps(whole(cases, lambda _, case: case.service))}


def extended(cases: Cases) -> Told:
    told = whole(cases, lambda number, _: {"extends": f"b{number}"})
    told["services"] |= {f"b{number}": {"image": "x", **case.service} for number, case in cases.items()}
    return {"compose.yaml": told}


def extended_from_a_file(cases: Cases) -> Told:
    return {
        "compose.yaml": whole(
            cases, lambda number, _: {"extends": {"file": "b.yaml", "service": f"b{number}"}}
        ),
        "b.yaml": {
            "services": {f"b{number}": {"image": "x", **case.service} for number, case in cases.items()}
        },
    }


def included(cases: Cases) -> Told:
    return {"compose.yaml": {"include": ["part.yaml"]}, "part.yaml": direct(cases)["compose.yaml"]}


def included_in_long(cases: Cases) -> Told:
    return {
        "compose.yaml": {"include": [{"path": ["./part.yaml", "./more.yaml"], "project_directory": "."}]},
        "part.yaml": whole(cases, lambda *_: {}, alone=True),
        "more.yaml": direct(cases)["compose.yaml"],
    }


def merged(cases: Cases) -> Told:
    bases = (f"x-b{number}: &b{number} {json.dumps(case.service)}" for number, case in cases.items())
    services = (f"  s{number}: {{ image: x, <<: *b{number} }}" for number in cases)
    rest = yaml.safe_dump(beside(cases))
    return {"compose.yaml": "\n".join([*bases, rest, "services:", *services])}


def aliased(cases: Cases) -> Told:
    """Write the last option of each as an alias."""
    values, services = [], []
    for number, case in cases.items():
        *others, (option, value) = case.service.items()
        values.append(f"x-v{number}: &v{number} {json.dumps(value)}")
        first = json.dumps({"image": "x", **dict(others)})[:-1]
        services.append(f'  s{number}: {first}, "{option}": *v{number} }}')
    rest = yaml.safe_dump(beside(cases))
    return {"compose.yaml": "\n".join([*values, rest, "services:", *services])}


def overridden(cases: Cases) -> Told:
    first = whole(cases, lambda *_: {}, alone=True)
    return {"compose.yaml": first, "compose.override.yaml": direct(cases)["compose.yaml"]}


def in_documents(cases: Cases) -> Told:
    first = yaml.safe_dump(whole(cases, lambda *_: {}, alone=True))
    return {"compose.yaml": f"{first}---\n{yaml.safe_dump(direct(cases)['compose.yaml'])}"}


def interpolated(cases: Cases) -> Told:
    values = (f"V{number}='{last(case.service)}'\n" for number, case in cases.items())
    return {
        "compose.yaml": whole(cases, lambda number, case: with_variable(case, f"${{V{number}}}")),
        ".env": "".join(values),
    }


def interpolated_by_default(cases: Cases) -> Told:
    def service(number: int, case: Spelling) -> Parts:
        return with_variable(case, f"${{NOT_THERE_{number}:-{last(case.service)}}}")

    return {"compose.yaml": whole(cases, service)}


def interpolated_in_part(cases: Cases) -> Told:
    def service(number: int, case: Spelling) -> Parts:
        return with_variable(case, f"${{V{number}}}${{NOT_THERE-}}{last(case.service)[1:]}")

    values = (f"V{number}='{last(case.service)[:1]}'\n" for number, case in cases.items())
    return {"compose.yaml": whole(cases, service), ".env": "".join(values)}


WAYS: tuple[Callable[[Cases], Told], ...] = (
    direct,
    in_brackets,
    extended,
    extended_from_a_file,
    included,
    included_in_long,
    merged,
    aliased,
    overridden,
    in_documents,
    interpolated,
    interpolated_by_default,
    interpolated_in_part,
)


def whole(cases: Cases, service: Callable[[int, Spelling], Parts], *, alone: bool = False) -> Told:
    """Return a project with a service for each case, and with what is beside them unless they are `alone`."""
    services = {f"s{number}": {"image": "x", **service(number, case)} for number, case in cases.items()}
    return {"services": services, **({} if alone else beside(cases))}


def beside(cases: Cases) -> Told:
    """Return what the cases define beside their services."""
    told: Told = {}
    for case in cases.values():
        for kind, parts in case.project.items():
            told.setdefault(kind, {}).update(parts)
    return told


def last(value: Any) -> str:
    """Return the last single value within one."""
    if isinstance(value, dict):
        return last(list(value.values())[-1])
    if isinstance(value, list):
        return last(value[-1])
    return str(value).lower() if isinstance(value, bool) else str(value)


def with_variable(case: Spelling, text: str) -> Parts:
    """Return the service with a text in the place of its last value, where Compose takes a variable there."""
    if UNCAST & set(case.service):
        return case.service
    filled: Parts = with_last(case.service, text)
    return filled


def with_last(value: Any, text: str) -> Any:
    """Put a text in the place of the last single value within one."""
    if isinstance(value, dict):
        key = list(value)[-1]
        return {**value, key: with_last(value[key], text)}
    if isinstance(value, list):
        return [*value[:-1], with_last(value[-1], text)]
    return text


def write(app: Path, told: Told) -> ProjectFiles:
    """Write an app's files, and return what Compose is to be told."""
    for name, content in told.items():
        text = content if isinstance(content, str) else yaml.safe_dump(content)
        (app / name).write_text(text, encoding="utf-8")
    names = [name for name in ("compose.yaml", "compose.override.yaml") if name in told]
    return ProjectFiles(
        directory=app,
        files=tuple(app / name for name in names),
        name="wiki",
        variables={"HOME": str(app)},
    )
