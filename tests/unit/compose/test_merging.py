"""One file laid over another, and services that extend others."""

from pathlib import Path

from appos.compose.diagnose import analyse
from appos.compose.models import ProjectFiles
from tests.unit.compose.checking import WEB, check, codes, project


def line(files: ProjectFiles, path: str) -> tuple[str, int] | None:
    place = analyse(files).sources.place(path)
    return (place.file, place.line) if place else None


def test_the_last_file_that_says_something_counts(tmp_path: Path) -> None:
    files = project(tmp_path, WEB + "    tty: true\n", "services:\n  web:\n    image: httpd\n")
    assert line(files, "services.web.image") == ("1.yaml", 3)
    assert line(files, "services.web.tty") == ("0.yaml", 4)


def test_lists_are_put_together_and_mounts_at_one_path_replace_each_other(tmp_path: Path) -> None:
    one = WEB + "    volumes: [./a:/a, ./b:/b]\n    ports: [8000-8001:80-81]\n"
    other = "services:\n  web:\n    volumes:\n      - ./c:/a\n    ports:\n      - 90:90\n"
    files = project(tmp_path, one, other)
    assert line(files, "services.web.volumes[0]") == ("1.yaml", 4)
    assert line(files, "services.web.volumes[1]") == ("0.yaml", 4)
    assert line(files, "services.web.ports[1]") == ("0.yaml", 5)
    assert line(files, "services.web.ports[2]") == ("1.yaml", 6)


def test_lists_and_mappings_of_variables_are_one(tmp_path: Path) -> None:
    one = WEB + "    environment:\n      - A=1\n      - B=1\n"
    files = project(tmp_path, one, "services:\n  web:\n    environment:\n      A: 2\n")
    assert line(files, "services.web.environment.A") == ("1.yaml", 4)
    assert line(files, "services.web.environment.B") == ("0.yaml", 6)


def test_tags_replace_and_take_away(tmp_path: Path) -> None:
    one = WEB + "    volumes: [none:/a]\n    networks: [none]\n    ports: [x]\n"
    other = "services:\n  web:\n    volumes: !override []\n    networks: !reset []\n    ports: !reset\n"
    assert codes(project(tmp_path, one, other), "x") == [("error", "refused", "", None)]


def test_values_of_different_forms_cannot_be_merged(tmp_path: Path) -> None:
    files = project(tmp_path, WEB + "    ports: [80]\n", "services:\n  web:\n    ports: {a: b}\n")
    assert codes(files, "cannot override services.web.ports") == [
        ("error", "cannot_override", "services.web.ports", 3)
    ]


def test_a_service_extends_one_of_another_file(tmp_path: Path) -> None:
    text = "services:\n  web:\n    extends: {file: base.yaml, service: base}\n    tty: true\n"
    base = "services:\n  base:\n    image: nginx\n    env_file: none.env\n"
    files = project(tmp_path, text, base__yaml=base)
    assert line(files, "services.web.image") == ("base.yaml", 3)
    assert codes(files, "env file none.env not found") == [
        ("error", "env_file_missing", "services.web.env_file", 4)
    ]


def test_services_that_extend_each_other_are_told(tmp_path: Path) -> None:
    text = "services:\n  a:\n    extends: b\n  b:\n    extends: a\n"
    found = codes(project(tmp_path, text), "Circular reference:\n  a")
    assert ("error", "extends_cycle") in {each[:2] for each in found}
    assert "refused" not in {each[1] for each in found}


def test_files_that_include_each_other_are_told(tmp_path: Path) -> None:
    files = project(tmp_path, "include: [b.yaml]\n" + WEB, b__yaml="include: [0.yaml]\n")
    found = check(files, "include cycle detected:\n0.yaml").findings
    assert [(each.code, each.file, each.line) for each in found] == [("include_cycle", "b.yaml", 1)]


def test_an_included_file_has_its_own_directory_and_variables(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / ".env").write_text("INNER=1\n")
    (tmp_path / "in" / "x.env").write_text("A=1\n")
    inner = "services:\n  db:\n    image: postgres\n    hostname: $INNER\n    env_file: x.env\n"
    (tmp_path / "in" / "db.yaml").write_text(inner)
    files = project(tmp_path, "include:\n  - in/db.yaml\n" + WEB)
    assert codes(files) == []
    assert line(files, "services.db.environment.A") == ("in/x.env", 1)
    assert line(files, "services.db.hostname") == ("in/db.yaml", 4)


def test_what_is_fetched_from_elsewhere_is_left_to_compose(tmp_path: Path) -> None:
    files = project(tmp_path, "include: ['https://example.com/a.git']\n" + WEB + "    depends_on: [db]\n")
    assert codes(files, "x") == [("error", "refused", "", None)]


def test_the_form_of_every_file_counts_whatever_is_laid_over_it(tmp_path: Path) -> None:
    files = project(tmp_path, WEB + "    ports: 80\n", "services:\n  web:\n    ports: !override [80]\n")
    said = f"validating {tmp_path}/0.yaml: services.web.ports must be a array"
    found = check(files, said).findings
    assert [(each.code, each.file, each.line) for each in found] == [("wrong_type", "0.yaml", 4)]


def test_an_included_file_has_no_keys_that_compose_does_not_know(tmp_path: Path) -> None:
    files = project(tmp_path, "include: [b.yaml]\n" + WEB, b__yaml="servics:\n  db:\n    image: postgres\n")
    said = f"validating {tmp_path}/b.yaml:  additional properties 'servics' not allowed"
    found = check(files, said).findings
    assert [(each.code, each.path, each.file, each.line) for each in found] == [
        ("key_unknown", "servics", "b.yaml", 1)
    ]


def test_a_problem_of_a_service_that_is_extended_is_told_once(tmp_path: Path) -> None:
    text = "services:\n  web:\n    extends: {file: base.yaml, service: base}\n"
    files = project(tmp_path, text, base__yaml="services:\n  base:\n    image: nginx\n    cpus: two\n")
    said = "error while interpolating services.base.cpus: failed to cast to expected type: strconv"
    found = check(files, said).findings
    assert [(each.code, each.file, each.line) for each in found] == [("number_invalid", "base.yaml", 4)]
