"""Makes the image that builds of AppOS begin with out of Debian's packages, for where it cannot be pulled.

    python build/make_base.py NAME

It needs root and debootstrap. What this machine needs in order to reach package indexes (a certificate
authority of its own, settings of apt) is put into that image. So it is for builds on this machine alone, and
nobody pushes it.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

import docker

SUITE = "bookworm"
MIRROR = "http://deb.debian.org"
SOURCES = (
    f"deb {MIRROR}/debian {SUITE} main\n"
    f"deb {MIRROR}/debian {SUITE}-updates main\n"
    f"deb {MIRROR}/debian-security {SUITE}-security main\n"
)
# What no build reads.
LEFT_OUT = (
    "usr/share/doc",
    "usr/share/info",
    "usr/share/locale",
    "usr/share/man",
    "var/cache/apt/archives",
    "var/lib/apt/lists",
)
# Where pip may have been told of a certificate authority, the surest first.
CA_VARIABLES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
CA_BUNDLE = "/usr/local/share/build-ca-bundle.crt"
APT_SETTINGS = ("Acquire::Check-", "Acquire::http::Proxy", "Acquire::https::Proxy", "Acquire::Retries")


def archive(kept: Path) -> Path:
    """Return a root file system of Debian as a tar archive, made anew unless it is there already."""
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="appos-base-") as folder:
            root, packed = Path(folder, "root"), Path(folder, "base.tar")
            _bootstrap(root)
            with tarfile.open(packed, "w") as tar:
                tar.add(root, "/")
            partial = kept.with_suffix(".partial")
            shutil.move(packed, partial)
            partial.replace(kept)
    return kept


def load(client: "docker.DockerClient", tar: Path, name: str) -> None:
    """Give an engine the archive as an image, with the settings of this machine in it."""
    with tempfile.TemporaryDirectory(prefix="appos-base-") as folder:
        settings = Path(folder, "settings.tar")
        variables = _add_settings(tar, settings, os.environ)
        repository, _, tag = name.rpartition(":")
        changes = [f"ENV {key}={value}" for key, value in variables.items()]
        client.api.import_image(str(settings), repository=repository, tag=tag, changes=changes)


def _bootstrap(root: Path) -> None:
    program = shutil.which("debootstrap", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        sys.exit("Install debootstrap first; Debian and Ubuntu have it as a package.")
    if os.geteuid() != 0:
        sys.exit("debootstrap needs root.")
    command = [
        program,
        "--variant=minbase",
        "--include=ca-certificates",
        SUITE,
        str(root),
        f"{MIRROR}/debian",
    ]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"debootstrap failed:\n{(done.stdout + done.stderr)[-2000:]}")
    (root / "etc/apt/sources.list").write_text(SOURCES, encoding="ascii")
    for place in LEFT_OUT:
        for path in (root / place).rglob("*"):
            if not path.is_dir() and path.name != "copyright":
                path.unlink()


def _add_settings(tar: Path, target: Path, env: Mapping[str, str]) -> dict[str, str]:
    """Copy an archive with this machine's settings added, and return the variables that point at them."""
    shutil.copyfile(tar, target)
    bundle = next((env[name] for name in CA_VARIABLES if Path(env.get(name) or "/nowhere").is_file()), None)
    with tempfile.TemporaryDirectory() as folder, tarfile.open(target, "a") as added:
        apt = Path(folder, "apt.conf")
        apt.write_text(_apt_settings(), encoding="utf-8")
        added.add(apt, "etc/apt/apt.conf.d/99build")
        if bundle is None:
            return {}
        added.add(Path(bundle).resolve(), CA_BUNDLE.lstrip("/"))
    return {"PIP_CERT": CA_BUNDLE, "NODE_EXTRA_CA_CERTS": CA_BUNDLE}


def _apt_settings() -> str:
    """Read what apt of this machine is told about reaching its mirrors."""
    program = shutil.which("apt-config")
    if program is None:
        return ""
    told = subprocess.run([program, "dump"], capture_output=True, text=True, check=True).stdout.splitlines()
    return "".join(f"{line}\n" for line in told if line.startswith(APT_SETTINGS))


def main() -> None:
    """Make the image that the argument names."""
    if len(sys.argv) != 2 or ":" not in sys.argv[1]:
        sys.exit(f"usage: {sys.argv[0]} NAME:TAG")
    client = docker.from_env()
    try:
        load(
            client,
            archive(Path(__file__).resolve().parents[1] / ".cache" / "image" / f"{SUITE}.tar"),
            sys.argv[1],
        )
    finally:
        client.close()


if __name__ == "__main__":
    main()
