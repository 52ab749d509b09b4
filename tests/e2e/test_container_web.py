"""What stands before AppOS in its container: nginx, with streams, uploads, addresses and pages of its own."""

import gzip
import http.client
import threading
import time
from collections.abc import Iterator

import pytest

from appos.web.headers import ADDED, COMMON
from tests.e2e.boxes import Box
from tests.listening import Stream
from tests.serving import wait_for

pytestmark = pytest.mark.timeout(900)

UPLOAD_BYTES = 200 << 20
PART = bytes(range(256)) * 4096
# What an upload may need at most beyond what the container needs anyway.
FLAT_KILOBYTES = 48 << 10
SITES = "/appos/data/proxy/sites"


def test_changes_are_told_through_nginx_at_once(claimed: Box) -> None:
    stream = Stream(claimed.port)
    assert "text/event-stream" in stream.head
    subscribed = claimed.web.request(
        "POST", "/api/realtime", claimed.token, {"clientId": stream.client_id, "subscriptions": ["papers"]}
    )
    assert subscribed.status == 204, subscribed.text
    began = time.monotonic()
    claimed.request_json("POST", "/api/collections/papers/records", claimed.token, {"title": "told"})
    [event] = stream.hear(1)
    assert event.data["record"]["title"] == "told"
    assert time.monotonic() - began < 2
    stream.connection.close()


def resident_kilobytes(box: Box) -> int:
    """The memory of all processes of the container."""
    client = box.client
    try:
        shown = box.container(client).top(ps_args="-eo pid,rss")
    finally:
        client.close()
    return sum(int(rss) for _, rss in shown["Processes"])


