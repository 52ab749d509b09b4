"""Rows, filters and sorts for the comparison of lists with PocketBase."""

import random

from appos.store.macros import MACROS

FIELDS = {"title": "text", "note": "text", "size": "number", "rank": "number", "done": "bool", "day": "text"}
SCHEMA = """
    CREATE TABLE things (
        id TEXT PRIMARY KEY NOT NULL, title TEXT DEFAULT '' NOT NULL, note TEXT DEFAULT '' NOT NULL,
        size NUMERIC DEFAULT 0 NOT NULL, rank NUMERIC DEFAULT 0 NOT NULL, done BOOLEAN DEFAULT FALSE NOT NULL,
        day TEXT DEFAULT '' NOT NULL
    )
"""
OLD, NEW = "1999-12-31 23:59:59.999Z", "2999-01-01 00:00:00.000Z"
ROWS: list[tuple[str, str, float, int, bool, str]] = [
    ("", "", 0, 0, False, ""),
    ("alpha", "", 1, 0, True, OLD),
    ("Alpha", "alpha", -1, 1, False, NEW),
    ("beta", "beta", 2.5, 2, True, OLD),
    ("5", "5", 5, 5, True, "x"),
    ("5.0", "5", 5, -5, False, ""),
    ("1", "true", 1, 1, True, NEW),
    ("true", "null", 0.1, 0, False, OLD),
    ("null", "", 100, 99, True, ""),
    ("a_b", "a%b", 1e15, 3, False, NEW),
    ("a%b", "a_b", -2.5, 3, True, OLD),
    ("a\\b", "\\", 123456.789, 4, False, ""),
    ("it's", 'say "hi"', 7, 7, True, NEW),
    ("ünï", "ÜNÏ", 8, 8, False, OLD),
    ("line\nbreak", "tab\there", 9, 9, True, ""),
    ("100%", "%", 10, 10, False, NEW),
    ("日本語", "日本", 11, 11, True, OLD),
    ("__", "_x", 12, 12, False, ""),
    ("alphabet", "alpha beta", 13, -13, True, NEW),
    ("zeta // z", "(zeta)", 14, 14, False, "2026-02-28 12:00:00.000Z"),
]

OPERATORS = "= != > >= < <= ~ !~".split()
NUMBERS = "5.0 05 -1 -2.5 2.50 .5 +1 1e3 1. 1.0.0 -".split()
PATTERNS = r"""
AL a% %a a_b _ __ ___ a\b a\\b \% \\% \_ \\_ % %% _l% a_b% ü Ü 日 \\ 100\% %\b \b% a%b 100% // )
""".split()
NAMES = """
Title unknown title.x title. title: title:x title::lower title:lower:lower title:lower.x .title :title _ @ #
#title @title @unknown @NOW @now:lower null:lower é collectionId collectionName 'title':lower `title` [title]
a.b.c:lower
""".split()
WRONG_OPERATORS = "== <> => =< !! ! ? ?? ?=? =! & =~ like in is".split()
WRONG_JOINS = "& | &&& ||| &| and OR , ; +".split()

