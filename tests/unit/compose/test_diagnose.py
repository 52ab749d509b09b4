"""The verdict, and what is said where Compose and AppOS see the same or another problem."""

from pathlib import Path

import msgspec
import pytest

from appos.compose.diagnose import analyse
from appos.compose.models import ProjectFiles, Severity
from appos.compose.reading import LIMIT_BYTES
from tests.unit.compose.checking import WEB, Said, check, codes, project

UNDEFINED = WEB + "    volumes: [data:/data]\n"


def test_a_project_that_compose_accepts_is_valid_whatever_appos_thinks(tmp_path: Path) -> None:
    result = check(project(tmp_path, UNDEFINED))
    assert (result.valid, result.findings, result.said) == (True, (), "")


def test_a_problem_that_both_see_is_told_once(tmp_path: Path) -> None:
    said = 'service "web" refers to undefined volume data: invalid compose project'
    files = project(tmp_path, UNDEFINED)
    assert codes(files, said) == [("error", "volume_undefined", "services.web.volumes[0]", 4)]
    assert check(files, said).said == said


def test_a_problem_that_only_compose_sees_is_told_in_its_words_at_its_place(tmp_path: Path) -> None:
    files = project(tmp_path, WEB + "    hostname: web\n")
    result = check(files, f"validating {files.files[0]}: services.web.hostname must be prettier")
    (finding,) = result.findings
    assert not result.valid
    assert (finding.severity, finding.code, finding.path) == ("error", "refused", "services.web.hostname")
    assert (finding.file, finding.line) == ("0.yaml", 4)
    assert "services.web.hostname must be prettier" in finding.message
    assert str(tmp_path) not in finding.message


def test_words_that_name_nothing_are_told_all_the_same(tmp_path: Path) -> None:
    assert codes(project(tmp_path, WEB), "the moon is full") == [("error", "refused", "", None)]


def test_another_problem_is_told_beside_those_that_appos_sees(tmp_path: Path) -> None:
    said = 'service "web" refers to undefined network back: invalid compose project'
    assert [code for _, code, _, _ in codes(project(tmp_path, UNDEFINED), said)] == [
        "refused",
        "volume_undefined",
    ]


def test_all_problems_are_told_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = 'version: "3"\n' + WEB + "    ports: [x]\n    prots: []\n    restart: sometimes\n"
    found = codes(project(tmp_path, text), "invalid containerPort: x")
    assert [(severity, code, line) for severity, code, _, line in found] == [
        ("warning", "version_obsolete", 1),
        ("error", "port_invalid", 5),
        ("error", "key_unknown", 6),
        ("warning", "restart_unknown", 7),
    ]


@pytest.mark.parametrize(
    ("text", "code", "path"),
    [
        ('version: "3"\n' + WEB, "version_obsolete", "version"),
        ("name: My Shop\n" + WEB, "project_name_changed", "name"),
        ("volumes:\n  data:\n", "services_missing", ""),
        ("services: {}\n", "services_missing", "services"),
        (WEB + "    restart: none\n", "restart_unknown", "services.web.restart"),
        (WEB + "    hostname: $NAME\n", "variable_unset", "services.web.hostname"),
        (WEB + '    volumes: ["v:/x"]\n', "volume_drive_letter", "services.web.volumes[0]"),
        (WEB + '    volumes: ["./a:b"]\n', "volume_target_relative", "services.web.volumes[0]"),
        (WEB + '    volumes: ["./a:/b:rwz"]\n', "volume_option_unknown", "services.web.volumes[0]"),
        (WEB + "    ports: [80:80, 80:81]\n", "host_port_repeated", "services.web.ports[1]"),
        (
            WEB + "    ports: [{target: 80, protocol: http}]\n",
            "port_protocol_unknown",
            "services.web.ports[0].protocol",
        ),
        (
            WEB + "    ports: [{target: 80, published: x}]\n",
            "port_invalid",
            "services.web.ports[0].published",
        ),
        (WEB + "    build: ./none\n", "build_context_missing", "services.web.build"),
        (WEB + "    build: {context: .}\n", "dockerfile_missing", "services.web.build.context"),
        (WEB + "secrets:\n  a:\n    file: ./none\n", "secret_file_missing", "secrets.a.file"),
        (WEB + "configs:\n  a:\n    file: ./none\n", "config_file_missing", "configs.a.file"),
    ],
)
def test_what_compose_accepts_is_a_warning(text: str, code: str, path: str, tmp_path: Path) -> None:
    found = codes(project(tmp_path, text))
    assert [(each[0], each[1], each[2]) for each in found] == [("warning", code, path)]


def test_an_old_word_for_true_is_worth_knowing(tmp_path: Path) -> None:
    assert codes(project(tmp_path, WEB + "    tty: yes\n")) == [
        ("info", "boolean_old", "services.web.tty", 4)
    ]


def test_services_that_a_profile_leaves_out_are_not_looked_into(tmp_path: Path) -> None:
    text = (
        WEB + "  b:\n    profiles: [extra]\n    volumes: [none:/x]\n    ports: [80:80]\n    env_file: none\n"
    )
    files = project(tmp_path, text.replace("image: nginx\n", "image: nginx\n    ports: [80:80]\n"))
    said = "something else"
    assert [code for _, code, _, _ in codes(files, said)] == ["refused"]
    chosen = msgspec.structs.replace(files, profiles=("extra",))
    assert {code for _, code, _, _ in codes(chosen, said)} == {
        *("refused", "image_missing", "volume_undefined", "host_port_repeated", "env_file_missing"),
    }


