"""The store of apps: whole changes, conflicts, generations, releases, and what a crash leaves."""

from pathlib import Path

import msgspec
import pytest

from appos.apps.files import journal
from appos.apps.files.beneath import write_beneath
from appos.apps.files.store import AppStore
from appos.apps.models import App, Release, ReleaseState
from appos.errors import ConflictError, InvalidError, NotFoundError, StoreError
from appos.store.values import new_id, timestamp

COMPOSE = b"services:\n  web:\n    image: nginx\n"


@pytest.fixture
def store(tmp_path: Path) -> AppStore:
    return AppStore(tmp_path)


def _app(name: str = "wiki") -> App:
    return App(id=new_id(), name=name, created=timestamp(), created_by="ada", updated=timestamp())


def _made(store: AppStore, **files: bytes) -> App:
    return store.create(_app(), {"compose.yaml": COMPOSE, ".env": b"A=1\n", **files}, "created")


def test_an_app_is_what_was_made(store: AppStore) -> None:
    app = _made(store)

    assert store.names() == ["wiki"]
    assert store.load("wiki") == app
    assert store.read_compose("wiki") == COMPOSE.decode()
    assert (store.project("wiki") / ".env").stat().st_mode & 0o777 == 0o600
    assert [it.reason for it in store.generations("wiki")] == ["created"]


def test_a_taken_name_is_a_conflict_and_changes_nothing(store: AppStore) -> None:
    app = _made(store)
    with pytest.raises(ConflictError) as told:
        store.create(_app(), {"compose.yaml": b"other"}, "created")
    assert told.value.code == "name_taken"
    assert (store.load("wiki"), store.read_compose("wiki")) == (app, COMPOSE.decode())


def test_a_directory_that_somebody_made_is_not_taken_over(store: AppStore) -> None:
    (store.root / "wiki").mkdir(parents=True)
    (store.root / "wiki" / "compose.yaml").write_text("theirs")
    with pytest.raises(ConflictError):
        _made(store)
    assert (store.names(), store.strangers()) == ([], ["wiki"])


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "-a", "appos", "x" * 64, ".appos", "a\n"])
def test_a_bad_name_is_refused_before_any_path_is_made(store: AppStore, name: str) -> None:
    with pytest.raises(InvalidError):
        store.project(name)


def test_a_conflicting_save_is_refused(store: AppStore) -> None:
    _made(store)
    revision = store.revision("wiki")
    store.save("wiki", {"compose.yaml": b"b"}, expected=revision, actor="ada", reason="edit")
    with pytest.raises(ConflictError) as told:
        store.save("wiki", {"compose.yaml": b"c"}, expected=revision, actor="bob", reason="edit")
    assert told.value.code == "revision_conflict"
    assert told.value.fields["revision"]["params"] == {"current": store.revision("wiki")}
    assert store.read_compose("wiki") == "b"


def test_a_save_that_changes_nothing_is_no_generation(store: AppStore) -> None:
    _made(store)
    revision = store.revision("wiki")
    assert store.save("wiki", {"compose.yaml": COMPOSE}, expected=None, actor="a", reason="x") == revision
    assert len(store.generations("wiki")) == 1


def test_fifty_generations_are_kept(store: AppStore) -> None:
    _made(store)
    for number in range(60):
        store.save("wiki", {".env": f"A={number}".encode()}, expected=None, actor="a", reason=str(number))
    kept = store.generations("wiki")
    assert (len(kept), kept[0].reason, kept[-1].reason) == (50, "59", "10")


def test_a_change_that_was_noted_is_made_after_a_crash(store: AppStore) -> None:
    _made(store, **{"conf/nginx.conf": b"old"})
    change = journal.Change(files={"compose.yaml": b"new", "conf/nginx.conf": b"new", ".env": None})
    journal.begin(store.own("wiki"), change)

    assert AppStore(store.root.parent).recover() == ["wiki"]

    assert store.read_compose("wiki") == "new"
    assert (store.project("wiki") / "conf" / "nginx.conf").read_bytes() == b"new"
    assert not (store.project("wiki") / ".env").exists()


