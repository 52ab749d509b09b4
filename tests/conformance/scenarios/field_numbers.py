"""Fields of numbers, truth, places on earth and JSON; their options and values."""

from collections.abc import Iterator

from tests.conformance.scenarios.steps import (
    STRANGER,
    Form,
    Raw,
    Scenario,
    create,
    field,
    listed,
    made,
    update,
    view,
)
from tests.conformance.scenarios.tables import options, values


def scenarios() -> Iterator[Scenario]:
    """Numbers, truths, places and JSON."""
    yield from _number()
    yield from _bool()
    yield from _geo_point()
    yield from _json()


def _number() -> Iterator[Scenario]:
    number = {"type": "number"}
    yield options(
        "number options",
        "number",
        good=({"min": 0, "max": 0}, {"min": -1.5, "max": 1.5}, {"min": None, "max": 3}, {"onlyInt": True}),
        bad=({"min": 2, "max": 1}, {"min": "1"}, {"max": []}, {"onlyInt": 1}, {"min": True}),
    )
    yield options(
        "number options of whole numbers",
        "number",
        good=({"onlyInt": True, "min": 1, "max": 5}, {"onlyInt": False, "min": 1.5}),
        bad=(
            {"onlyInt": True, "min": 1.5},
            {"onlyInt": True, "max": 1.5},
            {"onlyInt": True, "min": 2, "max": 1},
        ),
    )
    yield values(
        "number between min and max",
        number | {"min": -2, "max": 5.5},
        good=(-2, 5.5, 0, "3", True, "abc", None),
        bad=(-2.001, 5.51, "6", 1e300, -1e300, "1e3"),
    )
    yield values("number from 1", number | {"min": 1}, good=(1, "1.0", True), bad=(-1, 0.99, "0.5", -5))
    yield values("number up to 0", number | {"max": 0}, good=(0, -1, ""), bad=(1, True, "0.001"))
    yield values(
        "number that is whole",
        number | {"onlyInt": True},
        good=(1, -7, 2.0, "3", 1e15),
        bad=(1.5, "1.5", 1e-9),
    )
    yield values(
        "number from text",
        number,
        good=("12", " 12 ", "-1.5", "1e3", "0x10", "1_000", "١", "+5", ".5", "5.", "1,5", "012"),
        bad=("NaN", "Infinity", "-inf"),
    )
    yield values(
        "number at the limits",
        number,
        good=(
            9007199254740991,
            9007199254740993,
            1e21,
            1.7976931348623157e308,
            5e-324,
            0.1,
            123456789.123456789,
        ),
    )
    yield Scenario(
        "number that JSON cannot hold",
        made(field("f", "number")),
        create(Raw('{"f": 1e400}'), status=400),
        create(Raw('{"f": NaN}'), status=400),
        create(Raw('{"f": Infinity}'), status=400),
        create(Raw('{"f": 01}'), status=400),
        create(Raw('{"f": -0}')),
        create(Raw('{"f": 1E2}')),
        create(Raw('{"f": 1.0}')),
        create(Raw('{"f": 12345678901234567890}')),
        listed(sort="@rowid"),
        listed(sort="-f,@rowid", filter="f >= 1"),
    )
    yield Scenario(
        "number added to and taken from",
        made(field("f", "number", min=-10, max=10), field("t")),
        create({"f+": 5}, keep={"first": "id"}),
        update("{first}", {"f+": 2}),
        update("{first}", {"f-": 1.5}),
        update("{first}", {"f+": "2"}),
        update("{first}", {"f+": "abc"}),
        update("{first}", {"f+": None}),
        update("{first}", {"f-": True}),
        update("{first}", {"f+": 100}, status=400),
        update("{first}", {"f-": 100}, status=400),
        update("{first}", {"f": 1, "f+": 2}),
        update("{first}", {"f+": 1, "f-": 2}),
        update("{first}", {"+f": 3}),
        update("{first}", {"-f": 3}),
        update("{first}", {"f++": 3, "f*": 2}),
        update("{first}", {"t+": "x"}),
        update("{first}", Form((("f+", "1"),))),
        view("{first}"),
    )


def _bool() -> Iterator[Scenario]:
    yield options(
        "bool options", "bool", good=({"required": True}, {}), bad=({"required": "true"}, {"presentable": 1})
    )
    yield values(
        "bool from text",
        {"type": "bool"},
        good=("true", "TRUE", "True", "t", "1", "false", "f", "0", "yes", "on", "", " true", 2, -1, 0.5),
    )
    yield values(
        "bool required",
        {"type": "bool", "required": True},
        good=(True, "1", 5),
        bad=(False, 0, "", "no", None),
    )
    yield Scenario(
        "bool of a form",
        made(field("f", "bool"), field("n", "number")),
        create(Form((("f", "true"), ("n", "5")))),
        create(Form((("f", "on"), ("n", "abc")))),
        create(Form((("f", ""), ("n", "")))),
        create(Form((("f", "false"), ("f", "true"), ("n", "1"), ("n", "2")))),
        create(Raw("f=true&n=7", "application/x-www-form-urlencoded")),
        listed(sort="@rowid"),
        listed(filter="f = true", sort="@rowid"),
        listed(filter="f = 1", sort="@rowid"),
        listed(filter="f = 'true'", sort="@rowid"),
    )


