"""What breaks a deployment, and how that is seen."""

import hashlib
import http.server
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.integration.app_site import AppSite

# The engine's words for a layer that ends in its middle, also when it asks for the rest.
CUT_OFF = re.compile(r"EOF|byte range|reset by peer")


def await_step(site: AppSite, accepted: Mapping[str, Mapping[str, str]], name: str) -> None:
    """Wait until a job is in a step."""
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at:
        job = site.done("GET", f"jobs/{accepted['job']['id']}", status=200)
        if any(it["name"] == name and it["state"] == "running" for it in job["steps"]):
            return
        time.sleep(0.05)
    raise AssertionError(job)


def is_failed(job: Mapping[str, object], *words: str) -> None:
    """Demand that a job has failed, for a reason with these words."""
    assert job["state"] == "failed", job
    error = job["error"]
    assert isinstance(error, dict)
    for word in words:
        assert word in error["message"], error


@contextmanager
def cut_registry() -> Iterator[str]:
    """A registry that ends every connection in the middle of a layer."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Cut) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class _Cut(http.server.BaseHTTPRequestHandler):
    """Serves an image whose layer never comes whole. Source: OCI Distribution Specification, "Pull"."""

    layer_bytes = 1 << 20

    def do_HEAD(self) -> None:
        self._answer(is_head=True)

    def do_GET(self) -> None:
        self._answer(is_head=False)

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _answer(self, *, is_head: bool) -> None:
        kind = "application/vnd.docker.distribution.manifest.v2+json"
        config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers"}}).encode()
        layer = {"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": self.layer_bytes}
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": kind,
                "config": {
                    "mediaType": "application/vnd.docker.container.image.v1+json",
                    "size": len(config),
                    "digest": f"sha256:{hashlib.sha256(config).hexdigest()}",
                },
                "layers": [{**layer, "digest": "sha256:" + "a" * 64}],
            }
        ).encode()
        if "/manifests/" in self.path:
            self._send(manifest, kind, is_head=is_head)
        elif "/blobs/sha256:aaaa" in self.path:
            self.send_response(200)
            self.send_header("Content-Length", str(self.layer_bytes))
            self.end_headers()
            self.wfile.write(b"\x1f\x8b" + b"\0" * 1000)
            self.close_connection = True
        elif "/blobs/" in self.path:
            self._send(config, "application/octet-stream", is_head=is_head)
        else:
            self._send(b"{}", "application/json", is_head=is_head)

    def _send(self, data: bytes, kind: str, *, is_head: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Docker-Content-Digest", f"sha256:{hashlib.sha256(data).hexdigest()}")
        self.end_headers()
        if not is_head:
            self.wfile.write(data)
