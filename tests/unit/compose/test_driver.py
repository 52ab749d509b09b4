"""What is asked of Docker Compose without an engine: the real one answers."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from appos.compose import driver
from appos.compose.binary import BESIDE, VERSION
from appos.compose.driver import Answer, Compose
from appos.compose.invocation import Rewritten, UpOptions, environment, global_arguments
from appos.compose.model import model_of
from appos.compose.models import ProjectFiles
from appos.compose.process import Cancel
from appos.compose.runs import Login, Run
from appos.errors import ConflictError, EngineError, EngineUnavailableError

CANARY = "canary-7f3a91"
NOWHERE = "unix:///nowhere/docker.sock"


@pytest.fixture
def compose(tmp_path: Path) -> Compose:
    """A Compose without an engine."""
    return Compose(BESIDE, docker_host=NOWHERE, home=tmp_path / "home")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., ProjectFiles]:
    """Writes a project."""
    directory = tmp_path / "shop"
    directory.mkdir()

    def written(text: str, **settings: object) -> ProjectFiles:
        file = directory / "compose.yaml"
        file.write_text(text, encoding="utf-8")
        return ProjectFiles(directory=directory, files=(file,), **settings)  # type: ignore[arg-type]

    return written


Write = Callable[..., ProjectFiles]


def environment_of(answer: Answer, service: str = "web") -> dict[str, str | None]:
    """The environment of a service in a model."""
    assert answer.model is not None, answer.refusal
    return answer.model.project.services[service].environment or {}


def test_it_tells_its_version(compose: Compose) -> None:
    assert compose.version() == VERSION


def test_a_project_is_normalised(compose: Compose, write: Write) -> None:
    answer = compose.config(write("services: {web: {image: 'nginx:1', ports: ['8080:80']}}", name="shop"))

    assert answer.refusal == ""
    assert answer.model is not None
    assert answer.model.project.name == "shop"
    assert answer.model.project.services["web"].ports[0].published == "8080"  # type: ignore[index]


def test_a_refusal_is_an_answer_in_the_words_of_compose(compose: Compose, write: Write) -> None:
    answer = compose.config(write("services: {web: {image: nginx, foo: 1}}"))

    assert answer.model is None
    assert "services.web additional properties 'foo' not allowed" in answer.refusal
    assert "level=" not in answer.refusal


def test_a_compose_without_json_is_understood_as_well(write: Write, tmp_path: Path) -> None:
    compose = Compose(BESIDE, docker_host=NOWHERE, home=tmp_path / "home", progress="plain")
    text = "services: {web: {image: '${NAME}x', foo: 1}}"

    refused = compose.config(write(text))
    answer = compose.config(write(text.replace(", foo: 1", "")))

    assert refused.refusal.endswith("services.web additional properties 'foo' not allowed")
    assert "NAME" not in refused.refusal
    assert answer.model is not None
    assert answer.warnings == ('The "NAME" variable is not set. Defaulting to a blank string.',)


def test_warnings_are_told_once(compose: Compose, write: Write) -> None:
    answer = compose.config(write("services: {web: {image: '${NAME}x', command: '${NAME}'}}"))

    assert answer.warnings == ('The "NAME" variable is not set. Defaulting to a blank string.',)


def test_variables_are_interpolated_and_env_files_read(
    compose: Compose, write: Write, tmp_path: Path
) -> None:
    text = "services: {web: {image: x, environment: {A: '${A}', B: '${B}', C: '${C:-none}'}}}"
    files = write(text, variables={"A": "from variables"})
    (files.directory / ".env").write_text("A=from-env\nB=from-env\n", encoding="utf-8")

    assert environment_of(compose.config(files)) == {"A": "from variables", "B": "from-env", "C": "none"}

    (tmp_path / "other.env").write_text("C=other\n", encoding="utf-8")
    other = write(text, env_files=(tmp_path / "other.env",))
    assert environment_of(compose.config(other)) == {"A": "", "B": "", "C": "other"}


def test_nothing_of_our_own_environment_is_handed_on(
    compose: Compose, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERUSER_PASSWORD", CANARY)
    answer = compose.config(write("services: {web: {image: x, environment: {A: '${SUPERUSER_PASSWORD}'}}}"))

    assert environment_of(answer) == {"A": ""}


@pytest.mark.parametrize("name", ["DOCKER_HOST", "DOCKER_CONFIG", "PATH", "COMPOSE_EXPERIMENTAL_GIT_REMOTE"])
def test_a_project_cannot_change_what_compose_is_told(name: str, tmp_path: Path) -> None:
    files = ProjectFiles(directory=tmp_path, variables={name: "changed", "HOME": "/home/ada"})
    made = environment(files, home=tmp_path, docker_host=NOWHERE, run=Run(tmp_path / "run"))

    assert made[name] != "changed"
    assert made["HOME"] == "/home/ada"


@pytest.mark.parametrize("where", ["variables", ".env"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("include: ['https://git.example.com/a.git']", "git remote resource is disabled"),
        ("include: ['oci://registry.example.com/a:1']", "OCI remote resource is disabled"),
        (
            "services: {a: {extends: {file: 'https://git.example.com/a.git', service: b}}}",
            "git remote resource is disabled",
        ),
    ],
)
def test_remote_parts_are_refused(compose: Compose, write: Write, text: str, words: str, where: str) -> None:
    names = ("COMPOSE_EXPERIMENTAL_GIT_REMOTE", "COMPOSE_EXPERIMENTAL_OCI_REMOTE")
    files = write(text, variables=dict.fromkeys(names, "true") if where == "variables" else {})
    if where == ".env":
        (files.directory / ".env").write_text("".join(f"{name}=true\n" for name in names), encoding="utf-8")

    assert words in compose.config(files).refusal


def test_a_remote_file_is_refused(compose: Compose, tmp_path: Path) -> None:
    # The driver takes paths; this is how one would have to be smuggled in.
    files = ProjectFiles(directory=tmp_path, files=(Path("oci://registry.example.com/a"),))

    assert compose.config(files).model is None


def test_profiles_are_chosen(compose: Compose, write: Write) -> None:
    text = "services: {web: {image: x}, more: {image: x, profiles: [m]}, debug: {image: x, profiles: [d]}}"

    assert set(compose.hashes(write(text))) == {"web"}
    assert set(compose.hashes(write(text, profiles=("d",)))) == {"web", "debug"}
    answer = compose.config(write(text), profiles_all=True)
    assert answer.model is not None
    assert set(answer.model.project.services) == {"web", "debug", "more"}


@pytest.mark.parametrize(
    "value", ["a$$b", "$${x}", "100%", "it''s", "two\\nlines", '"quoted"', "grüße", "$$$$", "#no comment"]
)
def test_a_model_means_what_its_files_mean(
    compose: Compose, write: Write, tmp_path: Path, value: str
) -> None:
    files = write(
        f"""
