"""No secret comes out where it does not belong: a canary is put into every field of the API that takes one.

Which fields these are is read from the description of the API: one that is new fails until it has its canary
here, or a word why what it takes is none. Then everything that can be asked is asked, by everybody, and read.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncssh
import pytest
import requests

from tests.conformance.conftest import COUNTS
from tests.engine_daemon import running_engine
from tests.engine_images import load_tiny_image
from tests.integration.app_site import AppSite
from tests.serving import free_port, running_server

pytestmark = pytest.mark.campaign

SECRET = re.compile(r"pass|secret|token|key|^env$|^files$|^text$", re.IGNORECASE)
# What looks like a field for a secret, and why it takes none.
HARMLESS = {
    ("GitOrigin", "hostKey"): "the public key of a server",
    ("GitChanges", "hostKey"): "the public key of a server",
    ("AppleKey", "keyId"): "the public name of a key",
    ("S3", "accessKey"): "the public name of a key, which PocketBase shows as well",
    ("FileRequest", "text"): "a file's text, which its own route is there to tell",
    ("InitRequest", "token"): "the log tells it on purpose: it is how an installation is claimed, once",
    ("TokenOptions", "secret"): "put by the test of collections, which are no typed body",
}
MARK = "canary7f3a"
USER = "bob@example.com"
PASSWORD = "Granite-Falcon-42"
VAULT = (
    "services:\n  web:\n    image: {image}\n    init: true\n    network_mode: none\n"
    "    command: [sh, -c, 'echo up; sleep 3600']\n    stop_grace_period: 1s\n"
    "    environment:\n      API_TOKEN: ${{API_TOKEN}}\n"
    "    secrets: [pin]\nsecrets:\n  pin:\n    file: ./pin.txt\n"
)
STREAM_SECONDS = 1.0


@dataclass
class Nest:
    """Where canaries are put, which there are, and what of them was seen."""

    site: AppSite
    user: str
    put: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    # Answers to requests that had a canary in them, by what was asked.
    answers: dict[str, str] = field(default_factory=dict)
    commands: set[str] = field(default_factory=set)

    def canary(self, schema: str, name: str) -> str:
        """A new canary for a field."""
        made = f"{MARK}{len(self.put)}x{schema}{name}".lower()
        self.put.setdefault((schema, name), []).append(made)
        return made

    def send(self, method: str, path: str, body: object, *, fails: bool = False, token: str = "own") -> Any:
        """Send a request, and keep its answer."""
        token = self.site.token if token == "own" else token
        answer = self.site.server.request(method, path, token, body, timeout=60)
        assert (answer.status >= 400) is fails, f"{method} {path}: {answer.status} {answer.text}"
        self.answers[f"{method} {path} {answer.status} {len(self.answers)}"] = answer.text
        return answer.json() if answer.text else None


@pytest.fixture(scope="module")
def nest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nest]:
    folder = tmp_path_factory.mktemp("canaries")
    with (
        running_engine() as engine,
        running_server(folder / "data", DOCKER_HOST=engine.host, GIT_LOCAL="on") as server,
    ):
        image = load_tiny_image(engine.host)
        claim = f"{MARK}claimsuperuser-Falcon"
        body = {"email": "ada@example.com", "password": claim, "token": server.claim_token()}
        token = server.request("POST", "/api/appos/setup/init", json_=body).json()["token"]
        site = AppSite(server, engine.host, image, token)
        made = Nest(site, "", {("InitRequest", "password"): [claim]})
        stop = threading.Event()
        watching = threading.Thread(target=_watch_commands, args=(made, stop))
        watching.start()
        yield made
        stop.set()
        watching.join()


def _watch_commands(nest: Nest, stop: threading.Event) -> None:
    """Note every command line that shows a canary, of whatever runs on the machine."""
    while not stop.wait(0.02):
        for entry in Path("/proc").iterdir():
            try:
                line = (entry / "cmdline").read_bytes() if entry.name.isdecimal() else b""
            except OSError:
                continue
            if MARK.encode() in line:
                nest.commands.add(line.decode(errors="replace"))


def secret_fields(description: Any) -> set[tuple[str, str]]:
    """Every field of a body that may take a secret, as the description tells them."""
    schemas = description["components"]["schemas"]
    bodies = [
        told["requestBody"]
        for item in description["paths"].values()
        for told in item.values()
        if "requestBody" in told
    ]
    todo, known = [name for body in bodies for name in _named(body)], set()
    while todo:
        name = todo.pop()
        if name not in known:
            known.add(name)
            todo += _named(schemas[name])
    return {
        (name.rpartition(".")[2], each)
        for name in known
        for each in schemas[name].get("properties", {})
        if SECRET.search(each)
    }


def _named(part: Any) -> list[str]:
    return [it.partition('"')[0] for it in json.dumps(part).split("#/components/schemas/")[1:]]


def test_every_field_for_a_secret_gets_a_canary(nest: Nest, tmp_path: Path) -> None:
    put_accounts(nest)
    put_settings(nest)
    put_apps(nest)
    put_repositories(nest, tmp_path)
    description = nest.site.server.request("GET", "/api/openapi.json").json()
    wanted = secret_fields(description) - HARMLESS.keys()
    assert wanted - nest.put.keys() == set()
    assert HARMLESS.keys() - {("TokenOptions", "secret")} <= secret_fields(description)
    assert len(nest.put) > 20


def put_accounts(nest: Nest) -> None:
    """Passwords and tokens of accounts, right ones and wrong ones."""
    password = nest.canary("Record", "password") + "A-1"
    user = {"email": USER, "password": password, "passwordConfirm": password}
    nest.user = nest.send("POST", "/api/collections/users/records", user)["id"]
    nest.send(
        "POST",
        "/api/collections/users/auth-with-password",
        {"identity": USER, "password": password},
        token="",
    )
    for schema, route, names in (
        ("SignInRequest", "auth-with-password", ("password",)),
        ("TokenRequest", "confirm-email-change", ("token", "password")),
        ("NewPasswordRequest", "confirm-password-reset", ("token", "password", "passwordConfirm")),
    ):
        body = {name: nest.canary(schema, name) for name in names} | {"identity": USER}
        nest.send("POST", f"/api/collections/users/{route}", body, fails=True, token="")
    signing = {"secret": nest.canary("TokenOptions", "secret") + "x" * 20, "duration": 3600}
    nest.send("PATCH", "/api/collections/users", {"authToken": signing})
    provider = {
        "name": "google",
        "clientId": "me",
        "clientSecret": nest.canary("OAuth2Provider", "clientSecret"),
    }
    nest.send("PATCH", "/api/collections/users", {"oauth2": {"enabled": False, "providers": [provider]}})


def put_settings(nest: Nest) -> None:
    """Passwords of other servers."""
    smtp = {"enabled": False, "host": "mail.example.com", "port": 25, "username": "me"}
    smtp["password"] = nest.canary("Smtp", "password")
    s3 = {"enabled": False, "bucket": "b", "region": "r", "endpoint": "http://127.0.0.1:1"}
    s3 |= {"accessKey": "me", "secret": nest.canary("S3", "secret")}
    nest.send("PATCH", "/api/settings", {"smtp": smtp, "s3": s3})
    secret = nest.canary("AppleKey", "privateKey")
    pem = f"-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----\n"
    key = {"clientId": "a.b", "teamId": "ABCDEFGHIJ", "keyId": "ABCDEFGHIJ", "duration": 60}
    nest.send("POST", "/api/settings/apple/generate-client-secret", key | {"privateKey": pem}, fails=True)
    registry = {"registry": f"127.0.0.1:{free_port()}", "username": "me"}
    registry["password"] = nest.canary("RegistryRequest", "password")
    nest.send("POST", "/api/appos/docker/registries", registry, fails=True)


def put_apps(nest: Nest) -> None:
    """Environments and files of an app that is deployed, broken, and brought back."""
    site, apps = nest.site, "/api/appos/apps"
    body = {
        "name": "vault",
        "compose": VAULT.format(image=site.image),
        "env": {"API_TOKEN": nest.canary("DeployRequest", "env")},
        "files": {"pin.txt": nest.canary("DeployRequest", "files")},
        "settings": {"watchSeconds": 0.1},
    }
    job = site.job(nest.send("POST", f"{apps}/deploy", body))
    assert job["state"] == "succeeded", job
    check = {
        "name": "other",
        "compose": body["compose"],
        "env": {"API_TOKEN": nest.canary("CheckRequest", "env")},
    }
    check["files"] = {"pin.txt": nest.canary("CheckRequest", "files")}
    nest.send("POST", f"{apps}/check", check)
    bad = check | {
        "compose": "services:\n  web:\n    image: ${API_TOKEN}:${API_TOKEN}\n    ports: ['${API_TOKEN}']\n"
    }
    nest.send("POST", f"{apps}/check", bad)
    nest.send("POST", f"{apps}/deploy", bad, fails=True)
    nest.send("POST", f"{apps}/vault/plan", {"env": {"API_TOKEN": nest.canary("PlanRequest", "env")}})
    for name in ("env", "text"):
        value = nest.canary("EnvRequest", name)
        changed = {"env": {"API_TOKEN": value}} if name == "env" else {"text": f"API_TOKEN={value}\n"}
        nest.send("PUT", f"{apps}/vault/env", changed)
    broken = VAULT.format(image=site.image).replace("sleep 3600", "exit 9")
    failed = site.edited("vault", broken)
    assert failed["state"] == "failed", failed
    site.verb("vault", "restart", {})
    made = nest.send("POST", f"{apps}/vault/webhook", {})
    nest.answers.popitem()
    nest.put["Webhook", "secret"] = [made["secret"]]
    headers = {"Authorization": f"Bearer {made['secret']}"}
    assert site.server.request("POST", made["url"], headers=headers).status == 202


def put_repositories(nest: Nest, folder: Path) -> None:
    """Tokens and keys of repositories that do not answer, and of one that is changed."""
    site, apps, closed = nest.site, "/api/appos/apps", free_port()
    over_http = {"url": f"https://127.0.0.1:{closed}/r.git", "username": "me"}
    over_http["password"] = nest.canary("GitOrigin", "password")
    over_ssh = {"url": f"ssh://git@127.0.0.1:{closed}/r.git", "privateKey": _key(nest, "GitOrigin", folder)}
    env = {"API_TOKEN": nest.canary("GitCheckRequest", "env")}
    for place, git in enumerate((over_http, over_ssh)):
        nest.send("POST", f"{apps}/git/check", {"name": "far", "git": git, "env": env}, fails=True)
        answer = site.server.request(
            "POST", f"{apps}/deploy", site.token, {"name": f"far{place}", "git": git}, timeout=60
        )
        nest.answers[f"deploy {place}"] = answer.text
        if answer.status == 202:
            assert site.job(answer.json())["state"] == "failed"
    inline = {"url": f"http://me:{nest.canary('GitOrigin', 'url')}@127.0.0.1:{closed}/r.git"}
    nest.send("POST", f"{apps}/git/check", {"name": "far", "git": inline}, fails=True)
    changes = {"url": over_http["url"], "password": nest.canary("GitChanges", "password")}
    nest.send("PUT", f"{apps}/vault/git", changes)
    changes = {"url": over_ssh["url"], "username": "", "password": ""}
    changes["privateKey"] = _key(nest, "GitChanges", folder)
    nest.send("PUT", f"{apps}/vault/git", changes)
    assert site.verb("vault", "update")["state"] == "failed"


def _key(nest: Nest, schema: str, folder: Path) -> str:
    """A real key, whose own letters are the canary."""
    made = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    nest.put[schema, "privateKey"] = [made.splitlines()[3]]
    return made


def _canaries(nest: Nest) -> dict[str, tuple[str, str]]:
    return {text: where for where, texts in nest.put.items() for text in texts}


def _asked(nest: Nest) -> Iterator[tuple[str, str]]:
    """All that can be read, by a superuser, by a user who may operate the app, and by a stranger."""
    site = nest.site
    site.done("PUT", "apps/vault/grants", {nest.user: "operate"}, status=200)
    made = site.server.request("POST", f"/api/collections/users/impersonate/{nest.user}", site.token, {})
    jobs = [it["id"] for it in site.done("GET", "jobs?perPage=200", status=200)["items"]]
    logs = [it["id"] for it in site.server.request("GET", "/api/logs?perPage=50", site.token).json()["items"]]
    real = {
        "app_id": ["vault"],
        "number": ["1", "2"],
        "container": ["vault-web-1"],
        "network": ["bridge"],
        "job_id": jobs,
        "collection": ["users", "_superusers"],
        "record_id": [nest.user],
        "log_id": logs,
        "name": ["appos"],
        "service": ["web"],
    }
    description = site.server.request("GET", "/api/openapi.json").json()
    for who, token in (("superuser", site.token), ("user", made.json()["token"]), ("stranger", "")):
        for path, item in description["paths"].items():
            if "get" not in item:
                continue
            for filled in _filled(path, real):
                yield f"{who}: {filled}", _read(site, filled, token)


def _filled(path: str, real: dict[str, list[str]]) -> Iterator[str]:
    name = re.search(r"\{(\w+)\}", path)
    if name is None:
        yield path
        return
    for value in real.get(name[1], []):
        yield from _filled(path.replace(name[0], quote(value, safe="")), real)


def _read(site: AppSite, path: str, token: str) -> str:
    """Read an answer, and of a stream what comes within a second."""
    headers = {"Authorization": token} if token else {}
    more = "?perPage=500" if path in ("/api/logs", "/api/appos/audit") else ""
    with requests.get(site.server.url + path + more, headers=headers, stream=True, timeout=5) as answer:
        read, until = b"", time.monotonic() + STREAM_SECONDS
        try:
            for part in answer.iter_content(1 << 16):
                read += part
                if "event-stream" in answer.headers.get("Content-Type", "") and time.monotonic() > until:
                    break
        except requests.exceptions.ConnectionError:
            pass
    return read.decode("latin-1")


# Where a canary belongs: whoever may edit an environment or a file may read it.
BELONGS = {
    "superuser: /api/appos/apps/vault/env",
    "superuser: /api/appos/apps/vault/files/content",
}


def test_no_canary_is_seen_where_it_does_not_belong(nest: Nest) -> None:
    canaries = _canaries(nest)
    seen = dict(nest.answers) | dict(_asked(nest))
    seen["log"] = nest.site.server.log_text()
    seen["commands"] = "\n".join(nest.commands)
    found = {
        f"{place}: {where}"
        for place, text in seen.items()
        if place not in BELONGS
        for canary, where in canaries.items()
        if canary in text
    }
    COUNTS["canaries in fields for secrets"] += len(canaries)
    COUNTS["answers, logs and lists in which none of them was seen"] += len(seen)
    assert len(seen) > 150
    assert found == set()
    belongs = seen["superuser: /api/appos/apps/vault/env"]
    assert any(canary in belongs for canary in canaries)


# What AppOS keeps to give to another server. Settings lie in the database as with PocketBase; environments in
# files of their own, where Compose reads them.
ENCRYPTED = {"GitOrigin", "GitChanges"}


def test_what_other_servers_are_given_lies_on_the_disk_encrypted(nest: Nest) -> None:
    kept = {text: where for text, where in _canaries(nest).items() if where[0] in ENCRYPTED}
    data, found, count = nest.site.server.data_dir, set(), 0
    for path in data.rglob("*"):
        if path.is_file():
            content, count = path.read_bytes(), count + 1
            found |= {
                f"{path.relative_to(data)}: {where}"
                for text, where in kept.items()
                if text.encode() in content
            }
    assert len(kept) > 3
    assert count > 20
    assert found == set()