GENERATED = [
    *(f"title {sign} 'alpha'" for operator in OPERATORS for sign in (operator, f"?{operator}")),
    *(f"note {operator} title" for operator in OPERATORS),
    *(f"size {operator} rank" for operator in OPERATORS),
    *(f"title {operator} size" for operator in OPERATORS),
    *(f"'alpha' {operator} title" for operator in OPERATORS),
    *(f"size {operator} 5" for operator in OPERATORS),
    *(f"done {operator} true" for operator in OPERATORS),
    *(f"day {operator} @now" for operator in OPERATORS),
    *(
        f"{field} {sign} {empty}"
        for field in FIELDS
        for sign in ("=", "!=", ">", "~")
        for empty in ("null", "''")
    ),
    *(f"{empty} {operator} note" for operator in ("=", "!=") for empty in ("null", '""')),
    *(f"size = {number}" for number in NUMBERS),
    *(f"{field} ~ '{pattern}'" for field in ("title", "note") for pattern in PATTERNS),
    *(f"{name} = 'alpha'" for name in NAMES),
    *(f"title {sign} 'alpha'" for sign in WRONG_OPERATORS),
    *(f"size = 1 {join} size = 5" for join in WRONG_JOINS),
    *(f"day != '' && day < {macro}" for macro in MACROS),
    "(" * 500 + "size = 1" + ")" * 500,
    "".join(f"(size=1{'&&' if level % 2 else '||'}" for level in range(20)) + "size=1" + ")" * 20,
    " || ".join(["size=1"] * 200),
    " || ".join(["size=1"] * 201),
    "size=1".ljust(3500),
    "size=1".ljust(3501),
    f"title != '{'é' * 1745}'",
    f"title != '{'é' * 1746}'",
]
ONE_A_LINE = r"""
null = ''
null != null
null = 0
null != 1
null = true
null ~ null
null !~ 'x'
title !~ null
size > -.5
size = - 1
size = 1000000000000000
size = 100000000000000000000000000000000000
title = 5
title = '5'
title = 5.0
title = '5.0'
title = true
title = 'true'
title ~ 5
title ~ 5.0
title > 1
size ~ 2.5
size ~ '.'
size = '5'
size = 'x'
size < 'x'
size = true
1 < title
done = 1
done = '1'
done = 'true'
done = TRUE && size > 0
done = False
done > rank
rank = false
'1000000000000000000000' ~ 1000000000000000000000
'0.0000001' ~ 0.0000001
'-0' ~ -0
1 = 1
1 = '1'
'a' = 'A'
'b' > 'a'
'b' > 1
true = 1
true = '1'
true != false
'alpha' ~ 'LPH'
title = 'alpha' || title = 'beta' && size = 99
title = 'zz' && title = 'beta' || size = 1
title = 'beta' && (size = 99 || size = 2.5)
size = 1 || size = 5 && done = true || rank = 3 && done = false
(size = 1 || size = 5) && (done = true || rank = 3) && title != '1'
((size = 1))
(((size = 1)) || size = 5)
(size = 1)(done = true)
size = 1 (done = true)
size = 1 || size = 5 (title = 'beta')
(size = 1)&&size = 1
(size = 1) size = 1
size=1&&done=true||rank=5
size = 1 // one
size = 1 // one || size = 5
title = 'zeta // z'
note = '(zeta)' || note = "(zeta)"
// only a comment
title = 'it\'s'
title = "it's"
note = "say \"hi\""
note = 'say "hi"'
note = 'say \"hi\"'
title = 'a\b'
title = 'a\\b'
note = '\\'
note = '\'
title = 'alpha
title = alpha
title = '日本語' || note ~ '日'
title:lower = 'alpha'
note:lower = title:lower
title:lower ~ 'AL'
size:lower = '5'
done:lower = '1'
note:lower = ''
title:each = 'alpha'
title:each ?= 'alpha'
title = = 'alpha'
title 'alpha'
size = 1 && && size = 5
size = 1 && || size = 5
size = 1 size = 5
()
( )
(size = 1) || ()
(size = 1
size = 1)
((size = 1)
)(
(size = 1 &&)
(&& size = 1)
&& size = 1
size = 1 &&
size = 1 ||
size
size =
= 1
1
'x'
null
size = (
size = )
(title)
size = 1 && (title)
title = 'a' = 'b'
title = 'a' 'b'
size = 1 / 2
/ size = 1
!size = 1
size = 1; DROP TABLE things
size = 1 --
size = 1 /* x */
now() = 1
size = 1 && NOT size = 1
size = 1-0
day >= '2000' && day < '2027'
rank < @year && rank > -1
@year ~ 20
@now ~ 'Z'
title = (size = 5)
title (size = 5)
title = 1 && note (size = 5)
size > -1 && title(size = 5)
title:length = 1
title:isset = 'alpha'
title:changed != 'alpha'
title:size = 1
_ = 1
strftime('%Y', day) = '2026'
strftime('%Y', day) != ''
'1999' ~ strftime('%Y', day)
'1999' ~ strftime('x', day)
strftime('%Y-%m', day, '+1 month') = '2026-03'
strftime('%Y', @now) = @year
geoDistance(size, rank, 0, 0) < 1000
geoDistance(size, 1, 2) < 1000
geoDistance('1', 2, 3, 4) < 1000
unknown(size) = 1
unknown(f(g(1))) = (size = 5)
unknown(f(g(h(1)))) = (size = 5)
"""
WITH_LINES = [
    "// one\nsize = 1",
    "size // a\n = // b\n 1 ///",
    "(size = 1 // one\n)",
    "\t\n size = 1 \n",
    "size = 1\r\n",
    "size = 1\u00a0",
    "   ",
    "title = 'line\nbreak'",
    "title ~ '\n'",
    "note ~ '\t'",
    "title = 'a\0b'",
    "size\0= 5",
    "size = 5\0",
    "size = 5\0 zzz",
    "size = 5 \0\0 zzz",
    "(size = 5\0)",
    "(size = 5 // it's five :)\n)",
    '(size = 5 // "five"\n)',
    "(size = 5 // ) \n",
    "size > " + "9" * 400,
    "".join(f"(size=1{'&&' if level % 2 else '||'}" for level in range(199)) + "size=1" + ")" * 199,
]
HAND_PICKED = [*GENERATED, *ONE_A_LINE.strip().splitlines(), *WITH_LINES]

SORTS = [
    *" |title|-title|+title|done,-size|-done,note,size|@rowid|-@rowid|title:lower|-note:lower".split("|"),
    *"title:each| -title|title ,size|\ttitle|,|title,|title,,size|+ title|- title|--title|+-title".split("|"),
    *"-+title|title asc|title;|Title|unknown|title:x|null|true|@now|1|(title)|'title'|random()".split("|"),
    *"title desc|@request.method".split("|"),
    ",".join(["title"] * 8),
    ",".join(["title"] * 9),
    "-" + "a" * 300,
]

OPERANDS = r"""
title note size rank done day id title:lower note:each null true false @year @todayStart 0 1 5 -1 2.5 5.0 100
'' 'alpha' 'AL' '5' '5.0' 'a%' '_' '__' '\%' 'a\b' "beta" 'it\'s' '日' '1999-12-31' 'true' 'null'
""".split()
STRAY = "()'\"\\&|=!~<>?/ .,:@#-_%5ax\n"


def random_filter(chance: random.Random, depth: int = 0) -> str:
    """Return a well-formed filter, save for a rare unknown field."""
    text = ""
    for number in range(chance.choice((1, 1, 2, 2, 3))):
        text += chance.choice((" && ", " || ", "&&", "||", " && // why\n")) if number else ""
        if depth < 4 and chance.random() < 0.25:
            text += f"({random_filter(chance, depth + 1)})"
        else:
            operator = chance.choice(("", "", "", "?")) + chance.choice(OPERATORS)
            right = "unknown" if chance.random() < 0.02 else chance.choice(OPERANDS)
            text += f"{chance.choice(OPERANDS)} {operator} {right}"
    return text


def mutated(text: str, chance: random.Random) -> str:
    """Return the text with one character put in, taken out or replaced."""
    position = chance.randrange(len(text))
    stray = chance.choice(("", chance.choice(STRAY)))
    return text[:position] + stray + text[position + chance.randrange(2) :]
