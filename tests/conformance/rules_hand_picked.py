"""Filters that each show one thing of the language over relations, and rules that cannot be saved."""

from tests.conformance.filter_cases import OPERATORS

_SIGNS = (*OPERATORS, *(f"?{operator}" for operator in OPERATORS))
_DEEP = "parent." * 6

FILTERS = [
    *(f"team.name {sign} 'alpha'" for sign in _SIGNS),
    *(f"helpers.name {sign} 'alpha'" for sign in _SIGNS),
    *(f"'alpha' {sign} helpers.name" for sign in _SIGNS),
    *(f"helpers.name {sign} links.title" for sign in _SIGNS),
    *(f"title {sign} links.title" for sign in _SIGNS),
    *(f"notes_via_thing.text {sign} ''" for sign in _SIGNS),
    *(f"notes_via_things.stars {sign} 1" for sign in _SIGNS),
    *(f"tickets_via_thing.code {sign} title" for sign in _SIGNS),
    *(f"tags:each {sign} 'a'" for sign in _SIGNS),
    *(f"tags:length {sign} 2" for sign in _SIGNS),
    *(f"links.data {sign} 5" for sign in _SIGNS),
    *(f"data {sign} title" for sign in _SIGNS),
    *(f"data.a.b {sign} null" for sign in _SIGNS),
    *(f"helpers.id {sign} owner" for sign in _SIGNS),
    *(f"strftime('%Y', links.day) {sign} '1999'" for sign in _SIGNS),
    *(f"title {sign} strftime('%d', links.day)" for sign in _SIGNS),
    *(
        f"{field} {sign} {empty}"
        for field in (
            "data",
            "tags",
            "owner",
            "helpers",
            "spot",
            "links.title",
            "team.name",
            "data.list",
            "pics",
            "tags:each",
            "tags:length",
        )
        for sign in ("=", "!=")
        for empty in ("null", "''", "true", "0")
    ),
    *(f"tags:{modifier} = 'a'" for modifier in ("isset", "changed", "lower", "nonsense")),
    *(f"title:{modifier} = 'alpha'" for modifier in ("each", "length", "isset", "changed", "lower")),
    *(f"data:{modifier} = 'alpha'" for modifier in ("each", "length", "lower")),
    *(f"links.tags:{modifier} ?= 2" for modifier in ("each", "length", "lower")),
    *(
        f"data.{path} != null"
        for path in (
            "list.0",
            "list.00",
            "list.-1",
            "list.2.0",
            "list.99",
            "list.4294967296",
            "5",
            "a.",
            ".a",
            "a..b",
            "a:lower",
            "a:b.c",
            "a_b",
            "99999999999999999999",
            "list.0:length",
        )
    ),
    f"{_DEEP}title = ''",
    f"{_DEEP}id = ''",
    f"{_DEEP}parent = ''",
    f"{_DEEP}parent.title = ''",
    f"{_DEEP}parent.id = ''",
    f"{_DEEP}data.a = 5",
    "links." * 6 + "title ?= 'alpha'",
]
_ONE_A_LINE = r"""
owner.id = ''
owner.id:lower != ''
owner = ''
helpers.id = ''
helpers = '[]'
helpers:length = 0
helpers.helpers = ''
owner.unknown = ''
owner.name.x = ''
title.x = ''
tags.x = ''
unknown.title = ''
owner. = ''
notes_via_thing = ''
notes_via_thing.id = ''
notes_via_thing.id:length = ''
notes_via_text.id = ''
notes_via_unknown.id = ''
unknown_via_thing.id = ''
NOTES_via_thing.id = ''
notes_via_Thing.id = ''
teams_via_team.id = ''
people_via_team.id = ''
things_via_parent.things_via_parent.id != ''
parent.things_via_parent.title ?= title
parent.things_via_parent.title = title
notes_via_thing.thing.title = title
notes_via_things.things.title ?= title
owner.things_via_owner.things_via_parent.owner.name ?= owner.name
team.people_via_teams.boss.friends.team.name ?~ 'a'
owner.team.name = helpers.team.name
owner.team.name ?= helpers.team.name
team = owner.team && team != ''
team.id ?= helpers.team.id
team.meta.a.b = 5
team.meta.list.0 ?= 'x'
helpers.team.meta.a = 'alpha'
team.office.lat > 0
helpers.team.office.lat > 0
team.secret != ''
owner.password != ''
owner.tokenKey != ''
owner.email != ''
owner.email:lower ~ 'ANN'
helpers.email ?~ 'example'
helpers.email ~ 'example'
'ann@example.com' = owner.email
owner.email = owner.email
strftime('%Y', owner.email) = ''
owner.emailVisibility = true
owner.verified = false
owner.roles:each ?= 'a'
owner.roles:length = 2
owner.roles ~ 'a'
safe.label = ''
safe != ''
safe.id != ''
safe.things_via_safe.title ?= 'alpha'
hush = '' || title != ''
done = true && owner.score > 0
done = owner.verified
size = owner.score
size > team.budget
rank = links:length
day > parent.day
parent.day = parent.made
spot.lon = parent.spot.lon
spot = parent.spot
spot ~ 'lon'
data = parent.data
data ~ 'alpha'
data.list ~ 'x'
data.list = '["x",5,[7]]'
data.a = '{"b":5,"c":null}'
data = '[]'
data = true
data = 1
data > 1
data:lower = 'alpha'
'alpha' ~ data
one = tags
one:each ?= tags:each
one:each = tags:each
tags:each = links.tags:each
tags:each ?= links.tags:each
tags:length = links.tags:length
pics:each ~ 'png'
pics:each ?~ 'b.png'
pic ~ 'a_b'
mail ~ '@'
link ~ 'a\_b'
body ~ '<p>'
geoDistance(spot.lon, spot.lat, 0, 0) = 0
geoDistance(spot.lon, spot.lat, team.office.lon, team.office.lat) < 1
geoDistance(helpers.team.office.lon, helpers.team.office.lat, 0, 0) < 10000
geoDistance(1, size, null, @year) > 0
title ~ geoDistance(1, 2, 3, 4)
geoDistance(1, 2, 3, 4) ~ 6
geoDistance(1, 2, 3, strftime('%Y')) > 0
geoDistance(title, 'x', 3, 4) > 0
strftime('%Y-%m', day, '+1 month') = '2026-02'
strftime('%F', day) = '2026-01-02'
strftime('%G-%V', day) = '2026-01'
strftime('%s', day, 'subsec') ~ '.678'
strftime('%F', day, '+1 year', 'floor') = '2025-02-28'
strftime('%F', day, '-0001-01-01') ~ '2024'
strftime('%F', '2024-02-31') = '2024-03-02'
strftime('%F', '2024-02-31', 'floor') = '2024-02-29'
strftime('%F', '2024-02-31', '+0 days', 'floor') = '2024-03-02'
strftime('%F', '2024-01-31', '+1 month', 'weekday 0', 'floor') = '2024-03-01'
strftime('%F', '2024-01-31', '+0000-01-01', 'floor') = '2024-03-01'
strftime('%F', '2024-01-31', '+1 month', 'floor', 'floor') = '2024-02-27'
strftime('%Y') = @year
strftime(title) = ''
strftime('%Y', links.day, owner.name) = ''
@collection.teams.name ?= title
@collection.teams.name = title
@collection.teams:x.name ?= title && @collection.teams:x.budget ?> 1
@collection.teams:x.name ?= title && @collection.teams:y.budget ?> 1
@collection.people.team.name ?= title
@collection.vaults.label ?= title
@collection.TEAMS.name ?= title
@collection.unknown.name = ''
@collection.teams.unknown = ''
@collection.teams = ''
@collection.things.id ?= parent
@collection.notes.things_via_unknown.id = ''
@request.auth.team.name = team.name
@request.auth.unknown.x = null
@request.auth.team.unknown:lower = null
@request.auth.team:nonsense = null
@request.auth.name.x = null
@request.method = 'get'
@request.method:lower = 'get'
@request.query = ''
@request.unknown = ''
@request.body.a:nonsense = ''
@request.query.a:each = ''
@request.query.a:changed = true
null.x = 1
true:lower = 1
"""
FILTERS = list(dict.fromkeys([*FILTERS, *_ONE_A_LINE.strip().splitlines()]))

