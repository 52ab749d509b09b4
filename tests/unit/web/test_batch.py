"""Batches, which are switched off."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("body", [b"", b"{", b'{"requests": []}'])
def test_a_batch_is_refused(client: FlaskClient, as_superuser: dict[str, str], body: bytes) -> None:
    for headers in ({}, as_superuser):
        answer = client.post("/api/batch", data=body, headers=headers, content_type="application/json")

        assert answer.status_code == 403
        assert answer.get_json() == {
            "data": {},
            "message": "Batch requests are not allowed.",
            "status": 403,
        }
