"""The claim of a new installation, over real connections and across restarts."""

import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.work import connect
from tests.parts import running_redis
from tests.serving import EMAIL, PASSWORD, Answer, Server, members, running_server

CANARY = "Canary-Wren-7391"
INIT = "/api/appos/setup/init"


def claim(server: Server, token: str, email: str = EMAIL) -> Answer:
    return server.request("POST", INIT, json_={"email": email, "password": PASSWORD, "token": token})


def superusers(server: Server) -> int:
    with closing(connect(server.data_dir)) as connection:
        return int(connection.execute("SELECT count(*) FROM _superusers").fetchone()[0])


def needs_setup(server: Server) -> bool:
    return bool(server.request("GET", "/api/appos/setup/status").json()["needsSetup"])


def test_fifty_claims_at_once_make_one_superuser(server: Server) -> None:
    token = server.claim_token()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda n: claim(server, token, f"claimant{n}@example.com"), range(50)))
    assert Counter(answer.status for answer in answers) == {200: 1, 409: 49}
    codes = {answer.json()["code"] for answer in answers if answer.status == 409}
    assert codes == {"already_claimed"}
    assert superusers(server) == 1
    assert not needs_setup(server)


def test_a_burst_of_wrong_claims_is_answered_by_the_claim(server: Server) -> None:
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda n: claim(server, f"wrong{n}"), range(50)))
    assert Counter(answer.status for answer in answers) == {403: 50}
    assert needs_setup(server)
    assert superusers(server) == 0
    server.claim()


def test_a_claim_is_closed_for_ever(server: Server) -> None:
    token = server.claim_token()
    assert needs_setup(server)
    server.claim()
    assert claim(server, token).status == 409
    server.stop()
    server.start()
    assert claim(server, token).status == 409
    assert not needs_setup(server)
    assert superusers(server) == 1
    # Only the first start shows a link.
    assert server.log_text().count("setup_required") == 1


def test_the_claim_link_stays_the_same_until_it_is_used(server: Server) -> None:
    token = server.claim_token()
    server.stop()
    server.start()
    assert server.log_text().count(f"/setup#token={token}") == 2
    assert claim(server, token).status == 200


def test_auto_mode_makes_the_account_once_and_never_changes_it(tmp_path: Path) -> None:
    settings = {"INIT_MODE": "auto", "SUPERUSER_EMAIL": EMAIL}
    with running_server(tmp_path / "data", **settings, SUPERUSER_PASSWORD=PASSWORD) as server:
        assert server.sign_in().status == 200
        assert superusers(server) == 1
        server.stop()
        server.env["SUPERUSER_PASSWORD"] = CANARY
        server.start()
        assert server.sign_in().status == 200
        assert server.sign_in(password=CANARY).status == 400
        assert superusers(server) == 1
        assert "setup_required" not in server.log_text()


@pytest.mark.parametrize("init_mode", ["auto", "setup"])
def test_no_secret_but_the_claim_token_is_shown(tmp_path: Path, init_mode: str) -> None:
    with running_redis(tmp_path / "redis", password=f"{CANARY}-redis") as redis:
        settings = {
            "INIT_MODE": init_mode,
            "SUPERUSER_EMAIL": EMAIL,
            "SUPERUSER_PASSWORD": CANARY,
            "REDIS_ADDR": redis.addr,
            "REDIS_PASSWORD": f"{CANARY}-redis",
            "LOG_LEVEL": "DEBUG",
        }
        with running_server(tmp_path / "data", **settings) as server:
            if init_mode == "setup":
                claim(server, server.claim_token())
            server.sign_in(password=CANARY)
            server.sign_in(password=f"{CANARY}-wrong")
            processes = ",".join(map(str, members(server.process.pid)))
            shown = subprocess.run(
                ["ps", "-ww", "-o", "args=", "-p", processes], capture_output=True, text=True, check=True
            )
            assert "gunicorn" in shown.stdout
            redis.kill()
            server.request("GET", "/api/appos/setup/status")
            server.stop()
            assert CANARY not in shown.stdout
            assert CANARY not in server.log_text()
            assert PASSWORD not in server.log_text()