def test_a_large_upload_needs_no_memory(claimed: Box) -> None:
    before, seen, is_over = resident_kilobytes(claimed), [0], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.2):
            seen.append(resident_kilobytes(claimed))

    def parts() -> Iterator[bytes]:
        for _ in range(UPLOAD_BYTES // len(PART)):
            yield PART

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        record = claimed.upload(
            "/api/collections/papers/records", claimed.token, "a.bin", parts(), UPLOAD_BYTES
        )
    finally:
        is_over.set()
        watcher.join()
    print(f"{UPLOAD_BYTES >> 20} MB: memory {before >> 10} MB before, {max(seen) >> 10} MB at most")
    assert len(seen) > 2
    assert max(seen) - before < FLAT_KILOBYTES
    path = f"/api/files/papers/{record['id']}/{record['file']}"
    assert int(claimed.web.request("HEAD", path).headers["Content-Length"]) == UPLOAD_BYTES
    part = claimed.web.request("GET", path, headers={"Range": "bytes=1048576-1048579"})
    assert (part.status, part.text.encode()) == (206, b"\0\1\2\3")
    claimed.web.request("DELETE", f"/api/collections/papers/records/{record['id']}", claimed.token)


def address_of(box: Box, path: str, **headers: str) -> str:
    """Ask for a path, and return which address AppOS noted for that."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    assert box.web.request("GET", path, headers=named).status == 404

    def noted() -> str:
        listed = box.request_json("GET", f"/api/logs?filter=(data.url~'{path}')", box.token)["items"]
        return str(listed[0]["data"]["userIP"]) if listed else ""

    return wait_for(noted, 20, "an entry of the request log")


def test_addresses_are_those_of_the_connection_or_of_a_trusted_proxy(claimed: Box) -> None:
    told = {"X_Forwarded_For": "203.0.113.7", "X_Real_IP": "203.0.113.7", "CF_Connecting_IP": "203.0.113.7"}
    own = address_of(claimed, f"/api/stranger-{time.time_ns()}", **told)
    assert own not in ("127.0.0.1", "203.0.113.7")
    claimed.made("start", TRUSTED_PROXIES=own)
    assert address_of(claimed, f"/api/proxied-{time.time_ns()}", **told) == "203.0.113.7"
    claimed.made("start")


def test_until_appos_answers_a_page_says_so(claimed: Box) -> None:
    claimed.run("supervisorctl", "stop", "appos")
    try:
        page = claimed.web.request("GET", "/_/")
        api = claimed.web.request("GET", "/api/collections")
    finally:
        claimed.run("supervisorctl", "start", "appos")
    assert (page.status, page.headers["Retry-After"]) == (503, "2")
    assert page.headers["Content-Type"] == "text/html"
    assert "AppOS is starting" in page.text
    assert api.status == 503
    assert api.headers["Content-Type"] == "application/json"
    assert api.json() == {
        "data": {},
        "message": "AppOS is starting. Try again in a few seconds.",
        "status": 503,
    }
    claimed.wait_until_healthy()


@pytest.fixture(scope="module")
def dashboard(claimed: Box) -> Iterator[Box]:
    """The container with files of a dashboard."""
    folder = "/usr/share/appos/dashboard"
    claimed.write(f"{folder}/index.html", "<!doctype html><title>Dashboard</title>")
    claimed.write(f"{folder}/assets/app-1a2b3c.js", "export {};\n" * 500)
    yield claimed
    claimed.run("rm", "-r", folder)


@pytest.mark.parametrize("path", ["/", "/apps", "/apps/wiki/logs"])
def test_a_dashboard_answers_for_every_page_of_its_own(dashboard: Box, path: str) -> None:
    page = dashboard.web.request("GET", path)
    assert page.status == 200
    assert "<title>Dashboard" in page.text
    assert page.headers["Cache-Control"] == "no-cache"


def test_hashed_files_are_kept_and_packed(dashboard: Box) -> None:
    whole = dashboard.web.request("GET", "/assets/app-1a2b3c.js")
    assert whole.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert dashboard.web.request("GET", "/assets/app-gone.js").status == 404
    connection = http.client.HTTPConnection("127.0.0.1", dashboard.port, timeout=20)
    try:
        connection.request("GET", "/assets/app-1a2b3c.js", headers={"Accept-Encoding": "gzip"})
        packed = connection.getresponse()
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.read()).decode() == whole.text
    finally:
        connection.close()


def test_nginx_sets_the_headers_that_appos_sets(dashboard: Box) -> None:
    served = dashboard.web.request("GET", "/").headers
    flask = dashboard.web.request("GET", "/_/login").headers
    for name, value in (COMMON | ADDED).items():
        assert served[name] == value, name
    policies = [policy_of(headers["Content-Security-Policy"]) for headers in (served, flask)]
    assert policies[0].pop("script-src") == policies[0].pop("style-src") == "'self'"
    assert policies[1].pop("script-src") == policies[1].pop("style-src")
    assert policies[0] == policies[1]


def policy_of(text: str) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in text.split(";"))


def test_no_header_comes_twice(dashboard: Box) -> None:
    for path in ("/", "/_/login", "/api/health"):
        headers = dashboard.web.request("GET", path).headers
        twice = {name for name in headers if len(headers.get_all(name) or []) > 1}
        assert twice <= {"Vary", "Set-Cookie"}, path


def test_a_site_that_nginx_refuses_stops_nobody(claimed: Box) -> None:
    claimed.write(f"{SITES}/bad.conf", "server { listen 80; server_name bad.test; proxy_pass nowhere; }\n")
    claimed.write(f"{SITES}/good.conf", 'server { listen 80; server_name good.test; return 200 "good"; }\n')
    try:
        claimed.run("supervisorctl", "restart", "nginx")
        claimed.wait_until_healthy()
        good = claimed.web.request("GET", "/", headers={"Host": "good.test"})
        assert claimed.web.request("GET", "/_/login").status == 200
        assert (good.status, good.text) == (200, "good")
        assert f"nginx refuses {SITES}/bad.conf, which was left out" in claimed.log()
    finally:
        claimed.run("rm", f"{SITES}/bad.conf", f"{SITES}/good.conf")
        claimed.run("supervisorctl", "restart", "nginx")
        claimed.wait_until_healthy()


def test_long_addresses_reach_appos(claimed: Box) -> None:
    text = "%41" * 6000
    answer = claimed.web.request("GET", f"/api/collections/papers/records?filter=(title='{text}')")
    assert answer.status in (200, 400)
    assert answer.headers["Content-Type"].startswith("application/json")
