"""Which Docker Compose runs, and that nothing else is ever run in its place."""

import hashlib
import lzma
import os
import platform
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

from appos.compose import binary
from appos.compose.binary import CHECKSUMS, ComposeBinary, checksum, numbers, unpack
from appos.errors import ConfigError

CONTENT = b"#!/bin/sh\necho 5.5.0\n" + b"#" * 3_000_000
# The programs in build/ are no package.
pack = runpy.run_path(str(Path(__file__).resolve().parents[3] / "build" / "pack_compose.py"))["pack"]
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A packed program."""
    path = tmp_path / "docker-compose.xz"
    path.write_bytes(lzma.compress(CONTENT, preset=0))
    return path


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> str:
    """Pin that program in the place of Compose."""
    monkeypatch.setitem(CHECKSUMS, "x86_64", DIGEST)
    return "x86_64"


def program(path: Path, text: str) -> Path:
    """A program that prints something."""
    path.write_text(f"#!/bin/sh\necho '{text}'\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def refused(call: Callable[[], object]) -> ConfigError:
    """The error that a call ends with."""
    with pytest.raises(ConfigError) as caught:
        call()
    return caught.value


def test_the_installed_compose_is_the_pinned_one(tmp_path: Path) -> None:
    found = ComposeBinary(tmp_path).path()

    assert found == binary.BESIDE
    assert checksum(found) == CHECKSUMS[platform.machine()]


def test_both_architectures_are_pinned() -> None:
    assert set(CHECKSUMS) == {"x86_64", "aarch64"}
    assert CHECKSUMS["x86_64"].startswith("c57ab918abd5b05c")
    assert CHECKSUMS["aarch64"].startswith("ff42489f5a9b879d")


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda content: content[:-1], id="truncated"),
        pytest.param(lambda content: content[:100] + b"x" + content[101:], id="changed"),
        pytest.param(lambda _content: b"", id="empty"),
    ],
)
def test_a_changed_binary_is_refused(tmp_path: Path, pinned: str, spoil: Callable[[bytes], bytes]) -> None:
    beside = tmp_path / "docker-compose"
    beside.write_bytes(spoil(CONTENT))

    error = refused(ComposeBinary(tmp_path / "data", beside=beside, machine=pinned).path)

    assert error.code == "compose_changed"
    assert str(beside) in error.message
    assert "install AppOS again" in error.message


def test_a_binary_that_changes_later_is_refused(tmp_path: Path, pinned: str) -> None:
    beside = tmp_path / "docker-compose"
    beside.write_bytes(CONTENT)
    found = ComposeBinary(tmp_path / "data", beside=beside, machine=pinned)
    assert found.path() == beside

    beside.write_bytes(CONTENT[:-1] + b"x")

    assert refused(found.path).code == "compose_changed"


def test_a_binary_is_hashed_once(tmp_path: Path, pinned: str, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = tmp_path / "docker-compose"
    beside.write_bytes(CONTENT)
    hashed: list[Path] = []

    def counted(path: Path) -> str:
        hashed.append(path)
        return checksum(path)

    monkeypatch.setattr(binary, "checksum", counted)
    found = ComposeBinary(tmp_path / "data", beside=beside, machine=pinned)

    assert [found.path(), found.path(), found.path()] == [beside] * 3
    assert hashed == [beside]


def test_a_packed_binary_is_unpacked_once(tmp_path: Path, packed: Path, pinned: str) -> None:
    data = tmp_path / "data"

    def find() -> Path:
        return ComposeBinary(data, beside=tmp_path / "none", packed=packed, machine=pinned).path()

    first = find()
    inode = first.stat().st_ino

    assert first == data / "bin" / f"docker-compose-v{binary.VERSION}"
    assert first.read_bytes() == CONTENT
    assert os.access(first, os.X_OK)
    assert find().stat().st_ino == inode
    assert list(first.parent.iterdir()) == [first]


def test_half_an_unpacked_binary_is_replaced(tmp_path: Path, packed: Path) -> None:
    target = tmp_path / "bin" / "docker-compose"
    target.parent.mkdir()
    target.write_bytes(CONTENT[:1000])

    assert unpack(packed, target, DIGEST).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda content: content[:-20], id="truncated"),
        pytest.param(lambda _content: b"not packed at all", id="not-packed"),
        pytest.param(lambda _content: lzma.compress(b"another program"), id="another"),
    ],
)
def test_a_spoilt_package_is_refused_and_leaves_nothing(
    tmp_path: Path, packed: Path, spoil: Callable[[bytes], bytes]
) -> None:
    packed.write_bytes(spoil(packed.read_bytes()))
    target = tmp_path / "bin" / "docker-compose"

    assert refused(lambda: unpack(packed, target, DIGEST)).code == "compose_changed"
    assert list(target.parent.iterdir()) == []


def test_a_machine_without_a_compose_is_told(tmp_path: Path) -> None:
    error = refused(ComposeBinary(tmp_path, machine="riscv64").path)

    assert error.code == "compose_unsupported"
    assert "riscv64" in error.message
    assert "COMPOSE_BINARY" in error.message


def test_a_missing_compose_is_told(tmp_path: Path) -> None:
    found = ComposeBinary(tmp_path, beside=tmp_path / "a", packed=tmp_path / "b", machine="x86_64")

    assert refused(found.path).code == "compose_missing"


@pytest.mark.parametrize("version", ["2.24.0", "v2.24.7", "2.40.3-desktop.1", "5.5.0", "10.0"])
def test_a_chosen_compose_may_be_of_any_new_version(tmp_path: Path, version: str) -> None:
    chosen = program(tmp_path / "mine", version)

    assert ComposeBinary(tmp_path, chosen).path() == chosen


@pytest.mark.parametrize("version", ["2.23.3", "1.29.2", "v2.9", "dev", ""])
def test_an_old_compose_is_refused(tmp_path: Path, version: str) -> None:
    error = refused(ComposeBinary(tmp_path, program(tmp_path / "mine", version)).path)

    assert error.code == "compose_too_old"
    assert "2.24" in error.message


def test_a_chosen_program_that_is_no_compose_is_refused(tmp_path: Path) -> None:
    assert refused(ComposeBinary(tmp_path, Path("/bin/false")).path).code == "compose_missing"
    assert refused(ComposeBinary(tmp_path, tmp_path / "none").path).code == "compose_missing"


@pytest.mark.parametrize(
    ("version", "expected"),
    [("2.24.1", (2, 24, 1)), ("2.24.0-rc.1", (2, 24, 0)), ("5.5.0+build", (5, 5, 0)), ("x", ()), ("", ())],
)
def test_numbers_of_a_version(version: str, expected: tuple[int, ...]) -> None:
    assert numbers(version) == expected


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, packed: Path) -> None:
    (tmp_path / "bin").write_bytes(b"a file where a directory has to be")

    error = refused(lambda: unpack(packed, tmp_path / "bin" / "docker-compose", DIGEST))

    assert error.code == "compose_missing"


def test_it_knows_the_version_of_what_runs(tmp_path: Path) -> None:
    chosen = ComposeBinary(tmp_path, program(tmp_path / "mine", "v2.40.3"))

    assert (ComposeBinary(tmp_path).version(), ComposeBinary(tmp_path).is_chosen) == (binary.VERSION, False)
    assert (chosen.version(), chosen.is_chosen) == ("2.40.3", True)


@pytest.mark.parametrize(
    ("version", "progress"), [("2.28.1", "plain"), ("2.29.0", "json"), ("5.5.0", "json")]
)
def test_it_knows_how_that_reports(tmp_path: Path, version: str, progress: str) -> None:
    assert ComposeBinary(tmp_path, program(tmp_path / "mine", version)).progress() == progress


def test_the_reading_is_done_where_it_is_told(tmp_path: Path, pinned: str) -> None:
    beside = tmp_path / "docker-compose"
    beside.write_bytes(CONTENT)
    asked: list[Path] = []

    def aside(work: Callable[[], Path]) -> Path:
        asked.append(work())
        return asked[-1]

    found = ComposeBinary(tmp_path / "data", beside=beside, machine=pinned, aside=aside)

    assert [found.path(), found.path()] == [beside, beside]
    assert asked == [beside]


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_what_the_image_packs_is_what_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: str
) -> None:
    monkeypatch.setitem(CHECKSUMS, machine, DIGEST)
    source, packed = tmp_path / "docker-compose", tmp_path / "share" / "docker-compose.xz"
    source.write_bytes(CONTENT)

    pack(source, packed, machine)

    found = ComposeBinary(tmp_path / "data", beside=tmp_path / "none", packed=packed, machine=machine)
    assert found.path().read_bytes() == CONTENT


def test_nothing_else_is_packed(tmp_path: Path) -> None:
    source, packed = tmp_path / "docker-compose", tmp_path / "docker-compose.xz"
    source.write_bytes(CONTENT)

    assert refused(lambda: pack(source, packed, "x86_64")).code == "compose_changed"
    assert refused(lambda: pack(source, packed, "riscv64")).code == "compose_unsupported"
    assert not packed.exists()
