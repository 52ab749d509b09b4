"""Rules that look at other records: relations, back-relations, other collections; and functions."""

from collections.abc import Iterator

from tests.conformance.scenarios.steps import (
    OTHER,
    OWNER,
    STRANGER,
    Scenario,
    Step,
    changed,
    create,
    delete,
    field,
    listed,
    made,
    update,
    view,
)

A, B, C = "aaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbb", "ccccccccccccccc"

# Each rule with the titles that the owner, then the other user, may list.
LISTS = {
    "a relation": "team.name = 'red'",
    "a relation of a relation": "team.boss = @request.auth.id",
    "a field behind two relations": "team.boss.email = @request.auth.email",
    "members as a list": "team.members = @request.auth.id || team.members ~ @request.auth.id",
    "every member": "team.members.id = @request.auth.id",
    "any member": "team.members.id ?= @request.auth.id",
    "no member": "team.members.id != @request.auth.id",
    "not every member": "team.members.id ?!= @request.auth.id",
    "each of several": "team.members:each = @request.auth.id",
    "any of several": "team.members:each ?= @request.auth.id",
    "the number of members": "team.members:length = 2",
    "a field of every member": "team.members.email ~ 'o'",
    "a field of any member": "team.members.email ?= @request.auth.email",
    "back-relations": "{c}_note_via_task.text = 'x'",
    "any of the back-relations": "{c}_note_via_task.text ?= 'x'",
    "the author of a back-relation": "{c}_note_via_task.by ?= @request.auth.id",
    "back-relations of a relation": "team.{c}_via_team.title ?= 'two'",
    "back-relations that are none": "{c}_note_via_task.id = ''",
    "another collection": "@collection.{c}_note.by ?= @request.auth.id",
    "another collection, joined": "@collection.{c}_note.task ?= id && "
    "@collection.{c}_note.by ?= @request.auth.id",
    "another collection, for all": "@collection.{c}_note.text != 'x'",
    "another collection twice": "@collection.{c}_note:a.text ?= 'x' && @collection.{c}_note:b.text ?= 'y'",
    "the same collection": "@collection.{c}.title ?> title",
    "letters of any case": "title:lower = 'three' || team.name:lower = 'red'",
    "places": "geoDistance(place.lon, place.lat, 10, 50) < 100",
    "places of the request": "geoDistance(place.lon, place.lat, @request.query.lon, @request.query.lat) < 9",
    "years": "strftime('%Y', day) = '2024'",
    "days to come": "day > @now",
    "an or between both": "team.boss = @request.auth.id || {c}_note_via_task.by ?= @request.auth.id",
    "groups": "(team.boss = @request.auth.id && title != 'one') || (title = 'three' && 1 = 1)",
}


def scenarios() -> Iterator[Scenario]:
    """Lists, views and changes under rules on other records."""
    for name, rule in LISTS.items():
        yield Scenario(f"list rule on {name}", *_tasks(rule), *_asks())
    yield from _writes()
    yield from _wrong()


def _tasks(rule: str) -> Iterator[Step]:
    """Create teams of users, tasks of teams, and notes on tasks; tasks may be listed and viewed by a rule."""
    user = {"type": "relation", "collectionId": "_pb_users_auth_"}
    yield made(
        field("name"), {"name": "boss", **user}, {"name": "members", **user, "maxSelect": 5}, name="{c}_team"
    )
    yield made(
        field("title"),
        field("team", "relation", collectionId="{c_teamId}"),
        field("place", "geoPoint"),
        field("day", "date"),
    )
    yield made(
        field("text"),
        field("task", "relation", collectionId="{cId}"),
        {"name": "by", **user},
        name="{c}_note",
    )
    yield create(
        {"id": A, "name": "red", "boss": "{ownerId}", "members": ["{ownerId}", "{otherId}"]}, into="{c}_team"
    )
    yield create({"id": B, "name": "Blue", "boss": "{otherId}", "members": ["{ownerId}"]}, into="{c}_team")
    yield create({"id": A, "title": "one", "team": A, "place": {"lon": 10, "lat": 50}, "day": "2024-05-05"})
    yield create({"id": B, "title": "two", "team": B, "place": {"lon": 11, "lat": 50}, "day": "2030-01-01"})
    yield create({"id": C, "title": "three"})
    yield create({"text": "x", "task": A, "by": "{otherId}"}, into="{c}_note")
    yield create({"text": "y", "task": A, "by": "{ownerId}"}, into="{c}_note")
    yield create({"text": "x", "task": B, "by": "{otherId}"}, into="{c}_note")
    yield changed({"listRule": rule, "viewRule": rule})


