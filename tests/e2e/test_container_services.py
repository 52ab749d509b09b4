"""The services of the container over AppOS's own API: listed, restarted, and what they wrote."""

import pytest

from tests.e2e.boxes import Box
from tests.serving import wait_for

pytestmark = pytest.mark.timeout(900)

PATH = "/api/appos/system/services"


def told(box: Box) -> dict[str, dict[str, object]]:
    return {item["name"]: item for item in box.request_json("GET", PATH, box.token)["items"]}


def test_the_services_are_told_as_supervisord_knows_them(claimed: Box) -> None:
    wait_for(claimed.are_running, 30, "the services")
    found = told(claimed)

    assert {name: (item["state"], item["pid"]) for name, item in found.items()} == {
        name: (state.lower(), pid) for name, (state, pid) in claimed.services().items()
    }
    assert all(item["managed"] for item in found.values())


@pytest.mark.parametrize("service", ["redis", "nginx", "appos"])
def test_a_service_is_restarted_and_its_answer_arrives_first(claimed: Box, service: str) -> None:
    wait_for(claimed.are_running, 30, "the services")
    before = claimed.services()
    answer = claimed.web.request("POST", f"{PATH}/{service}/restart", claimed.token)
    assert (answer.status, answer.json()["pid"]) == (202, before[service][1])

    wait_for(lambda: claimed.services()[service][1] not in (0, before[service][1]), 30, service)
    wait_for(claimed.are_running, 30, "the services")
    claimed.wait_until_healthy()
    after = claimed.services()
    assert {name for name in after if after[name] != before[name]} == {service}


def test_the_log_of_a_service_is_its_own(claimed: Box) -> None:
    lines = {
        service: [
            line["text"]
            for line in claimed.request_json("GET", f"{PATH}/{service}/logs", claimed.token)["lines"]
        ]
        for service in ("redis", "nginx", "appos")
    }

    assert any('"event": "started"' in text for text in lines["appos"])
    assert not any(text.startswith("{") for service in ("redis", "nginx") for text in lines[service])
    assert any("spawned: 'redis'" in text for text in lines["redis"])


def test_the_description_has_its_words_in_the_image(claimed: Box) -> None:
    description = claimed.request_json("GET", "/api/openapi.json", "")
    summaries = [told["summary"] for item in description["paths"].values() for told in item.values()]

    assert all(summaries)
    assert claimed.web.request("GET", "/_/static/docs.js").status == 200


def test_the_container_is_measured(claimed: Box) -> None:
    chart = claimed.request_json("GET", "/api/appos/system/metrics", claimed.token)

    assert chart["size"]["memoryBytes"] > chart["now"]["memoryBytes"] > 0
    # The network that a container sees is its own.
    assert chart["now"]["receivedBytesPerSecond"] is None
