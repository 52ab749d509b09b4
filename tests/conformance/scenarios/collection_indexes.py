"""Indexes of a collection: taken, refused, changed, and unique ones under records."""

from collections.abc import Iterator

from tests.conformance.scenarios.steps import (
    Scenario,
    ask,
    changed,
    create,
    field,
    listed,
    made,
    shown,
    update,
)

AB = (field("a"), field("b", "number"))


def scenarios() -> Iterator[Scenario]:
    """Indexes by their text, and unique values."""
    yield from _texts()
    yield from _changes()
    yield from _unique()


def _index(
    columns: str, name: str = "idx_{c}", kind: str = "INDEX", rest: str = "", table: str = "{c}"
) -> str:
    return f"CREATE {kind} `{name}` ON `{table}` ({columns}){rest}"


def _texts() -> Iterator[Scenario]:
    yield Scenario(
        "indexes that are taken",
        *(
            made(*AB, name=f"{{c}}_{number}", indexes=[text])
            for number, text in enumerate(
                (
                    _index("`a`", "idx_{c}_0", table="{c}_0"),
                    _index("`a`, `b`", "idx_{c}_1", table="{c}_1"),
                    _index("a DESC, b COLLATE NOCASE", "idx_{c}_2", table="{c}_2"),
                    _index("`a`", "idx_{c}_3", "UNIQUE INDEX", " WHERE `a` != ''", table="{c}_3"),
                    _index("lower(a)", "idx_{c}_4", table="{c}_4"),
                    "create index if not exists idx_{c}_5 on {c}_5 (a)",
                    'CREATE INDEX "idx_{c}_6" ON [{c}_6] ("a")',
                    _index("`a`", "idx_{c}_7", table="another_table"),
                    "CREATE INDEX\n  `idx_{c}_8`\n  ON `{c}_8` (\n  `a`,\n  `b`\n)",
                )
            )
        ),
    )
    yield Scenario(
        "indexes that are refused",
        made(*AB),
        *(
            changed({"indexes": [text]}, status=400)
            for text in (
                "",
                " ",
                "nonsense",
                "CREATE INDEX",
                "CREATE INDEX `idx_{c}` ON `{c}`",
                "CREATE INDEX `idx_{c}` ON `{c}` ()",
                "DROP TABLE `{c}`",
                "SELECT 1",
                _index("`unknown`"),
                _index("`a`, `unknown`"),
                _index("`a`", rest=" WHERE unknown = 1"),
                _index("`a`", rest=" WHERE ("),
                _index("`a`", ""),
                _index("nofunction(a)"),
                _index("`a` COLLATE NOTHING"),
            )
        ),
        shown(),
    )
    yield Scenario(
        "an index with more behind it",
        made(*AB),
        changed({"indexes": [_index("`a`", rest="; DROP TABLE `{c}`")]}),
        shown(),
        listed(),
    )
    yield Scenario(
        "indexes of the same name",
        made(*AB, indexes=[_index("`a`")]),
        made(*AB, name="{c}_1", indexes=[_index("`a`", table="{c}_1")], status=400),
        changed({"indexes": [_index("`a`"), _index("`b`")]}, status=400),
        changed({"indexes": [_index("`a`"), _index("`a`")]}, status=400),
        changed({"indexes": [_index("`a`"), _index("`a`", "IDX_{c}")]}, status=400),
        changed({"indexes": [_index("`a`"), _index("`a`", "other_{c}")]}, status=400),
        changed({"indexes": [_index("`a`"), _index("`b`", "other_{c}")]}),
        changed({"indexes": [_index("`a`", "users")]}, status=400),
        changed({"indexes": [_index("`a`", "sqlite_own")]}, status=400),
    )


