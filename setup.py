"""Packaging of AppOS. What setuptools builds goes to .cache/build: build/ holds sources."""

import re
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).resolve().parent
BUILT = ".cache/build"


def version() -> str:
    """Read `__version__` without importing the package."""
    text = (ROOT / "appos" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        raise ValueError("appos/__init__.py names no __version__")
    return found[1]


def requirements() -> list[str]:
    """Read what AppOS runs with."""
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


(ROOT / BUILT).mkdir(parents=True, exist_ok=True)

setup(
    name="appos",
    version=version(),
    description="One container that turns a Docker host into a self-hosting platform",
    license_expression="Apache-2.0",
    python_requires=">=3.11",
    packages=find_packages(include=["appos", "appos.*"]),
    package_data={"": ["templates/**/*", "static/**/*", "*.sql", "*.json"]},
    install_requires=requirements(),
    entry_points={"console_scripts": ["appos = appos.cli:main"]},
    options={"build": {"build_base": BUILT}, "egg_info": {"egg_base": BUILT}},
)
