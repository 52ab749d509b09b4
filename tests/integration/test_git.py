"""Repositories are read from real servers: Git's own HTTP backend, and SSH."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from appos.errors import AppOSError
from appos.git.client import read_commit
from appos.git.gate import Gate
from appos.git.models import Access, Checkout, parse_address
from tests.git_server import (
    TOKEN,
    USER,
    HttpServer,
    Repository,
    certificate_of,
    git,
    http_server,
    repository,
    ssh_server,
)

NAMES = ("compose.yaml", "docker-compose.yml")
COMPOSE = "services:\n  web:\n    image: tiny:1\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("git repositories")


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[HttpServer]:
    with http_server(root) as running:
        yield running


@pytest.fixture
def shop(root: Path, request: pytest.FixtureRequest) -> Repository:
    return repository(root / request.node.name)


def _read(
    url: str,
    scratch: Path,
    *,
    branch: str = "",
    path: str = "",
    access: Access | None = None,
    gate: Gate | None = None,
) -> Checkout:
    return read_commit(
        parse_address(url),
        branch,
        path,
        access or Access(),
        gate or Gate(is_open=True),
        scratch,
        compose_names=NAMES,
        check=lambda: None,
    )


def _code(url: str, scratch: Path, **more: object) -> str:
    with pytest.raises(AppOSError) as failed:
        _read(url, scratch, **more)  # type: ignore[arg-type]
    assert not any(scratch.iterdir()) if scratch.exists() else True
    return failed.value.code


def _url(server: HttpServer, shop: Repository) -> str:
    return f"{server.url}/{shop.folder.name}"


def test_the_newest_commit_without_its_history(server: HttpServer, shop: Repository, tmp_path: Path) -> None:
    shop.commit({"compose.yaml": COMPOSE, "old.bin": "x" * 200_000})
    commit = shop.commit({"compose.yaml": COMPOSE + "# two\n", "conf/web.conf": "a\n", "old.bin": None})
    found = _read(_url(server, shop), tmp_path)
    assert found.commit == commit
    assert found.files == {"compose.yaml": (COMPOSE + "# two\n").encode(), "conf/web.conf": b"a\n"}
    assert not any(tmp_path.iterdir())


def test_a_branch_and_a_tag(server: HttpServer, shop: Repository, tmp_path: Path) -> None:
    main = shop.commit({"compose.yaml": COMPOSE})
    git(shop.folder, "tag", "--annotate", "--message", "one", "v1")
    next_ = shop.commit({"compose.yaml": COMPOSE + "# next\n"}, branch="next")
    url = _url(server, shop)
    assert _read(url, tmp_path, branch="main").files["compose.yaml"] == COMPOSE.encode()
    assert _read(url, tmp_path, branch="next").commit == next_
    assert _read(url, tmp_path, branch="v1").files["compose.yaml"] == COMPOSE.encode()
    assert main != next_
    assert _code(url, tmp_path, branch="gone") == "git_branch_not_found"


def test_a_directory_and_a_file(server: HttpServer, shop: Repository, tmp_path: Path) -> None:
    shop.commit(
        {
            "a/b/compose.yaml": COMPOSE,
            "a/b/compose.override.yaml": "services: {}\n",
            "a/b/production.yml": "services: {db: {image: 'tiny:1'}}\n",
            "a/b/conf/x": "x\n",
            "README.md": "no\n",
        }
    )
    url = _url(server, shop)
    folder = _read(url, tmp_path, path="a/b")
    assert sorted(folder.files) == [
        "compose.override.yaml",
        "compose.yaml",
        "conf/x",
        "production.yml",
    ]
    named = _read(url, tmp_path, path="/a/b/production.yml")
    assert sorted(named.files) == ["compose.yaml", "conf/x"]
    assert b"db" in named.files["compose.yaml"]
    assert _code(url, tmp_path) == "git_no_compose"
    assert _code(url, tmp_path, path="a/gone") == "git_path_invalid"
    assert _code(url, tmp_path, path="../etc") == "git_path_invalid"


def test_what_is_left_out(server: HttpServer, shop: Repository, tmp_path: Path) -> None:
    (shop.folder / "link").symlink_to("/etc/passwd")
    head = shop.commit({"compose.yaml": COMPOSE})
    git(shop.folder, "update-index", "--add", "--cacheinfo", f"160000,{head},module")
    git(shop.folder, "commit", "--quiet", "--message", "a submodule")
    found = _read(_url(server, shop), tmp_path)
    assert list(found.files) == ["compose.yaml"]
    assert any("link" in it and "symbolic" in it for it in found.left_out)
    assert any("module" in it and "submodules" in it for it in found.left_out)


def test_who_may_not(root: Path, shop: Repository, tmp_path: Path) -> None:
    shop.commit({"compose.yaml": COMPOSE})
    with http_server(root, token=TOKEN) as server:
        url = _url(server, shop)
        assert _code(url, tmp_path) == "git_denied"
        assert _code(url, tmp_path, access=Access(username=USER, password="wrong")) == "git_denied"
        assert _read(url, tmp_path, access=Access(username=USER, password=TOKEN)).files
        assert _code(f"{server.url}/gone", tmp_path, access=Access(username=USER, password=TOKEN)) == (
            "git_not_found"
        )


def test_a_certificate_is_looked_at(root: Path, shop: Repository, tmp_path: Path) -> None:
    shop.commit({"compose.yaml": COMPOSE})
    with http_server(root, certificate=certificate_of(tmp_path)) as server:
        assert _code(_url(server, shop), tmp_path / "scratch") == "git_failed"


def _other_address() -> str:
    """An address of this machine that is neither of its loopback nor of its link."""
    said = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout.split()
    return next(it for it in said if "." in it and not it.startswith(("127.", "169.254.")))


def test_a_redirect_to_the_machine_is_not_followed(
    root: Path, server: HttpServer, shop: Repository, tmp_path: Path
) -> None:
    shop.commit({"compose.yaml": COMPOSE})
    asked = len(server.asked)
    with http_server(root, host=_other_address(), redirect=server.url) as far:
        url = f"{far.url}/{shop.folder.name}"
        assert _code(url, tmp_path, gate=Gate()) == "git_address_refused"
        assert far.asked
        assert len(server.asked) == asked
        # The same way is gone where the gate is open.
        assert _read(url, tmp_path).files


def test_a_redirect_takes_no_password_along(
    root: Path, server: HttpServer, shop: Repository, tmp_path: Path
) -> None:
    shop.commit({"compose.yaml": COMPOSE})
    with http_server(root, host=_other_address(), redirect=server.url) as far:
        _read(f"{far.url}/{shop.folder.name}", tmp_path, access=Access(username=USER, password=TOKEN))
    assert any(said for _, said in far.asked)
    assert not any(said for path, said in server.asked if shop.folder.name in path)


def test_over_ssh(root: Path, shop: Repository, tmp_path: Path) -> None:
    commit = shop.commit({"compose.yaml": COMPOSE})
    scratch = tmp_path / "a scratch 100%"
    keys = tmp_path / "host", tmp_path / "client"
    with ssh_server(*keys) as server:
        url = f"ssh://git@127.0.0.1:{server.port}{root.as_posix().replace(' ', '%20')}/{shop.folder.name}"
        url = f"ssh://git@127.0.0.1:{server.port}{shop.folder}"
        found = _read(url, scratch, access=Access(private_key=server.key))
        assert (found.commit, found.files) == (commit, {"compose.yaml": COMPOSE.encode()})
        assert found.host_key.startswith("ssh-ed25519 ")
        known = Access(private_key=server.key, host_key=found.host_key)
        assert _read(url, scratch, access=known).commit == commit
        assert _code(url, scratch) == "git_key_missing"
        assert _code(url, scratch, access=known, gate=Gate()) == "git_address_refused"
        assert _code(url + "-gone", scratch, access=known) == "git_failed"
        other = tmp_path / "other"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other)], check=True)
        wrong = Access(private_key=other.read_text(encoding="ascii"))
        assert _code(url, scratch, access=wrong) == "git_denied"
    (tmp_path / "host").unlink()
    with ssh_server(*keys) as again:
        url = f"ssh://git@127.0.0.1:{again.port}{shop.folder}"
        moved = Access(private_key=again.key, host_key=found.host_key)
        assert _code(url, scratch, access=moved) == "git_host_key_changed"
