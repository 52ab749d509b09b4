"""What holds for every file of the project."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES = 400
FUNCTION_LINES = 50
TABLES = ("tests/conformance/scenarios/", "tests/conformance/rules_world.py")

SHELLS = {"sh", "bash", "/bin/sh", "/bin/bash"}
SHELL_CALLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path)))


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def uses_a_shell(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=function, keywords=keywords):
            shell = any(it.arg == "shell" and not is_constant(it.value, False) for it in keywords)
            return shell or ast.unparse(function) in SHELL_CALLS
        case ast.List(elts=[first, second, *_]) | ast.Tuple(elts=[first, second, *_]):
            return any(is_constant(first, it) for it in SHELLS) and is_constant(second, "-c")
    return False


def is_constant(node: ast.AST, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value == value


def literals(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that a node gives values to, with the values: assignments, defaults and keyword arguments."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((ast.unparse(it), value) for it in targets)
        case ast.AnnAssign(target=target, value=annotated):
            yield ast.unparse(target), annotated
        case ast.keyword(arg=str(name), value=value):
            yield name, value
        case ast.arguments(args=arguments, defaults=defaults, kwonlyargs=named, kw_defaults=named_defaults):
            last = arguments[len(arguments) - len(defaults) :]
            yield from ((it.arg, default) for it, default in zip(last, defaults, strict=True))
            yield from ((it.arg, default) for it, default in zip(named, named_defaults, strict=True))


def holds_a_password(node: ast.AST) -> bool:
    """Whether a secret is given a text. A kind that is named after itself, as PASSWORD_RESET, holds none."""
    return any(
        isinstance(value, ast.Constant)
        and isinstance(value.value, str)
        and bare(value.value.rpartition(".")[2]) not in {"", bare(name)}
        and any(word in name.lower() for word in ("password", "secret"))
        for name, value in literals(node)
    )


def bare(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


def test_no_file_is_over_its_ceiling() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files("appos", "build", "tests")
    }
    assert {path: lines for path, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_over_its_ceiling() -> None:
    # What the conformance suites ask is long tables of calls, under the ceiling of files alone.
    lengths = {
        f"{place(path, node)} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in python_files("appos", "build", "tests")
        if not str(path.relative_to(ROOT)).startswith(TABLES)
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def test_no_program_is_run_by_a_shell() -> None:
    files = [*python_files("appos", "build"), ROOT / "wsgi.py"]
    assert [place(path, node) for path in files for node in nodes(path) if uses_a_shell(node)] == []


def test_no_password_is_written_in_the_source() -> None:
    files = python_files("appos")
    assert [place(path, node) for path in files for node in nodes(path) if holds_a_password(node)] == []


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("subprocess.run(line, shell=True)", id="shell-argument"),
        pytest.param("os.system(line)", id="os-system"),
        pytest.param("run(['sh', '-c', line])", id="sh-c"),
    ],
)
def test_the_check_finds_a_shell(source: str) -> None:
    assert any(uses_a_shell(node) for node in ast.walk(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("PASSWORD = 'letmein'", id="assignment"),
        pytest.param("self.admin_password: str = 'letmein'", id="annotated"),
        pytest.param("def connect(*, password='letmein'): ...", id="default"),
        pytest.param("connect(client_secret='letmein')", id="keyword"),
    ],
)
def test_the_check_finds_a_password(source: str) -> None:
    assert any(holds_a_password(node) for node in ast.walk(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "password: str = ''",
        "PASSWORD_RESET = 'passwordReset'",
        "password = read('PASSWORD')",
        "run(['sh', 'x'], shell=False)",
    ],
)
def test_the_checks_leave_the_rest_alone(source: str) -> None:
    assert not any(holds_a_password(node) or uses_a_shell(node) for node in ast.walk(ast.parse(source)))
