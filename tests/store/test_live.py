"""The net effect of a run of events, against doing them one by one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.events import Event
from store.live import ABSENT, SOME, WHATEVER, Effects, LiveViolated, effects_of

TASKS = [(entry, slot) for entry in range(1, 5) for slot in (1, 2)]


def event(seq: int, kind: str, **body: Any) -> Event:
    return Event(
        project=1,
        seq=seq,
        epoch=2,
        chain="",
        version=1,
        kind=kind,
        clock_ms=0,
        wall_ms=7,
        actor=0,
        request=None,
        body=body,
    )


class Plain:
    """The `live` table as a dict, one event after the other."""

    def __init__(self, live: dict[tuple[int, int], int]) -> None:
        self.live = dict(live)

    def apply(self, e: Event) -> bool:
        """Do it, or say that it contradicts what is there."""
        if e.kind == "removed":
            entries = {entry[0] for entry in e.body["entries"]}
            entries |= set(e.body["cancelled"])
            self.live = {k: v for k, v in self.live.items() if k[0] not in entries}
            return True
        if e.kind == "decided":
            task = (e.body["entry"], e.body["slot"])
            return not e.body["ended"] or self.live.pop(task, None) == e.body["token"]
        if e.kind == "submitted":
            return self._submit(e)
        if e.kind == "assigned":
            each = [self._assign(e, task) for task in e.body["tasks"]]
            return all(each)
        stays = e.kind == "expired"
        tasks = [(task[0], task[1]) for task in e.body["tasks"] if not (stays and task[3])]
        if e.kind == "granted":
            fits = all(task not in self.live for task in tasks)
        else:
            fits = all(task in self.live for task in tasks)
        for task in tasks if fits else ():
            if e.kind in ("granted", "renewed"):
                self.live[task] = e.seq
            else:
                del self.live[task]
        return fits

    def _assign(self, e: Event, task: list[int]) -> bool:
        entry, slot, *_, state, _, token = task
        fits = self.live.pop((entry, slot), 0) == token
        if state == 3:
            self.live[entry, slot] = e.seq
        return fits

    def _submit(self, e: Event) -> bool:
        task = (e.body["entry"], e.body["slot"])
        if e.body["late"] and task in self.live:
            return False
        if not e.body["late"] and self.live.pop(task, None) != e.body["token"]:
            return False
        refill = [(task[0], task[1]) for task in e.body["refill"]]
        fits = all(task not in self.live for task in refill)
        self.live |= dict.fromkeys(refill, e.seq)
        return fits


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    run = []
    for seq in range(100, 100 + draw(st.integers(1, 12))):
        kind = draw(
            st.sampled_from(
                [
                    *("granted", "granted", "submitted", "released", "renewed", "expired"),
                    *("removed", "assigned", "decided"),
                ]
            )
        )
        if kind == "removed":
            entries = draw(st.lists(st.integers(1, 4), min_size=1, max_size=2, unique=True))
            some = [[entry, 1, 3] for entry in entries]
            run.append(event(seq, kind, queue=1, entries=some, cancelled=[entries[0] % 4 + 1]))
        elif kind == "decided":
            entry, slot = draw(st.sampled_from(TASKS))
            token, ended = draw(st.integers(90, seq - 1)), draw(st.integers(0, 1))
            body = {"entry": entry, "slot": slot, "token": token, "ended": ended, "cancelled": []}
            run.append(event(seq, kind, **body))
        elif kind == "submitted":
            entry, slot = draw(st.sampled_from(TASKS))
            token, late = draw(st.integers(90, seq - 1)), draw(st.integers(0, 1))
            refill = draw(st.lists(st.sampled_from(TASKS), max_size=2, unique=True))
            body = {"entry": entry, "slot": slot, "token": token, "late": late, "refill": refill}
            run.append(event(seq, kind, **body))
        elif kind == "assigned":
            tasks = draw(st.lists(st.sampled_from(TASKS), min_size=1, max_size=3, unique=True))
            state, tokens = draw(st.sampled_from([2, 3, 8])), st.sampled_from([0, 0, 95, 100])
            rows = [[*task, 1, 3, 0, 7, 0, state, 0, draw(tokens)] for task in tasks]
            run.append(event(seq, kind, tasks=rows))
        elif kind == "expired":
            tasks = draw(st.lists(st.sampled_from(TASKS), min_size=1, max_size=3, unique=True))
            rows = [[*task, 7, draw(st.integers(0, 1))] for task in tasks]
            run.append(event(seq, kind, tasks=rows, stay=[]))
        else:
            tasks = draw(st.lists(st.sampled_from(TASKS), min_size=1, max_size=3, unique=True))
            run.append(event(seq, kind, tasks=[[*task, 0, seq] for task in tasks], takeover=1))
    return run


def applied(effects: Effects, live: dict[tuple[int, int], int]) -> dict[tuple[int, int], int]:
    """What dibs_append does with the effects. Raises LiveViolated like it."""
    for task, (before, _) in effects.tracked.items():
        there = live.get(task, 0)
        fits = {ABSENT: not there, SOME: bool(there), WHATEVER: True}.get(before, there == before)
        if not fits:
            raise LiveViolated
    gone = {task for task, (before, _) in effects.tracked.items() if before != ABSENT}
    left = {k: v for k, v in live.items() if k not in gone and k[0] not in effects.removed}
    return left | {task: after for task, (_, after) in effects.tracked.items() if after != ABSENT}


@given(live=st.dictionaries(st.sampled_from(TASKS), st.integers(90, 99)), run=events())
def test_the_net_effect_is_that_of_each_event_in_turn(
    live: dict[tuple[int, int], int], run: list[Event]
) -> None:
    plain = Plain(live)
    fits = all(plain.apply(e) for e in run)
    try:
        result = applied(effects_of(run), live)
    except LiveViolated:
        assert not fits
    else:
        assert fits
        assert result == plain.live


def test_a_task_granted_and_ended_in_one_run_must_have_been_free() -> None:
    effects = effects_of(
        [
            event(5, "granted", tasks=[[1, 1, 1, 3]]),
            event(6, "submitted", entry=1, slot=1, token=5, late=0, refill=[]),
        ]
    )
    assert effects.tracked == {(1, 1): [ABSENT, ABSENT]}


def test_a_task_granted_twice_in_one_run_is_refused() -> None:
    with pytest.raises(LiveViolated):
        effects_of([event(n, "granted", tasks=[[1, 1, 1, 3]]) for n in (5, 6)])


def test_a_review_is_held_until_it_is_finished_or_its_task_leaves_review() -> None:
    said = {"entry": 7, "slot": 1, "token": 5}
    held = event(5, "granted", tasks=[[7, 1, 1, 3], [8, 1, 1, 3]])
    going_on = event(6, "decided", **said, ended=0, cancelled=[])
    last = event(7, "decided", **said, ended=1, cancelled=[8])

    assert effects_of([held, going_on]).tracked[7, 1] == [ABSENT, 5]
    after = effects_of([held, going_on, last])
    assert after.tracked == {(7, 1): [ABSENT, ABSENT], (8, 1): [ABSENT, ABSENT]}
    assert after.removed == {8}


def test_ranges_follow_the_runs() -> None:
    body = {"queue": 9, "first": 11, "priority": 3, "runs": [[1, 101, 2], [2, 103, 3]]}
    effects = effects_of([event(5, "entries_added", **body)])
    assert effects.entries == [11, 2, 9, 1, 3, 101, 7, 13, 3, 9, 2, 3, 103, 7]