def _changes() -> Iterator[Scenario]:
    yield Scenario(
        "indexes added, changed and removed",
        made(*AB),
        changed({"indexes": [_index("`a`")]}),
        changed({"indexes": [_index("`b`")]}),
        changed({"indexes": [_index("`b`"), _index("`a`", "two_{c}")]}),
        changed({"indexes": [_index("`unknown`")]}, status=400),
        shown(),
        changed({"indexes": []}),
        changed({"indexes": None}),
        changed({"indexes": "CREATE"}, status=400),
        shown(),
    )
    renamed = [{"id": "{f}", "name": "c", "type": "text"}, {"id": "{g}", "name": "b", "type": "number"}]
    yield Scenario(
        "indexes follow the name of their collection, not of their field",
        made(*AB, indexes=[_index("`a`"), _index("`a`, `b`", "two_{c}", "UNIQUE INDEX", " WHERE `a` > 'x'")]),
        shown(keep={"f": "fields.1.id", "g": "fields.2.id"}),
        changed({"name": "{c}_new"}),
        shown("{c}_new"),
        changed({"fields": renamed}, name="{c}_new", status=400),
        changed({"fields": renamed, "indexes": [_index("`c`")]}, name="{c}_new"),
        shown("{c}_new"),
        changed({"fields": [field("b", "number")]}, name="{c}_new", status=400),
        ask("DELETE", "/api/collections/{c}_new", status=204),
        made(*AB, indexes=[_index("`a`")]),
    )


def _unique() -> Iterator[Scenario]:
    yield Scenario(
        "a unique index over records that are alike",
        made(*AB),
        create({"a": "x", "b": 1}),
        create({"a": "x", "b": 2}),
        changed({"indexes": [_index("`a`", kind="UNIQUE INDEX")]}, status=400),
        changed({"indexes": [_index("`a`, `b`", kind="UNIQUE INDEX")]}),
        changed(
            {"indexes": [_index("`a`, `b`", kind="UNIQUE INDEX"), _index("`a`", "u", "UNIQUE INDEX")]},
            status=400,
        ),
        shown(),
        create({"a": "x", "b": 2}, status=400),
        create({"a": "x", "b": 3}),
    )
    yield Scenario(
        "a unique value is taken once",
        made(*AB, field("c"), indexes=[_index("`a`", kind="UNIQUE INDEX")]),
        create({"a": "x"}, keep={"first": "id"}),
        create({"a": "y"}, keep={"second": "id"}),
        create({"a": "x"}, status=400),
        create({"a": "X"}),
        create({}),
        create({}, status=400),
        create({"a": ""}, status=400),
        update("{second}", {"a": "x"}, status=400),
        update("{second}", {"a": "y"}),
        update("{first}", {"a": "z"}),
        update("{second}", {"a": "x"}),
        listed(sort="@rowid"),
    )
    yield Scenario(
        "unique values of several fields",
        made(
            *AB,
            field("c"),
            field("d"),
            indexes=[
                _index("`a`, `b`", kind="UNIQUE INDEX"),
                _index("`c` COLLATE NOCASE", "c_{c}", "UNIQUE INDEX", " WHERE `c` != ''"),
                _index("lower(`d`)", "d_{c}", "UNIQUE INDEX", " WHERE d != ''"),
            ],
        ),
        create({"a": "x", "b": 1, "c": "one"}),
        create({"a": "x", "b": 1, "c": "two"}, status=400),
        create({"a": "x", "b": 2, "c": "ONE"}, status=400),
        create({"a": "x", "b": 1, "c": "one"}, status=400),
        create({"a": "x", "b": 3, "d": "D"}),
        create({"a": "x", "b": 4, "d": "d"}, status=400),
        create({"a": "x", "b": 5}),
        create({"a": "x", "b": "5"}, status=400),
    )
    yield Scenario(
        "a unique relation and a unique file",
        made(field("n"), name="{c}_target"),
        made(
            field("one", "relation", collectionId="{c_targetId}"),
            field("many", "relation", collectionId="{c_targetId}", maxSelect=2),
            indexes=[
                _index("`one`", kind="UNIQUE INDEX", rest=" WHERE one != ''"),
                _index("`many`", "m_{c}", "UNIQUE INDEX", " WHERE many != '[]'"),
            ],
        ),
        create({"n": "a"}, into="{c}_target", keep={"t": "id"}),
        create({"one": "{t}"}),
        create({"one": "{t}"}, status=400),
        create({"many": ["{t}"]}),
        create({"many": ["{t}", "{t}"]}, status=400),
        create({}),
        create({}),
    )
