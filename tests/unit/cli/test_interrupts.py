"""What Ctrl-C does."""

import os
import signal

import pytest

from appos.cli.interrupts import cancelled_by_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_cancels_and_a_second_one_ends_it(number: signal.Signals) -> None:
    before = signal.getsignal(number)

    with cancelled_by_signals() as cancel:
        assert not cancel.is_set()
        os.kill(os.getpid(), number)
        assert cancel.is_set()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)

    assert signal.getsignal(number) is before
