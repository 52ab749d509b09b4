"""Work off the event loop."""

import threading

import pytest

from appos.store.offload import offload


def test_without_gevent_the_work_is_done_here() -> None:
    assert offload(threading.get_ident) == threading.get_ident()


def test_what_the_work_raises_comes_out() -> None:
    with pytest.raises(ZeroDivisionError):
        offload(lambda: 1 / 0)