def _geo_point() -> Iterator[Scenario]:
    yield options("geoPoint options", "geoPoint", good=({"required": True},), bad=({"required": 1},))
    yield values(
        "geoPoint of every form",
        {"type": "geoPoint"},
        good=(
            {"lon": 1, "lat": 2},
            {"lon": -180, "lat": 90},
            {"lon": "12.5", "lat": "-3"},
            {"lat": 5},
            {"lon": None, "lat": None},
            {"lon": 1, "lat": 2, "alt": 3},
            {"Lon": 3, "LAT": 4},
            '{"lon":1.5,"lat":2.5}',
            "{}",
            {},
        ),
        bad=({"lon": 180.1, "lat": 0}, {"lon": 0, "lat": -90.1}, {"lon": -181, "lat": 91}, '{"lon": 200}'),
    )
    yield values(
        "geoPoint broken",
        {"type": "geoPoint"},
        good=('{"lon":1', "1,2", [1, 2], {"lon": [], "lat": {}}, {"lon": "x", "lat": "y"}),
    )
    yield values(
        "geoPoint required",
        {"type": "geoPoint", "required": True},
        good=({"lon": 0, "lat": 1}, {"lon": 0.001}),
        bad=({"lon": 0, "lat": 0}, None, {}, "", {"lon": 0, "lat": 91}),
    )
    yield Scenario(
        "geoPoint in filters",
        made(field("f", "geoPoint"), field("n")),
        create({"n": "a", "f": {"lon": 10, "lat": 20}}),
        create(Form((("n", "b"), ("f", '{"lon": 11, "lat": 21}')))),
        create(Form((("n", "c"), ("f.lon", "12")))),
        listed(filter="f.lon = 10", sort="n"),
        listed(filter="f.lat > 20", sort="n"),
        listed(filter="f.alt = 20", sort="n"),
        listed(filter="f = ''", sort="n"),
        listed(filter="geoDistance(f.lon, f.lat, 10, 20) < 10", sort="n"),
        listed(filter="geoDistance(f.lon, f.lat, 10, 20) > 10", sort="n"),
        listed(filter="geoDistance(f.lon, f.lat, 10) < 10", status=400),
        listed(filter="geoDistance('a', f.lat, 10, 20) < 10", status=400),
        listed(filter="geoDistance() < 10", status=400),
        listed(filter="geodistance(1, 2, 3, 4) < 10", status=400),
        listed(sort="f.lon"),
        listed(sort="f.lat,f"),
        listed(fields="n,f.lon", sort="n"),
        listed(fields="f:excerpt(3),n", sort="n", who=STRANGER),
    )


def _json() -> Iterator[Scenario]:
    yield options(
        "json options",
        "json",
        good=({"maxSize": 0}, {"maxSize": 20}, {"maxSize": 9007199254740991}),
        bad=({"maxSize": -1}, {"maxSize": "20"}, {"maxSize": 9007199254740992}, {"maxSize": 1.5}),
    )
    yield values(
        "json of every form",
        {"type": "json"},
        good=(
            {"a": {"b": [1, 2.5, None, True, "ü"]}},
            [],
            {},
            "text",
            '"quoted"',
            "[1,2]",
            '{"a":1}',
            "true",
            "null",
            "12",
            "1e5",
            "{broken",
            " [1] ",
            "",
            None,
        ),
    )
    yield values(
        "json of a size",
        {"type": "json", "maxSize": 10},
        good=("123456789", "[1, 2, 3]", [1, 2, 3, 4], {"a": 1}),
        bad=("a23456789", "12345678901", [1, 2, 3, 4, 55, 6], {"abc": "def"}, "äääää"),
    )
    yield values(
        "json required",
        {"type": "json", "required": True},
        good=(0, False, [None], "a", {"a": None}),
        bad=(None, "", [], {}, "null", "[]", "{}", '""'),
    )
    yield Scenario(
        "json of a form",
        made(field("f", "json"), field("n")),
        create(Form((("f", '{"a": {"b": 1}}'), ("n", "a")))),
        create(Form((("f", "plain"), ("n", "b")))),
        create(Form((("f", "true"), ("n", "c")))),
        create(Form((("f", "12"), ("n", "d")))),
        create(Form((("f", "[1"), ("n", "e")))),
        create(Form((("f", "1"), ("f", "2"), ("n", "f")))),
        create(Form((("@jsonPayload", '{"f": "12", "n": "g"}'),))),
        create(Form((("@jsonPayload", "{broken"),)), status=400),
        create(Form((("@jsonPayload", '{"n": "h"}'), ("f", "x")))),
        listed(sort="@rowid"),
    )
    yield Scenario(
        "json in filters",
        made(field("f", "json"), field("n")),
        create({"n": "a", "f": {"a": {"b": 5}, "list": [1, 2], "s": "text"}}),
        create({"n": "b", "f": [{"a": 1}, {"a": 2}]}),
        create({"n": "c", "f": "text"}),
        create({"n": "d", "f": None}),
        create({"n": "e", "f": 12}),
        *(
            listed(filter=text, sort="n")
            for text in (
                "f.a.b = 5",
                "f.a.b > 4",
                "f.s = 'text'",
                "f.list.0 = 1",
                "f.list ~ '1'",
                "f:length = 2",
                "f.list:length = 2",
                "f:each = 1",
                "f = 'text'",
                "f = null",
                "f != null",
                "f = 12",
                "f.0.a = 1",
                "f.unknown = ''",
                "f.unknown.deeper = null",
                "f.s:lower = 'text'",
                "f:isset = true",
            )
        ),
        listed(filter="f.a b = 5", status=400),
        listed(filter="f:each.a = 1", status=400),
        listed(sort="f.a.b,n"),
        listed(sort="-f.s,n"),
        listed(fields="n,f.a", sort="n"),
        listed(fields="n,f.a.b,f.list", sort="n"),
    )
