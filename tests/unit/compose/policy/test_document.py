"""The policy stands in docs/compose.md as it is in the code."""

from collections.abc import Iterable
from pathlib import Path

from appos.compose.policy.kernel import HARMLESS_CAPABILITIES, HARMLESS_SYSCTLS
from appos.compose.policy.rules import MEANINGS

DOCUMENT = (Path(__file__).parents[4] / "docs/compose.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """Read the rows of the table with a heading."""
    _, _, rest = DOCUMENT.partition(f"| {heading} |")
    rows: list[list[str]] = []
    for line in rest.splitlines()[2:]:
        if not line.startswith("|"):
            return rows
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def named(rows: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [[f"`{name}`", text] for name, text in rows]


def test_every_rule_stands_in_the_table_with_what_it_says() -> None:
    assert table("rule | options | what an app would get: it … | superuser | user") == [
        [f"`{rule}`", meaning.options, meaning.harm, meaning.superuser, meaning.user]
        for rule, meaning in MEANINGS.items()
    ]


def test_what_is_harmless_stands_there_with_its_reason() -> None:
    assert table("capability | why") == named(HARMLESS_CAPABILITIES.items())
    assert table("sysctl | what it sets") == named(HARMLESS_SYSCTLS.items())