def _asks() -> Iterator[Step]:
    for who in (STRANGER, OWNER, OTHER):
        yield listed(who=who, sort="title", lon=10, lat=50)
        yield listed(who=who, sort="-title", filter="title ~ 'o'", perPage=1)
        yield listed(who=who, filter="team.unknown = 1", status=400)
    yield view("x" * 15, who=OWNER, status=404)


def _writes() -> Iterator[Scenario]:
    member = "team.members.id ?= @request.auth.id"
    yield Scenario(
        "a task is made, changed and removed by members of its team",
        *_tasks(""),
        changed({"createRule": member, "updateRule": member, "deleteRule": member}),
        create({"title": "new", "team": A}, who=OTHER),
        create({"title": "new", "team": B}, who=OTHER, status=400),
        create({"title": "new"}, who=OTHER, status=400),
        create({"title": "new", "team": A}, who=STRANGER, status=400),
        update(A, {"title": "changed"}, who=OTHER),
        update(B, {"title": "changed"}, who=OTHER, status=404),
        update(B, {"team": A}, who=OTHER, status=404),
        update(A, {"team": B}, who=OTHER),
        update(A, {"title": "again"}, who=OTHER, status=404),
        delete(A, who=OTHER, status=404),
        delete(A, who=OWNER),
        delete(C, who=OWNER, status=404),
        listed(sort="title"),
    )
    yield Scenario(
        "a note is made once for a task",
        *_tasks(""),
        changed(
            {
                "createRule": "@request.auth.id != '' && @request.body.by = @request.auth.id && "
                "(@collection.{c}_note.task ?!= @request.body.task || task.title = 'three')"
            },
            name="{c}_note",
        ),
        create({"task": C, "by": "{ownerId}"}, into="{c}_note", who=OWNER),
        create({"task": C, "by": "{otherId}"}, into="{c}_note", who=OWNER, status=400),
        create({"task": A, "by": "{ownerId}"}, into="{c}_note", who=OWNER),
        create({"task": A, "by": "{ownerId}"}, into="{c}_note", who=STRANGER, status=400),
    )
    yield Scenario(
        "a rule on another collection through the body",
        *_tasks(""),
        changed({"createRule": "@request.body.team.boss = @request.auth.id"}),
        create({"title": "new", "team": A}, who=OWNER),
        create({"title": "new", "team": B}, who=OWNER, status=400),
        create({"title": "new", "team": "x" * 15}, who=OWNER, status=400),
        create({"title": "new"}, who=OWNER, status=400),
        create({"title": "new", "team": B}, who=OTHER),
    )


def _wrong() -> Iterator[Scenario]:
    yield Scenario(
        "a rule whose collection goes",
        *_tasks("@collection.{c}_note.text ?= 'x'"),
        listed(who=OWNER, sort="title"),
        Step("DELETE", "/api/collections/{c}_note", status=204),
        listed(who=OWNER, sort="title", status=400),
        view(A, who=OWNER, status=404),
        listed(sort="title"),
        changed({"listRule": ""}, status=400),
        changed({"listRule": "", "viewRule": "title != ''"}),
        listed(who=OWNER, sort="title"),
        view(A, who=OWNER),
    )
    yield Scenario(
        "functions that are called badly",
        *_tasks(""),
        *(
            listed(filter=text, status=400)
            for text in (
                "geoDistance(place.lon, place.lat, 10) < 5",
                "geoDistance(place.lon, place.lat, 10, 50, 5) < 5",
                "geoDistance(place, place.lat, 10, 50) = 'a' && (",
                "geoDistance('10', place.lat, 10, 50) < 5",
                "geoDistance(unknown.lon, place.lat, 10, 50) < 5",
                "geoDistance(, , , ) < 5",
                "geoDistance < 5",
                "strftime('%Y') = '2024' && title",
                "strftime(day, '%Y') = '2024' || unknown = 1",
                "count(title) = 1",
                "lower(title) = 'one'",
            )
        ),
        listed(filter="strftime('%Y-%m', day) = '2024-05'"),
        listed(filter="geoDistance(10, 50, place.lon, place.lat) > 1 && title != 'three'", sort="title"),
    )