SORTS = (
    """
title,@rowid -size,title,@rowid team.name,@rowid -owner.team.name,owner.name,@rowid data.a.b,@rowid
spot.lat,-spot.lon,@rowid tags,@rowid tags:length,@rowid title:lower,-@rowid owner.email,@rowid data,@rowid
tickets_via_thing.code,@rowid safe.label,@rowid hush,@rowid owner.password unknown owner. title:
title:nonsense title:isset,@rowid @request.auth.id @request.auth.name @request.query.a
@request.query.a:isset @request.body.tags:each @request.body.tags:length @request.body.title:changed
@request.unknown @now null true 1 geoDistance(1,2,3,4) @collection.teams:x.name
""".split()
    + ["data." + "a" * 250, "data." + "a" * 251, ",".join(["title"] * 8), ",".join(["title"] * 9)]
)

# What is not saved as a rule, and what is.
RULES = r"""
title
title =
= 1
title 'a'
title = = 1
title == 1
title = 1 &
title = 1 &&
title = 1 and size = 2
()
// x
/ x
(title = 1
title = 1)
title = 'x
title = é
é = 1
title = "a"é
a. = 1
title = 1.
title = -
now() = 1
f(,1) = 1
f(1 2) = 1
f(1
f(=) = 1
f('x) = 1
f(1.) = 1
f(a.) = 1
f(g(h(i(1)))) = 1
f(/) = 1
a.(1) = 1
@ = 1
_ = 1
#a = 1
(title = 1 && )
title && title = 1
title = @request.foo
@collection.x.y = 1
@collection.teams.x = 1
@collection.teams:a = 1
@request.body.x:foo = 1
title:foo = 1
title.x = 1
team.x = 1
foo.bar = 1
teams_via_x.id = 1
things_via_title.id = 1
zzz_via_team.id = 1
people_via_team.id = 1
hush = 1
team.secret = 1
safe.label = 1
geoDistance(1,2,3) = 1
geoDistance('a',2,3,4) = 1
geoDistance(foo,2,3,4) = 1
strftime() = 1
strftime(1) = 1
strftime('a',f(1)) = 1
strftime('a',foo) = 1
strftime('a','b',1) = 1
strftime('a','b','1','2','3','4','5','6','7','8','9') = 1
foo(1) = 1
title = foo
1 = foo(1)
@request.body.title:each = 1
@request.body.unknown:each = 1
@request.query.x:each = 1
@request.auth.things_via_team = 1
@request.auth.x.y = 1
@request.body.title:changed = true
@request.body.unknown:changed = true
title = null.x
title = 1 ||| 2 = 2
title ? 1
title:lower:lower = 1
parent.parent.parent.parent.parent.parent.parent.title = 1
owner.email = 1
""".strip().splitlines()
RULES += [
    " || ".join(["title = 1"] * 200),
    " || ".join(["title = 1"] * 201),
    "title = 'x'".ljust(4000),
    "(a\0)",
]
