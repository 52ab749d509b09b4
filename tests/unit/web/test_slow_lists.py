"""Lists that take too long."""

import pytest
from flask.testing import FlaskClient

from appos.store import quick

# Each level of the relation to itself multiplies the rows that SQLite goes through.
DEEP = " && ".join(f"@collection.users:a{number}.id != 'x{number}'" for number in range(40))


def test_a_list_that_takes_too_long_is_given_up_as_in_pocketbase(
    client: FlaskClient, superuser_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick, "LONGEST_SECONDS", 0.2)
    headers = {"Authorization": superuser_token}
    for number in range(8):
        body = {"email": f"u{number}@example.com", "password": "12345678", "passwordConfirm": "12345678"}
        assert client.post("/api/collections/users/records", json=body, headers=headers).status_code == 200
    answer = client.get("/api/collections/users/records", query_string={"filter": DEEP}, headers=headers)

    assert answer.status_code == 400
    assert answer.get_json() == {
        "data": {},
        "message": "Something went wrong while processing your request.",
        "status": 400,
    }
    assert client.get("/api/collections/users/records", headers=headers).status_code == 200
