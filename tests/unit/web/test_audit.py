"""The audit trail, over HTTP."""

from flask.testing import FlaskClient

from tests.conftest import SUPERUSER_EMAIL


def test_the_trail_is_read_in_pages(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    page = client.get("/api/appos/audit?perPage=1", headers=as_superuser).get_json()
    (entry,) = page["items"]

    assert (page["perPage"], page["totalItems"], page["totalPages"]) == (1, 2, 2)
    assert set(entry) == {
        *("id", "actor", "actorId", "action", "subject", "address", "result", "detail", "created"),
    }


def test_the_trail_is_filtered(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    query = {"filter": f"subject ~ '{SUPERUSER_EMAIL}' && result = 'success'"}
    page = client.get("/api/appos/audit", headers=as_superuser, query_string=query).get_json()

    assert [entry["action"] for entry in page["items"]] == ["account.create"]


def test_a_sign_in_that_failed_is_seen(client: FlaskClient, as_superuser: dict[str, str]) -> None:
    body = {"identity": SUPERUSER_EMAIL, "password": "wrong"}
    client.post("/api/collections/_superusers/auth-with-password", json=body)
    entry = client.get("/api/appos/audit?perPage=1", headers=as_superuser).get_json()["items"][0]

    assert (entry["action"], entry["result"], entry["actor"]) == ("account.sign_in", "failure", "stranger")
    assert entry["address"] == "127.0.0.1"