def test_variables_come_from_the_env_file_beside_the_project_and_from_outside(tmp_path: Path) -> None:
    text = WEB + "    hostname: $FROM_FILE$FROM_OUTSIDE$FROM_NOWHERE\n"
    files = project(tmp_path, text, **{"__env": "FROM_FILE=1\n"})
    files = msgspec.structs.replace(files, variables={"FROM_OUTSIDE": "1"})
    assert [each.message for each in check(files).findings] == [
        "The variable `FROM_NOWHERE` is not set, so that nothing stands in its place."
    ]


def test_env_files_that_are_named_take_the_place_of_the_one_beside(tmp_path: Path) -> None:
    files = project(tmp_path, WEB + "    hostname: $A$B\n", __env="A=1\n", other="B=1\n")
    files = msgspec.structs.replace(files, env_files=(tmp_path / "other", tmp_path / "none"))
    assert [(code, line) for _, code, _, line in codes(files, "x")] == [
        ("env_file_missing", None),
        ("refused", None),
        ("variable_unset", 4),
    ]


def test_the_files_are_found_as_compose_finds_them(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "compose.yml").write_text(WEB)
    (tmp_path / "compose.override.yaml").write_text("services:\n  web:\n    restart: none\n")
    (finding,) = check(ProjectFiles(directory=tmp_path / "inner")).findings
    assert finding.code == "restart_unknown"
    assert finding.file == str(tmp_path / "compose.override.yaml")


def test_a_name_that_no_project_can_have_is_told(tmp_path: Path) -> None:
    files = msgspec.structs.replace(project(tmp_path, WEB), name="My Shop")
    assert codes(files, "invalid project name") == [("error", "project_name_invalid", "", None)]


def test_a_file_that_is_not_read_by_appos_is_judged_by_compose(tmp_path: Path) -> None:
    files = project(tmp_path, WEB + "#" * LIMIT_BYTES)
    assert codes(files) == [("info", "not_analysed", "", None)]
    deep = project(tmp_path, WEB + "x-a: " + "[" * 250 + "]" * 250 + "\n")
    assert codes(deep) == [("info", "not_analysed", "", 4)]


def test_aliases_that_multiply_are_not_given_to_compose(tmp_path: Path) -> None:
    lines = ["x-a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"x-a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    analysis = analyse(project(tmp_path, "\n".join(lines) + "\n" + WEB))
    check = analysis.unasked()
    assert check is not None
    assert [(each.code, each.line, check.valid) for each in check.findings] == [
        ("aliases_multiply", 1, False)
    ]
    assert analyse(project(tmp_path, "\n".join(lines[:3]) + "\n" + WEB)).unasked() is None


def test_a_long_file_without_aliases_is_given_to_compose(tmp_path: Path) -> None:
    long = f"x-many: [{', '.join(['1'] * 70_000)}]\n"
    assert analyse(project(tmp_path, long + WEB)).unasked() is None


def test_names_that_an_unread_file_may_define_are_not_called_undefined(tmp_path: Path) -> None:
    files = project(tmp_path, "include: [none.yaml]\n" + UNDEFINED)
    said = f"open {tmp_path}/none.yaml: no such file or directory"
    assert [code for _, code, _, _ in codes(files, said)] == ["file_missing"]


SECRET = "Zx9Canary4711"  # noqa: S105


@pytest.mark.parametrize(
    ("text", "env", "said"),
    [
        (
            WEB + f"    environment:\n      - P={SECRET}${{-}}\n",
            "",
            f"invalid interpolation format:\n{SECRET}${{-}}",
        ),
        (WEB + f"    environment:\n      P: a: {SECRET}\n", "", "yaml: line 5"),
        (WEB + f"    environment:\n      P: [{SECRET}]\n", "", f"services.web.environment.P: {SECRET}"),
        (WEB + '    ports: ["$P:80"]\n', f"P={SECRET}\n", f"invalid hostPort: {SECRET}"),
        (WEB, f"P='{SECRET}\n", f"failed to read .env: unterminated quoted value '{SECRET}"),
        (WEB + "    env_file: x.env\n", "", f"failed to read x.env: unterminated quoted value '{SECRET}"),
    ],
)
def test_no_value_of_a_variable_is_told(text: str, env: str, said: str, tmp_path: Path) -> None:
    files = project(tmp_path, text, __env=env, x__env=f"B='{SECRET}\n")
    result = check(files, said)
    told = repr([*result.findings, result.said, analyse(files)])
    assert "error" in told
    assert SECRET not in told


def test_errors_are_kept_apart_from_the_rest(tmp_path: Path) -> None:
    found = analyse(project(tmp_path, UNDEFINED)).findings(Said("x"))
    assert {each.severity for each in found.findings} == {Severity.ERROR}


def test_what_names_a_device_is_not_given_to_compose(tmp_path: Path) -> None:
    check = analyse(project(tmp_path, "services: {web: {image: x, env_file: /dev/zero}}\n")).unasked()

    assert check is not None
    assert not check.valid
    assert "file_endless" in [finding.code for finding in check.findings]
    assert analyse(project(tmp_path, "services: {web: {image: x, env_file: /dev/null}}\n")).unasked() is None
