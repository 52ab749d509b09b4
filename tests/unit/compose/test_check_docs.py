"""The codes of findings are those of the documentation."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from appos.compose.diagnosis.amounts import CODES

ROOT = Path(__file__).resolve().parents[3]
COMPOSE = ROOT / "appos" / "compose"
FILES = (
    *(COMPOSE / "diagnosis").glob("*.py"),
    *(COMPOSE / f"{name}.py" for name in ("diagnose", "extending", "layers")),
)
KINDS = ("volume", "network", "config", "secret", "model")
FILES_OF = ("config", "secret")


def written_codes() -> set[str]:
    """Return the codes that the source gives findings."""
    codes = {code for file in FILES for code in _codes(ast.parse(file.read_text()))}
    return codes | set(CODES.values()) | {"refused"}


def _codes(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("error", "warning", "info", "Cause"):
            yield from _texts(node.args[0])


def _texts(node: ast.expr) -> Iterator[str]:
    """Tell what a code may be: a text, one of two, or one with the sort of thing in its name."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        end = node.values[-1]
        suffix = str(end.value) if isinstance(end, ast.Constant) else ""
        yield from (f"{kind}{suffix}" for kind in (FILES_OF if suffix == "_file_missing" else KINDS))


def documented_codes() -> set[str]:
    """Return the codes in the tables of the section about `check`."""
    text = (ROOT / "docs" / "compose.md").read_text()
    section = text.partition("## What `check` says\n")[2].partition("\n## ")[0].partition("| file |")[0]
    rows = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return {code for row in rows for code in re.findall(r"`(\w+)`", row)}


def test_every_code_is_documented_and_every_documented_code_is_used() -> None:
    codes = written_codes()
    assert len(codes) > 60
    assert documented_codes() == codes
