"""Fields of times: date and autodate; their options and values."""

from collections.abc import Iterator

from tests.conformance.scenarios.steps import (
    STRANGER,
    Form,
    Scenario,
    changed,
    create,
    field,
    listed,
    made,
    update,
    view,
)
from tests.conformance.scenarios.tables import options, values

DAY = "2024-02-29"


def scenarios() -> Iterator[Scenario]:
    """Dates given and dates that the server sets."""
    yield from _date()
    yield from _filters()
    yield from _autodate()


def _date() -> Iterator[Scenario]:
    date = {"type": "date"}
    yield options(
        "date options",
        "date",
        good=(
            {"min": DAY},
            {"max": f"{DAY} 12:00:00.000Z"},
            {"min": DAY, "max": "2024-03-01"},
            {"min": "", "max": ""},
            {"min": "garbage"},
            {"min": DAY, "max": DAY},
            {"min": "2024-03-01", "max": DAY},
        ),
        bad=({"min": 1700000000}, {"required": "1"}, {"max": []}),
    )
    yield values(
        "date of every form",
        date,
        good=(
            DAY,
            f"{DAY} 10:20",
            f"{DAY} 10:20:30",
            f"{DAY} 10:20:30.5",
            f"{DAY} 10:20:30.123456Z",
            f"{DAY}T10:20:30Z",
            f"{DAY}T10:20:30.123+02:00",
            f"{DAY} 10:20:30-05:30",
            f"{DAY} 10:20:30 +0200",
            "Thu, 29 Feb 2024 10:20:30 GMT",
            "29 Feb 2024",
            "Feb 29, 2024",
            "20240229",
        ),
    )
    yield values(
        "date out of the calendar",
        date,
        good=(
            "2023-02-29",
            "2024-13-01",
            "2024-02-29 24:00:00",
            "2024-02-29 10:60:00",
            "0000-00-00",
            "today",
            "now",
        ),
    )
    yield values(
        "date of numbers",
        date,
        good=(0, 1, 1700000000, 1700000000123, -1, 1.5, "1700000000", "2024", 253402300800),
    )
    yield values(
        "date at the ends of time",
        date,
        good=(
            "0001-01-01 00:00:00.000Z",
            "9999-12-31 23:59:59.999Z",
            "10000-01-01",
            "1969-12-31 23:59:59.999Z",
        ),
    )
    limits = {"min": f"{DAY} 10:00:00.000Z", "max": "2024-03-01 10:00:00.000Z"}
    yield values(
        "date between min and max",
        date | limits,
        good=(
            "2024-02-29 10:00:00.000Z",
            "2024-03-01 10:00:00.000Z",
            "",
            "garbage",
            "2024-02-29T09:00:00-02:00",
        ),
        bad=("2024-02-29 09:59:59.999Z", "2024-03-01 10:00:00.001Z", DAY, "1999-01-01", "2030-01-01"),
    )
    yield values(
        "date from min", date | {"min": DAY}, good=(DAY, "2100-01-01"), bad=("2024-02-28 23:59:59.999Z",)
    )
    yield values(
        "date required", date | {"required": True}, good=(DAY,), bad=("", None, "garbage", "2024-02-30x")
    )


def _filters() -> Iterator[Scenario]:
    yield Scenario(
        "date in filters and sorts",
        made(field("f", "date"), field("n")),
        *(
            create({"n": name, "f": day})
            for name, day in (("a", DAY), ("b", "2024-02-29 12:00:00.123Z"), ("c", ""), ("d", "2030-01-01"))
        ),
        create(Form((("n", "e"), ("f", "2024-01-01T00:00:00Z")))),
        *(
            listed(filter=text, sort="n")
            for text in (
                f"f = '{DAY}'",
                f"f ~ '{DAY}'",
                f"f >= '{DAY} 00:00:00.000Z'",
                "f > '2024-02-29 12:00:00'",
                "f = ''",
                "f = null",
                "f != ''",
                "f < @now",
                "f > @now",
                "f >= @yearStart || f <= @todayEnd",
                "f > 5",
            )
        ),
        listed(filter="f > @unknown", status=400),
        listed(filter="f > @now()", status=400),
        listed(sort="f"),
        listed(sort="-f,n"),
    )


def _autodate() -> Iterator[Scenario]:
    yield options(
        "autodate options",
        "autodate",
        good=({"onCreate": True}, {"onUpdate": True}, {"onCreate": True, "onUpdate": True}),
        bad=({}, {"onCreate": False, "onUpdate": False}, {"onCreate": "yes"}),
    )
    yield Scenario(
        "autodate options set later",
        made(field("f", "autodate", onCreate=True)),
        changed({"fields": [field("f", "autodate", onCreate=False, onUpdate=True)]}),
        changed({"fields": [field("f", "autodate", onCreate=False, onUpdate=False)]}, status=400),
        changed({"fields": [field("f", "autodate", onCreate=True, system=True)]}, status=400),
    )
    yield Scenario(
        "autodate set by the server alone",
        made(
            field("f"),
            field("created", "autodate", onCreate=True),
            field("updated", "autodate", onCreate=True, onUpdate=True),
            field("touched", "autodate", onUpdate=True),
        ),
        create({"f": "a"}, keep={"first": "id", "created": "created", "touched": "touched"}),
        create({"created": "2020-01-01", "updated": "2020-01-01", "touched": "2020-01-01"}, who=STRANGER),
        create({"created": None, "updated": 5, "touched": ["x"]}),
        create(Form((("created", "2020-01-01"), ("f", "b")))),
        update("{first}", {"created": "2020-01-01", "updated": "2020-01-01", "touched": ""}),
        listed(filter="id = '{first}' && created = '{created}'"),
        listed(filter="id = '{first}' && touched > '{created}'"),
        listed(filter="id = '{first}' && updated > '{created}'"),
        update("{first}", {}, keep={"updated": "updated"}),
        update("{first}", {"f": "c"}),
        listed(filter="id = '{first}' && updated >= '{updated}'"),
        view("{first}"),
        listed(filter="created < '2024-01-01' || touched < '2024-01-01'", sort="@rowid"),
    )
