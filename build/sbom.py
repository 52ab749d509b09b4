"""Tells what is in the image: packages of Debian and of Python with their versions, as a CycloneDX list."""

import json
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

LISTS = Path("/var/lib/dpkg/info")
OS_RELEASE = Path("/etc/os-release")


@dataclass(frozen=True, order=True)
class Package:
    """A package of Debian or of Python."""

    kind: str
    name: str
    version: str
    architecture: str = ""

    def component(self, release: str) -> dict[str, str]:
        """Return the package as CycloneDX 1.5 describes it.

        Source: package-url, types deb and pypi.
        """
        if self.kind == "deb":
            version = self.version.replace("+", "%2B").replace("~", "%7E").replace(":", "%3A")
            purl = f"pkg:deb/debian/{self.name}@{version}?arch={self.architecture}&distro=debian-{release}"
        else:
            name = re.sub(r"[-_.]+", "-", self.name).lower()
            purl = f"pkg:pypi/{name}@{self.version}"
        return {"type": "library", "bom-ref": purl, "name": self.name, "version": self.version, "purl": purl}


def debian_packages(files: Iterable[Path]) -> list[Package]:
    """Return the packages of Debian that files came from."""
    owners: dict[str, str] = {}
    for listing in LISTS.glob("*.list"):
        for line in listing.read_text(encoding="utf-8").splitlines():
            owners.setdefault(_merged(line), listing.stem)
    names = {owners[_merged(str(file))] for file in files if _merged(str(file)) in owners}
    query = ["dpkg-query", "--show", "--showformat=${Package} ${Version} ${Architecture}\n", *sorted(names)]
    shown = subprocess.run(query, capture_output=True, text=True, check=True).stdout
    return sorted(Package("deb", *line.split()) for line in shown.splitlines())


def python_packages(site: Path) -> list[Package]:
    """Return the packages in a directory of Python's packages."""
    found = []
    for metadata in site.glob("*.dist-info/METADATA"):
        headers = HeaderParser().parsestr(metadata.read_text(encoding="utf-8"))
        found.append(Package("pypi", headers["Name"], headers["Version"]))
    return sorted(found)


def write(target: Path, *lists: Sequence[Package]) -> None:
    """Write the list; the same packages always make the same file."""
    found = re.search(r'^VERSION_ID="?([0-9]+)', OS_RELEASE.read_text(encoding="utf-8"), re.MULTILINE)
    release = found[1] if found else ""
    components = [package.component(release) for packages in lists for package in packages]
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "container", "bom-ref": "appos", "name": "appos"}},
        "components": components,
    }
    target.write_text(json.dumps(bom, indent=1) + "\n", encoding="utf-8")


def _merged(path: str) -> str:
    """Name a path as on a system whose /bin and /lib are in /usr; packages still name both."""
    return path if path.startswith("/usr/") else f"/usr{path}"