services:
  web:
    image: nginx
    command: ['echo', '{value}', '$$HOME ${{WORD}}']
    environment: {{A: '{value}', B: '${{WORD}}'}}
    env_file: [web.env]
    labels: {{l: '{value}'}}
    healthcheck: {{test: 'echo $$A'}}
    volumes: ['./data:/data', 'vol:/vol']
configs: {{c: {{content: '{value}'}}}}
volumes: {{vol: }}
""",
        name="shop",
    )
    (files.directory / ".env").write_text("WORD='p$q{w}'\n", encoding="utf-8")
    (files.directory / "web.env").write_text("RAW='x$y'\nSHELL=${WORD}\n", encoding="utf-8")
    answer = compose.config(files)
    assert answer.model is not None, answer.refusal
    model = tmp_path / "elsewhere" / "model.json"
    model.parent.mkdir()
    model.write_text(json.dumps(answer.model.raw), encoding="utf-8")
    again = ProjectFiles(directory=files.directory, files=(model,), name="shop")

    assert compose.hashes(again) == compose.hashes(files)
    assert compose.hashes(files, answer.model.raw) == compose.hashes(files)


SSH = """
services:
  web:
    build: {context: ., ssh: ['key=/keys/a: b', 'default']}
    environment: {A: '${WORD}', B: '1_000', C: '0o7', D: 'yes', E: '2020-01-31', F: '~'}
    cpus: 0.5
    healthcheck: {test: 'true', interval: 90s}
