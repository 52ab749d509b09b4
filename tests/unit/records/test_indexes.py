"""The texts of CREATE INDEX: taken apart and put together anew."""

import pytest

from appos.records.indexes import Index, IndexColumn, parse_index, unique_index


def column(name: str, collate: str = "", sort: str = "") -> IndexColumn:
    return IndexColumn(name=name, collate=collate, sort=sort)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "CREATE INDEX a ON t (b)", Index(name="a", table="t", columns=(column("b"),)), id="least"
        ),
        pytest.param(
            "create  unique\n index if not exists `s`.`a` on [t] ( \"b\" collate nocase desc, 'c' ASC )",
            Index(
                name="a",
                schema="s",
                table="t",
                columns=(column("b", "nocase", "DESC"), column("c", sort="ASC")),
                is_unique=True,
                is_optional=True,
            ),
            id="everything",
        ),
        pytest.param(
            "create index a on t (lower(b), c || ', ' || d, (e)) where f != '' ",
            Index(
                name="a",
                table="t",
                columns=(column("lower(b)"), column("c || ', ' || d"), column("(e)")),
                where="f != ''",
            ),
            id="expressions",
        ),
        pytest.param(
            "-- x\nCREATE INDEX a ON t (\n  `b` COLLATE NOCASE DESC,\n  `c`\n)",
            Index(name="a", table="t", columns=(column("b", "NOCASE", "DESC"), column("c"))),
            id="lines",
        ),
        pytest.param(
            "create index a.b.c on t (d,, ,e)",
            Index(name="a", table="t", columns=(column("d"), column("e"))),
            id="empty-parts",
        ),
    ],
)
def test_an_index_is_taken_apart(text: str, expected: Index) -> None:
    assert parse_index(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "create index a on t",
        "create index on t (b)",
        "create index `a on t (b)",
        "create index a on t (b, (c)",
        "create index a on t (`b)",
        "create index a on t ()",
        "create index a on t (``)",
        "drop index a",
        "create index `a b` on t (c)",
    ],
)
def test_what_is_no_index_is_invalid(text: str) -> None:
    assert not parse_index(text).is_valid


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        pytest.param("create index a on t (b)", "CREATE INDEX `a` ON `t` (`b`)", id="least"),
        pytest.param(
            "create unique index if not exists s.a on t (b collate nocase desc, length(c)) where d",
            "CREATE UNIQUE INDEX IF NOT EXISTS `s`.`a` ON `t` (\n"
            "  `b` COLLATE nocase DESC,\n  length(c)\n) WHERE d",
            id="everything",
        ),
        pytest.param(
            "create index a on t (b);drop table t", "CREATE INDEX `a` ON `t` (`b`)", id="what-follows-is-gone"
        ),
    ],
)
def test_an_index_is_put_together(text: str, sql: str) -> None:
    index = parse_index(text)

    assert index.sql == sql
    assert parse_index(index.sql) == index


def test_an_index_gets_another_name_and_table() -> None:
    index = parse_index("create index a on t (b)")

    assert index.renamed(table="other").sql == "CREATE INDEX `a` ON `other` (`b`)"
    assert index.renamed(name="other").sql == "CREATE INDEX `other` ON `t` (`b`)"


def test_the_index_that_makes_a_field_unique_is_found() -> None:
    texts = [
        "create index a on t (email)",
        "create unique index b on t (email, name)",
        "nothing",
        "create unique index c on t (EMAIL collate nocase) where email != ''",
        "create unique index d on t (email)",
    ]
    found = unique_index(texts, "email")

    assert found is not None
    assert found.name == "c"
    assert unique_index(texts, "name") is None
