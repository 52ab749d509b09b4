"""Server-sent events."""

from appos.web.stream import event, event_stream, ping


def test_an_event_has_a_name_an_id_and_json_on_one_line() -> None:
    assert event("line", {"text": "one\ntwo"}, "7") == b'id:7\nevent:line\ndata:{"text":"one\\ntwo"}\n\n'
    assert event("end", {}) == b"event:end\ndata:{}\n\n"


def test_a_ping_is_a_comment() -> None:
    assert ping() == b":\n\n"


def test_a_stream_passes_every_buffer() -> None:
    response = event_stream(iter([ping()]))

    assert response.mimetype == "text/event-stream"
    assert (response.headers["Cache-Control"], response.headers["X-Accel-Buffering"]) == ("no-store", "no")
    assert response.get_data() == b":\n\n"