x-made: 2020-01-31
"""


def test_what_compose_cannot_print_as_json_is_read_all_the_same(compose: Compose, write: Write) -> None:
    files = write(SSH, name="shop", variables={"WORD": "a\nb $$c"})

    answer = compose.config(files)

    assert answer.refusal == ""
    assert answer.model is not None
    web = answer.model.project.services["web"]
    assert web.build is not None
    assert sorted(web.build.ssh) == ["default", "key=/keys/a: b"]
    assert environment_of(answer) == {
        **{"A": "a\nb $$$$c", "B": "1_000", "C": "0o7", "D": "yes", "E": "2020-01-31", "F": "~"},
    }
    assert compose.hashes(files, answer.model.raw) == compose.hashes(files)


def test_a_file_without_an_end_takes_no_memory_of_the_host(
    compose: Compose, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "MOST_BYTES", 256 << 20)

    answer = compose.config(write("services: {web: {image: x, label_file: /dev/zero}}"))

    assert answer.refusal.startswith("fatal error: ")
    assert "goroutine" not in answer.refusal


def test_a_directory_that_is_not_there_is_composes_to_judge(compose: Compose, write: Write) -> None:
    files = write("services: {web: {image: x}}", name="shop")

    answer = compose.config(msgspec.structs.replace(files, directory=Path("/nowhere")))

    assert answer.model is not None, answer.refusal


def test_a_line_without_an_end_is_told_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "LONGEST_LOG_LINE", 100_000)
    endless = tmp_path / "compose"
    endless.write_text("#!/bin/sh\necho first\nhead -c 1000000 /dev/zero\n")
    endless.chmod(0o755)

    lines = list(
        Compose(endless, docker_host=NOWHERE, home=tmp_path / "home").logs(
            ProjectFiles(directory=tmp_path, name="shop")
        )
    )

    assert lines[0] == b"first"
    assert sum(map(len, lines[1:])) == 1_000_000
    assert max(map(len, lines)) < 300_000


def test_it_is_the_same_model_as_in_json(compose: Compose, write: Write) -> None:
    in_yaml = compose.config(write(SSH)).model
    in_json = compose.config(write(SSH.replace("'key=/keys/a: b', ", ""))).model

    assert in_yaml is not None
    assert in_json is not None
    for model in (in_yaml, in_json):
        model.raw["services"]["web"]["build"]["ssh"] = []
    assert model_of(in_yaml.raw).project == model_of(in_json.raw).project


def test_what_compose_cannot_print_at_all_is_accepted_and_not_read(compose: Compose, write: Write) -> None:
    answer = compose.config(write(SSH, variables={"WORD": "\n  first\nsecond"}))

    assert (answer.model, answer.refusal, answer.warnings) == (None, "", ())
    with pytest.raises(EngineError, match="accepts these files, but cannot print") as caught:
        answer.meant()
    assert caught.value.code == "compose_failed"


def test_files_that_have_changed_since_are_not_deployed(compose: Compose, write: Write) -> None:
    expected = compose.hashes(write("services: {web: {image: x, command: a}}"))
    files = write("services: {web: {image: x, command: b}}")

    with pytest.raises(ConflictError) as caught:
        compose.up(files, UpOptions(expected=expected))

    assert caught.value.code == "files_changed"


def test_an_engine_that_does_not_answer_is_told(compose: Compose, write: Write) -> None:
    files = write("services: {web: {image: x}}", name="shop")

    for call in (
        lambda: compose.up(files),
        lambda: compose.down(files),
        lambda: compose.ps(files),
        lambda: list(compose.logs(files)),
    ):
        with pytest.raises(EngineUnavailableError) as caught:
            call()
        assert caught.value.code == "engine_unavailable"


def test_files_that_compose_refuses_fail_with_its_words(compose: Compose, write: Write) -> None:
    with pytest.raises(EngineError, match="additional properties 'foo' not allowed") as caught:
        compose.up(write("services: {web: {image: nginx, foo: 1}}"))

    assert caught.value.code == "compose_failed"


@pytest.mark.parametrize("where", ["variables", ".env", "env-file"])
def test_no_value_is_in_an_error(compose: Compose, write: Write, tmp_path: Path, where: str) -> None:
    text = "services: {web: {image: x, ports: ['${PORT}:80']}}"
    line = f"PORT={CANARY}\n"
    if where == "variables":
        files = write(text, variables={"PORT": CANARY})
    elif where == ".env":
        files = write(text)
        (files.directory / ".env").write_text(line, encoding="utf-8")
    else:
        (tmp_path / "my.env").write_text(line, encoding="utf-8")
        files = write(text, env_files=(tmp_path / "my.env",))

    refusal = compose.config(files).refusal
    with pytest.raises(EngineError) as caught:
        compose.up(files)

    assert "***" in refusal
    assert CANARY not in refusal + caught.value.message + repr(files)


def test_a_cancel_before_it_begins_is_heeded(compose: Compose, write: Write) -> None:
    cancel = Cancel()
    cancel.set()

    with pytest.raises(EngineError) as caught:
        compose.config(write("services: {web: {image: x}}"), cancel=cancel)

    assert caught.value.code == "compose_cancelled"


def test_nothing_is_left_in_its_home(compose: Compose, write: Write) -> None:
    compose.config(write("services: {web: {image: x}}"))
    compose.config(write("services: 5"))

    assert [path for path in compose.home.rglob("*") if path.name != "runs"] == []


def test_arguments_hold_no_value() -> None:
    files = ProjectFiles(
        directory=Path("/srv/shop"),
        files=(Path("/srv/shop/a.yaml"), Path("/srv/shop/b.yaml")),
        name="shop",
        env_files=(Path("/srv/shop/x.env"),),
        profiles=("debug",),
        variables={"TOKEN": CANARY},
    )

    assert global_arguments(files, "json") == (
        "--ansi never --progress json --project-directory /srv/shop --project-name=shop "
        "--file /srv/shop/a.yaml --file /srv/shop/b.yaml --env-file /srv/shop/x.env --profile=debug"
    ).split(" ")


def test_an_up_never_agrees_to_lose_data() -> None:
    arguments = UpOptions(pull="never", build=True).arguments()

    assert arguments == ["up", "--detach", "--remove-orphans", "--pull", "never", "--build"]
    assert UpOptions().arguments() == ["up", "--detach", "--remove-orphans"]


def test_options_tell_no_secret() -> None:
    options = UpOptions(
        rewritten=Rewritten(raw={"a": CANARY}, files=ProjectFiles(directory=Path("/"))),
        logins=(Login(registry="r", username="u", password=CANARY),),
        known={"a": CANARY},
    )

    assert CANARY not in repr(options)


def test_the_driver_needs_no_gevent() -> None:
    code = "import sys, appos.compose.deploy; print('gevent' in sys.modules, 'docker' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert answer.stdout.split() == ["False", "False"]


def test_a_model_of_another_shape_is_accepted_and_not_read(tmp_path: Path, write: Write) -> None:
    newer = tmp_path / "docker-compose"
    newer.write_text("#!/bin/sh\necho '{\"services\": [1]}'\n", encoding="utf-8")
    newer.chmod(0o755)
    answer = Compose(newer, docker_host="unix:///nowhere", home=tmp_path / "home").config(write(SSH))

    assert (answer.model, answer.refusal) == (None, "")
    with pytest.raises(EngineError, match="a model that AppOS cannot read"):
        answer.meant()
