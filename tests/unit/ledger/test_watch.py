"""Waking those who look at a job."""

from appos.ledger.watch import Watchers


def test_whoever_watches_a_job_is_woken_when_it_changes() -> None:
    watchers = Watchers()
    with watchers.watch("a") as first, watchers.watch("a") as second, watchers.watch("b") as other:
        watchers.notify("a")

        assert [event.is_set() for event in (first, second, other)] == [True, True, False]


def test_nobody_is_kept_who_has_left() -> None:
    watchers = Watchers()
    with watchers.watch("a"), watchers.watch("a"):
        pass
    watchers.notify("a")

    assert not watchers._events


def test_a_stop_wakes_everybody_to_leave() -> None:
    watchers = Watchers()
    with watchers.watch("a") as early:
        before = watchers.is_closed
        watchers.close()
        with watchers.watch("b") as late:
            assert (early.is_set(), late.is_set()) == (True, True)

    assert (before, watchers.is_closed) == (False, True)


def test_whoever_listens_is_told_of_every_job_that_changes() -> None:
    watchers = Watchers()
    told: list[tuple[str, bool]] = []
    watchers.listen(lambda job_id, *, is_new: told.append((job_id, is_new)))
    with watchers.watch("a") as changed:
        watchers.wake("a")
        is_woken = changed.is_set()
    watchers.notify("a", is_new=True)
    watchers.notify("b")

    assert is_woken
    assert told == [("a", True), ("b", False)]
