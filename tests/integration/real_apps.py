"""Real applications to deploy: what each is asked to keep, and how that is read again."""

import base64
import http.client
import secrets
import xmlrpc.client
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import pytest
import redis
from docker.models.containers import Container
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.engine_images import client_of

TIMEOUT_SECONDS = 60.0
# The one site, as XML-RPC calls it, and who writes in it.
SITE = 0
USER = "ada"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


@dataclass
class RealApp(ABC):
    """An application of tests/apps that runs, seen by its users."""

    host: str
    port: int
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)

    @property
    def project(self) -> str:
        """The name of its Compose project, and of its directory."""
        return type(self).__name__.lower()

    def environment(self) -> Mapping[str, str]:
        """What its file asks for, beside the port and the registry."""
        return {"PASSWORD": self.password}

    # The service that is broken to see what becomes of the others, and where it listens.
    main = "web"

    @property
    @abstractmethod
    def volumes(self) -> list[str]:
        """The names of its volumes, sorted."""

    @abstractmethod
    def write(self) -> None:
        """Have it keep something."""

    @abstractmethod
    def check(self) -> None:
        """Demand that it still has what was written."""


class Postgres(RealApp):
    """Rows of a table, through psql and a password."""

    main = "db"
    volumes = ["postgres_data"]

    def write(self) -> None:
        self._ask("CREATE TABLE birds (id serial PRIMARY KEY, name text NOT NULL)")
        self._ask("INSERT INTO birds (name) SELECT 'wren ' || n FROM generate_series(1, 1000) AS n")

    def check(self) -> None:
        assert self._ask("SELECT count(*), min(name), max(id) FROM birds") == "1000|wren 1|1000"

    def _ask(self, statement: str) -> str:
        command = [
            "psql",
            "--host=db",
            "--username=postgres",
            "--no-align",
            "--tuples-only",
            f"--command={statement}",
        ]
        return run_in(self.host, f"{self.project}-db-1", command, PGPASSWORD=self.password)


class Redis(RealApp):
    """Keys, through a client at the published port."""

    main = "cache"
    volumes = ["redis_data"]

    def write(self) -> None:
        with self._client() as client:
            client.mset({f"bird:{number}": f"wren {number}" for number in range(1000)})

    def check(self) -> None:
        with self._client() as client:
            assert client.dbsize() == 1000
            assert client.get("bird:7") == b"wren 7"
        with self._client("wrong") as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()

    def _client(self, password: str = "") -> redis.Redis:
        # By default the client asks again when its password is refused, which takes seconds.
        once = Retry(NoBackoff(), 0)
        password = password or self.password
        return redis.Redis(port=self.port, password=password, socket_timeout=TIMEOUT_SECONDS, retry=once)


class Nginx(RealApp):
    """Pages that are put and got."""

    PAGE = b"<p>A wren.</p>" * 1000

    volumes = ["nginx_pages"]

    def environment(self) -> Mapping[str, str]:
        # Source: nginx, ngx_http_auth_basic_module, "{SSHA}" and "{PLAIN}".
        return {"WRITERS": f"{USER}:{{PLAIN}}{self.password}"}

    def write(self) -> None:
        credentials = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        assert self._page("PUT", self.PAGE, {"Authorization": f"Basic {credentials}"})[0] == 201
        assert self._page("PUT", b"changed")[0] == 401

    def check(self) -> None:
        assert self._page("GET") == (200, self.PAGE)

    def _page(
        self, method: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        return request(self.port, method, "/birds/wren.html", body, headers)


class Bound(RealApp):
    """Pages and a configuration that lie beside the Compose file."""

    volumes: list[str] = []

    def write(self) -> None:
        """Nothing: it keeps what it is given."""

    def check(self) -> None:
        assert request(self.port, "GET", "/wren.html") == (200, b"<p>A wren.</p>\n")


class BirdHouse(RealApp):
    """Five services that wait for one another: visits are counted in one, rows are kept in another."""

    main = "api"
    volumes = ["birdhouse_keys", "birdhouse_rows"]
    visits = 0

    def write(self) -> None:
        self._ask("INSERT INTO birds VALUES ('wren')")
        for _ in range(5):
            self._visit()

    def check(self) -> None:
        assert self._ask("SELECT name FROM birds") == "wren"
        self._visit()

    def _visit(self) -> None:
        self.visits += 1
        assert request(self.port, "GET", "/") == (200, f":{self.visits}".encode())

    def _ask(self, statement: str) -> str:
        command = ["psql", "--host=db", "--username=postgres", "--no-align", "--tuples-only"]
        return run_in(
            self.host, f"{self.project}-db-1", [*command, f"--command={statement}"], PGPASSWORD=self.password
        )


class WordPress(RealApp):
    """A site that is installed in its form, and then written in."""

    volumes = ["wordpress_database", "wordpress_uploads"]

    def write(self) -> None:
        form = {
            "weblog_title": "Birds",
            "user_name": USER,
            "admin_password": self.password,
            "admin_password2": self.password,
            "admin_email": "ada@example.com",
        }
        assert "WordPress has been installed" in self._page("/wp-admin/install.php?step=2", form)
        content = {"post_title": "The wren", "post_content": "It is small.", "post_status": "publish"}
        picture = {"name": "wren.png", "type": "image/png", "bits": xmlrpc.client.Binary(PNG)}
        with self._api() as api:
            api.wp.newPost(SITE, USER, self.password, content)
            api.wp.uploadFile(SITE, USER, self.password, picture)

    def check(self) -> None:
        page = self._page("/")
        assert "<title>Birds" in page
        assert "The wren" in page
        with self._api() as api:
            library = api.wp.getMediaLibrary(SITE, USER, self.password, {})
        assert isinstance(library, list)
        (picture,) = library
        assert isinstance(picture, dict)
        path = urlsplit(str(picture["link"])).path
        assert request(self.port, "GET", path) == (200, PNG)

    def _api(self) -> xmlrpc.client.ServerProxy:
        return xmlrpc.client.ServerProxy(f"http://127.0.0.1:{self.port}/xmlrpc.php")

    def _page(self, path: str, form: Mapping[str, str] | None = None) -> str:
        """Get a page, or send a form and get what answers it."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        sent = ("POST", path, urlencode(form).encode(), headers) if form else ("GET", path)
        status, page = request(self.port, *sent)
        assert status == 200, page
        return page.decode()


APPS: tuple[type[RealApp], ...] = (Postgres, Redis, Nginx, WordPress)
# Those that are broken in ten ways.
BROKEN: tuple[type[RealApp], ...] = (WordPress, Postgres, Redis, Bound, BirdHouse)


def run_in(host: str, name: str, command: list[str], **environment: str) -> str:
    """Run a program in a container and return what it printed."""
    with client_of(host) as client:
        container: Container = client.containers.get(name)
        status, output = container.exec_run(command, environment=environment)
    assert status == 0, output.decode()
    return str(output.decode().strip())


def request(
    port: int,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bytes]:
    """Ask a web server on this machine, and return the status and the body of its answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