def test_what_was_half_made_is_swept(store: AppStore) -> None:
    (store.root / ".appos" / ".new-x").mkdir(parents=True)
    assert store.recover() == []
    assert list((store.root / ".appos").iterdir()) == []


def _release() -> Release:
    return Release(
        number=0,
        state=ReleaseState.CANDIDATE,
        kind="deploy",
        created=timestamp(),
        created_by="ada",
        revision="",
    )


def test_a_release_is_gone_back_to_with_all_its_files(store: AppStore) -> None:
    _made(store, **{"conf/a": b"1"})
    release = store.new_release("wiki", _release(), {"services": {}})
    files = {"compose.yaml": b"broken", "conf/b": b"2", "conf/a": None}
    store.save("wiki", files, expected=None, actor="ada", reason="edit")
    (store.project("wiki") / "data").mkdir()
    (store.project("wiki") / "data" / "theirs").write_text("kept")

    store.restore("wiki", release.number, actor="system", reason="rolled back")

    assert store.tracked("wiki") == {"compose.yaml": COMPOSE, ".env": b"A=1\n", "conf/a": b"1"}
    assert (store.project("wiki") / "data" / "theirs").read_text() == "kept"
    assert [it.reason for it in store.generations("wiki")][:2] == ["rolled back", "edit"]


def test_only_so_many_good_releases_are_kept_and_always_the_current_one(store: AppStore) -> None:
    _made(store)
    settings = msgspec.structs.replace(store.load("wiki").settings, keep_releases=2)
    store.change("wiki", settings=settings)
    for _ in range(5):
        store.make_current("wiki", store.new_release("wiki", _release(), {}).number)
    kept = [(it.number, it.state) for it in store.releases("wiki")]
    assert kept == [(5, ReleaseState.CURRENT), (4, ReleaseState.GOOD), (3, ReleaseState.GOOD)]
    assert store.load("wiki").current == 5


def test_a_removed_app_keeps_its_files_aside_unless_they_shall_go(store: AppStore) -> None:
    _made(store)
    aside = store.remove("wiki", keep_files=True)
    assert aside is not None
    assert (aside / "project" / "compose.yaml").read_bytes() == COMPOSE
    assert store.names() == []
    _made(store)
    assert store.remove("wiki", keep_files=False) is None
    with pytest.raises(NotFoundError):
        store.load("wiki")


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "a\0b", "x" * 2000])
def test_no_file_is_written_outside(store: AppStore, path: str) -> None:
    _made(store)
    with pytest.raises(InvalidError):
        store.save("wiki", {path: b"x"}, expected=None, actor="a", reason="x")
    assert store.tracked("wiki").keys() == {"compose.yaml", ".env"}


def test_no_link_is_followed(store: AppStore, tmp_path: Path) -> None:
    _made(store)
    outside = tmp_path / "outside"
    outside.mkdir()
    (store.project("wiki") / "out").symlink_to(outside)
    with pytest.raises(InvalidError):
        store.save("wiki", {"out/x": b"x"}, expected=None, actor="a", reason="x")
    assert list(outside.iterdir()) == []
    assert store.save("wiki", {"in": b"x"}, expected=None, actor="a", reason="x")


def test_a_change_that_fails_is_taken_back(store: AppStore, monkeypatch: pytest.MonkeyPatch) -> None:
    _made(store)

    def fail_once(root: Path, path: str, data: bytes, mode: int = 0o644) -> None:
        if data == b"2":
            raise StoreError("The disk is full.", code="file_failed")
        write_beneath(root, path, data, mode)

    monkeypatch.setattr(journal, "write_beneath", fail_once)
    with pytest.raises(StoreError):
        store.save("wiki", {"compose.yaml": b"1", "b": b"2"}, expected=None, actor="a", reason="x")
    assert store.tracked("wiki") == {"compose.yaml": COMPOSE, ".env": b"A=1\n"}
    assert len(store.generations("wiki")) == 1
