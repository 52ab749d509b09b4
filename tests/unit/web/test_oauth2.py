"""The page to which sign-ins elsewhere return."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize(("method", "status"), [("GET", 307), ("HEAD", 303), ("POST", 303)])
def test_nobody_waits_for_a_sign_in(client: FlaskClient, method: str, status: int) -> None:
    answer = client.open("/api/oauth2-redirect?state=a&code=b", method=method)

    assert (answer.status_code, answer.location) == (status, "../_/#/auth/oauth2-redirect-failure")
    assert (answer.data, answer.headers.get("Content-Type")) == (b"", None)
