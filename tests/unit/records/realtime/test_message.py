"""Events on the wire."""

from appos.records.realtime.message import ID_LENGTH, Message

ID = b"i" * ID_LENGTH
EVENT = b"id:" + ID + b'\nevent:posts/*?x=\xc3\xa9\ndata:{"a":1}\n\n'


def test_an_event_is_one_chunk() -> None:
    message = Message("posts/*?x=é", b'{"a":1}')

    assert b"".join(message.chunk(ID)) == b"%x\r\n%b\r\n" % (len(EVENT), EVENT)


def test_an_event_may_go_without_chunks() -> None:
    message = Message("posts/*?x=é", b'{"a":1}')

    assert b"".join(message.plain(ID)) == EVENT


def test_clients_share_all_but_their_ids() -> None:
    message = Message("posts/*", b"{}")

    assert message.chunk(ID)[1] is message.chunk(ID[::-1])[1]
