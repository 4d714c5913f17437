"""Expert review: who is sent to whom, what never returns, and the worked example."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.strategies.wrong import WrongInputError
from reviewqueue.corrections import Given, Known, Resubmission, resubmit
from reviewqueue.draws import Subject
from reviewqueue.experts import Action, ExpertRules, Judged, Stage, experts, judge, overridden
from reviewqueue.model import MISSING, Decision, Due, UnitState
from reviewqueue.sampling import Rates, sample
from tests.reviewqueue.worked_example import final_states

SUBJECT = Subject(queue="q", item="i", slot=1, round=1)
DECISIONS = st.sampled_from(Decision)
PAST = {Decision.APPROVE: Action.APPROVED, Decision.REJECT: Action.REJECTED}


@st.composite
def rules(draw: st.DrawFn) -> ExpertRules:
    threshold = draw(st.integers(1, 4))
    rates = draw(st.dictionaries(st.integers(1, threshold), st.floats(0, 1)))
    return ExpertRules(
        threshold=threshold,
        stages={
            n: Stage(
                rate=rate,
                action=draw(st.sampled_from(Action)) if n < threshold else Action.APPROVED,
            )
            for n, rate in rates.items()
        },
    )


UNITS = st.lists(st.tuples(DECISIONS, st.integers(0, 5)), max_size=20).map(
    lambda units: [
        Judged(number=n, external_id=f"u{n}", decision=decision, rejects=rejects)
        for n, (decision, rejects) in enumerate(units, 1)
    ]
)


@given(units=UNITS, rules=st.none() | rules())
def test_every_unit_has_one_fate(units: list[Judged], rules: ExpertRules | None) -> None:
    fate = judge(units, rules, seed=7, subject=SUBJECT)

    told = [*fate.expert, *fate.returned, *fate.approved, *fate.deleted]
    assert sorted(told) == [unit.number for unit in units]
    assert all(units[n - 1].decision is Decision.REJECT for n in fate.returned)
    assert all(units[n - 1].decision is Decision.APPROVE for n in fate.approved)
    assert set(fate.deleted) == {u.number for u in units if u.decision is Decision.DELETE}
    assert rules is not None or not fate.expert


@given(units=UNITS, rules=rules())
def test_what_is_rejected_at_the_threshold_goes_to_an_expert(
    units: list[Judged], rules: ExpertRules
) -> None:
    fate = judge(units, rules, seed=7, subject=SUBJECT)

    last = {
        u.number
        for u in units
        if u.decision is Decision.REJECT and u.rejects + 1 >= rules.threshold
    }
    assert last <= set(fate.expert)


@given(units=UNITS, rules=rules())
def test_a_stage_takes_only_what_its_action_names(units: list[Judged], rules: ExpertRules) -> None:
    fate = judge(units, rules, seed=7, subject=SUBJECT)

    for unit in units:
        iteration = min(unit.rejects + 1, rules.threshold)
        at_threshold = unit.decision is Decision.REJECT and iteration == rules.threshold
        if unit.number in fate.expert and not at_threshold:
            names = {Action.ALL, PAST[unit.decision]}
            assert rules.stages[iteration].action in names


def test_missing_labels_are_drawn_for_one_by_one() -> None:
    again = [Judged(number=MISSING + n, decision=Decision.REJECT) for n in range(1, 51)]
    stages = {1: Stage(rate=0.5, action=Action.ALL)}

    fate = judge(again, ExpertRules(threshold=2, stages=stages), seed=7, subject=SUBJECT)

    assert fate.expert
    assert fate.returned


@given(units=UNITS, rates=st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_raising_the_rate_of_a_stage_only_adds(units: list[Judged], rates: list[float]) -> None:
    low, high = (
        judge(
            units,
            ExpertRules(threshold=9, stages={1: Stage(rate=rate, action=Action.ALL)}),
            seed=7,
            subject=SUBJECT,
        )
        for rate in sorted(rates)
    )

    assert set(low.expert) <= set(high.expert)


@given(rules=rules())
def test_who_always_fails_is_returned_fewer_times_than_the_threshold(rules: ExpertRules) -> None:
    returns = 0
    while True:
        unit = Judged(number=1, external_id="u", decision=Decision.REJECT, rejects=returns)
        if not judge([unit], rules, seed=7, subject=SUBJECT).returned:
            break
        returns += 1

    assert returns < rules.threshold


@given(
    pool=st.frozensets(st.integers(1, 6)),
    authors=st.frozensets(st.integers(1, 6)),
    reviewers=st.frozensets(st.integers(1, 6)),
)
def test_no_author_is_ever_an_expert_and_no_reviewer_while_there_is_another(
    pool: frozenset[int], authors: frozenset[int], reviewers: frozenset[int]
) -> None:
    strict = experts(pool, authors=authors, reviewers=reviewers)
    soft = experts(pool, authors=authors, reviewers=reviewers, allow_same_reviewer=True)

    assert strict == pool - authors - reviewers
    assert soft == (strict or pool - authors)


def stages(**stage: Any) -> dict[str, Any]:
    return {"threshold": 2, "stages": {1: Stage(rate=1, action=Action.ALL), **stage["more"]}}


@pytest.mark.parametrize(
    ("wrong", "name", "right"),
    [
        ({"threshold": 0}, "threshold", "must be 1 or more"),
        (
            {"threshold": 2, "stages": {3: Stage(rate=1, action=Action.ALL)}},
            "stages[0].iteration",
            "must be 1 to 2, the threshold",
        ),
        (
            stages(more={2: Stage(rate=math.nan, action=Action.APPROVED)}),
            "stages[1].rate",
            "must be 0 to 1",
        ),
        (
            stages(more={2: Stage(rate=0.5, action=Action.REJECTED)}),
            "stages[1].action",
            "must be APPROVED at the threshold",
        ),
        (
            {"threshold": 1, "stages": {1: Stage(rate=0.5, action=Action.ALL)}},
            "stages[0].action",
            "must be APPROVED at the threshold",
        ),
    ],
)
def test_rules_that_cannot_be_are_refused_by_name(
    wrong: dict[str, Any], name: str, right: str
) -> None:
    with pytest.raises(WrongInputError, match=right) as refused:
        ExpertRules(**wrong)
    assert refused.value.name == name


EXAMPLE = ExpertRules(
    threshold=2,
    stages={
        1: Stage(rate=0.1, action=Action.ALL),
        2: Stage(rate=0.5, action=Action.APPROVED),
    },
)


class _Example:
    """The task of the example on its way: what is known of its units after each round."""

    def __init__(self, queue: str, item: str) -> None:
        self.queue, self.item = queue, item
        self.known: dict[int, Known] = {}
        self.rounds = 0

    def submit(self) -> Resubmission:
        given = [Given(external_id=f"u{n}") for n in range(100)]
        return resubmit(list(self.known.values()), given)

    def review(self, rejects: Callable[[int], bool]) -> set[str]:
        """One round of reviewer and experts; answers which units were in it."""
        self.rounds += 1
        again = self.submit()
        subject = Subject(queue=self.queue, item=self.item, slot=1, round=self.rounds)
        taken = sample(again.units, how=Rates().of_work(1), seed=7, subject=subject)
        units = {u.number: u.external_id for u in again.units if u.number in set(taken.numbers)}
        judged = [
            Judged(
                number=number,
                external_id=name,
                decision=Decision.REJECT if rejects(int(name[1:])) else Decision.APPROVE,
                rejects=again.rejects.get(number, 0),
            )
            for number, name in units.items()
        ]
        self._keep(judged, judge(judged, EXAMPLE, seed=7, subject=subject).expert)
        return set(units.values())

    def _keep(self, judged: list[Judged], with_expert: tuple[int, ...]) -> None:
        for one in judged:
            is_reject = one.decision is Decision.REJECT
            state = UnitState.RETURNED if is_reject else UnitState.APPROVED
            if one.number in with_expert:
                odd = int(one.external_id[1:]) % 2
                state = overridden(Decision.REJECT if odd else Decision.APPROVE)
            self.known[one.number] = Known(
                number=one.number,
                external_id=one.external_id,
                state=state,
                rejects=one.rejects + is_reject,
                reviewer=2,
            )

    def fix(self) -> set[str]:
        """The author marks all that were returned; answers which."""
        returned = [one for one in self.known.values() if one.state is UnitState.RETURNED]
        for one in returned:
            self.known[one.number] = replace(one, state=UnitState.RESOLVED)
        return {one.external_id for one in returned}


@pytest.mark.parametrize(("queue", "item"), [("q", "i"), ("digits", "image-17")])
def test_expert_review_worked_example(queue: str, item: str) -> None:
    task = _Example(queue, item)
    first = task.review(lambda u: u % 5 < 2)
    fixed = task.fix()

    second = task.review(lambda u: u % 3 == 0)

    assert first == {f"u{n}" for n in range(100)}
    assert second == fixed
    final = {one.external_id: int(one.state) for one in task.known.values()}
    assert final == final_states(queue, item)
    assert Counter(final.values())[UnitState.REJECTED]
    assert all(unit.due is Due.NEVER for unit in task.submit().units)
