"""Records come, are seen, change and go."""

from collections.abc import Iterator

from tests.conformance.scenarios.steps import (
    OWNER,
    STRANGER,
    Scenario,
    create,
    delete,
    field,
    listed,
    made,
    update,
    view,
)


def scenarios() -> Iterator[Scenario]:
    """Records from their creation to their end."""
    yield Scenario(
        "a record comes and goes",
        made(field("title", required=True)),
        create({"title": "a"}, keep={"first": "id"}),
        create({}, status=400),
        view("{first}", who=OWNER),
        update("{first}", {"title": "b"}, who=STRANGER),
        update("{first}", {"title": ""}, status=400),
        listed(who=STRANGER, sort="title", filter="id != '{ownerId}'"),
        delete("{first}"),
        view("{first}", status=404),
    )
