"""A fault run says why it shows nothing, and when it shows a broken promise."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from audit.report import INVARIANTS, Report
from dibs.v1.review_lists_pb2 import (
    UNIT_STATE_APPROVED,
    UNIT_STATE_NOT_SAMPLED,
    UNIT_STATE_PENDING,
    UNIT_STATE_REJECTED,
    UnitRecord,
    UnitState,
)
from loadtest import demo, team
from loadtest.checked import Checked, Label, fate_of
from loadtest.demo import LEAST_EXPIRED, LEAST_FINISHED, LEAST_SKIPPED, TURNS, Shown
from loadtest.faults.driver import Struck
from loadtest.faults.kinds import KINDS
from loadtest.faults.verdict import REVIEWED, Verdict, both
from loadtest.report import Figures, Person, Team


def struck(kind: str, *, under_load: bool = True) -> Struck:
    return Struck(kind=kind, at_s=1.0, under_load=under_load, took_s=0.5)


def verdict() -> Verdict:
    """A minute in which everything was as it must be."""
    report = Report(
        events=9,
        examined=Counter(dict.fromkeys(INVARIANTS, 1)),
        kinds=Counter(dict.fromkeys(REVIEWED, 1)),
    )
    return Verdict(
        load_s=60.0,
        acknowledged=6_000,
        struck=[struck(kind) for kind in (*KINDS, *KINDS)],
        rounds=2,
        report=report,
        contradictions=(),
        rebuilds={"snapshot": 1},
    )


def test_a_sound_run_is_conclusive() -> None:
    assert verdict().doubts() == []
    assert verdict().code == 0


def once(found: Verdict) -> None:
    found.struck = [struck(kind) for kind in KINDS]


def idle(found: Verdict) -> None:
    found.struck = [struck(kind, under_load=kind != "redis paused") for kind in (*KINDS, *KINDS)]


def slow(found: Verdict) -> None:
    found.acknowledged = 4_999


def untried(found: Verdict) -> None:
    assert found.report
    found.report.examined[14] = 0


def undecided(found: Verdict) -> None:
    assert found.report
    found.report.notes.append("Redis is at another event")


def not_drained(found: Verdict) -> None:
    found.failures.append("not drained")


def not_audited(found: Verdict) -> None:
    found.report = None


def from_the_log(found: Verdict) -> None:
    found.rebuilds = {"log": 9}


SPOILED = [once, idle, slow, untried, undecided, not_drained, not_audited, from_the_log]


@pytest.mark.parametrize("spoil", SPOILED)
def test_an_inconclusive_run_says_so_and_fails(spoil: Callable[[Verdict], None]) -> None:
    spoiled = verdict()
    spoil(spoiled)
    assert spoiled.doubts()
    assert spoiled.violations == 0
    assert spoiled.code == 1


def test_violations_and_contradictions_fail() -> None:
    broken = verdict()
    assert broken.report
    broken.report.violated[3] = 2
    broken.contradictions = ["the same request, two answers"]
    assert broken.violations == 3
    assert broken.code == 1


def test_what_was_tried_at_rest_counts_too() -> None:
    resting = Report(events=5, examined=Counter({14: 3}), violated=Counter({14: 1}))
    final = Report(events=9, examined=Counter({3: 1}))

    joined = both(resting, final)

    assert joined.events == 9
    assert (joined.examined[14], joined.examined[3], joined.violated[14]) == (3, 1, 1)


def figures(**changed: object) -> Figures:
    values = {
        **dict.fromkeys(("items", "tasks", "released", "worked_s", "p50_ms", "p99_ms"), 1),
        **dict.fromkeys(("calls_a_second", "tasks_a_second"), 1.0),
        "finished": LEAST_FINISHED,
        "expired": LEAST_EXPIRED,
        "skipped": LEAST_SKIPPED,
        "turns": ("paused",) * TURNS,
        "by_person": {},
    }
    return Figures(**{**values, **changed})  # type: ignore[arg-type]


def person(name: str, load: int, dealt: int, took: int) -> Person:
    had = dealt + took
    return Person(
        name=name, load=load, dealt=dealt, took=took, had=had, finished=had, submitted=had
    )


def shared(**changed: object) -> Team:
    """A team of two and a stand-in, of whom one left with three tasks."""
    people = [person("ann", 55, 6, 1), person("bob", 45, 4, -3), person("cat", 0, 0, 2)]
    sound = Team(
        tasks=10,
        ended=10,
        people=people,
        leaver="bob",
        open=3,
        lent=3,
        came_back=3,
        moved=3,
        locked=True,
    )
    return replace(sound, **changed)  # type: ignore[arg-type]


def with_ann(**changed: object) -> Team:
    """Something else is true of Ann."""
    [ann, *others] = shared().people
    return shared(people=[replace(ann, **changed), *others])  # type: ignore[arg-type]


def reviewed(**changed: object) -> Checked:
    """A fifth of ten labels, of which one came back and one was lost for good."""
    sound = Checked(
        labels=10,
        sampled=2,
        returned=1,
        rejected=1,
        without_review=0.8,
        with_review=0.9,
        people=[],
        open=0,
        own=0,
        strange=0,
    )
    return replace(sound, **changed)  # type: ignore[arg-type]


def shown(**changed: object) -> Shown:
    """A demo of which all holds."""
    sound = Shown(figures=figures(items=10), team=shared(), checked=reviewed(), audited=Report())
    return replace(sound, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "short",
    [{"finished": 2_149}, {"expired": 29}, {"skipped": 9}, {"turns": ("paused",)}],
    ids=str,
)
def test_a_demo_that_shows_too_little_fails(short: dict[str, object]) -> None:
    assert demo._failures(shown()) == []
    assert len(demo._failures(shown(figures=figures(items=10, **short)))) == 1
    assert demo._failures(shown(audited=Report(violated=Counter({3: 1}))))


@pytest.mark.parametrize(
    ("spoiled", "told"),
    [
        (shared(tasks=11, ended=11), "10 of 11 tasks were dealt out"),
        (shared(ended=9), "9 of 10 tasks are finished"),
        (shared(lent=2), "2 of 3 open tasks of bob went to the stand-in"),
        (shared(came_back=2), "2 of 3 open tasks of bob came back"),
        (shared(moved=2), "2 of 3 open tasks of bob went to the others"),
        (shared(open=0, lent=0, came_back=0, moved=0), "bob left nothing to be moved"),
        (shared(locked=False), "bob may still be given tasks"),
        (with_ann(load=40), "ann was dealt 6, due were 4"),
        (with_ann(took=4, had=10, finished=10, submitted=10), "spread unevenly: [4, 2]"),
        (with_ann(had=8, finished=8, submitted=8), "ann had 8 tasks, not 7"),
        (with_ann(finished=6, submitted=6), "ann finished 6 of 7"),
        (with_ann(submitted=8), "ann submitted 8 times, 7 tasks"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_demo_fails_if_something_of_its_team_did_not_hold(spoiled: Team, told: str) -> None:
    assert team.failures(shared()) == []
    [failure] = team.failures(spoiled)
    assert told in failure
    assert demo._failures(shown(team=spoiled)) == [failure]


LABELS = {
    "1-1": Label(author="ann", truth="7", said=["1", "7"]),
    "2-1": Label(author="ann", truth="8", said=["3", "3"]),
    "3-1": Label(author="bob", truth="5", said=["5"]),
    "4-1": Label(author="bob", truth="4", said=["9"]),
}


def unit(task: str, said: str, state: UnitState, reviewer: str = "") -> UnitRecord:
    author = LABELS[task].author
    return UnitRecord(task_id=task, class_name=said, state=state, reviewer=reviewer, author=author)


UNITS = [
    unit("1-1", "7", UNIT_STATE_APPROVED, "rex"),
    unit("2-1", "3", UNIT_STATE_REJECTED, "xia"),
    unit("3-1", "5", UNIT_STATE_APPROVED, "rex"),
    unit("4-1", "9", UNIT_STATE_NOT_SAMPLED),
]
LOOKS = {"1-1": False, "2-1": False, "3-1": True}


def test_what_a_review_was_worth_is_counted_against_the_truth() -> None:
    found = fate_of(LABELS, UNITS, LOOKS)

    assert (found.without_review, found.with_review) == (1 / 4, 2 / 3)
    assert (found.sampled, found.returned, found.rejected) == (3, 2, 1)
    assert (found.open, found.own, found.strange) == (0, 0, 0)
    assert {one.name: (one.right, one.first_pass) for one in found.people} == {
        "ann": (0, 0.0),
        "bob": (1, 1.0),
    }


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"open": 1}, "1 labels were forgotten"),
        ({"own": 2}, "2 labels were reviewed by their author"),
        ({"strange": 3}, "3 labels are not what was submitted last"),
        ({"labels": 9}, "9 of 10 images were labelled"),
        ({"sampled": 5}, "5 labels were reviewed"),
        ({"with_review": 0.1}, "the review was worth nothing"),
    ],
    ids=str,
)
def test_a_demo_fails_if_its_review_forgot_or_was_worth_nothing(
    changed: dict[str, object], told: str
) -> None:
    [failure] = demo._failures(shown(checked=reviewed(**changed)))
    assert told in failure


def test_a_label_that_was_drawn_and_not_decided_about_is_forgotten() -> None:
    waiting = [*UNITS[:3], unit("4-1", "9", UNIT_STATE_PENDING)]
    assert fate_of(LABELS, waiting, LOOKS).open == 1
    assert fate_of(LABELS, UNITS[1:], LOOKS).open == 1
    assert fate_of(LABELS, UNITS, {**LOOKS, "4-1": True}).open == 1
