"""Experts: who decides when a reviewer and an author cannot agree (SEMANTICS §6).

A unit that was rejected n − 1 times before is in its iteration n. At the X-th
rejection, X being the threshold, it goes to an expert in place of its author.
Before that a stage may send some: at iteration n a share `rate`, by the draw
of purpose `expert:<n>`, of what the stage's action names. What an expert
approves is approved, whatever the reviewer said; what they reject is REJECTED
and never returns. Meanwhile the author waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

from allocator.strategies.wrong import WrongInputError
from reviewqueue.draws import Subject, check_rate, draws, expert, is_sampled
from reviewqueue.model import Decision, UnitState, name_of


class Action(IntEnum):
    """Which decisions of reviewers an expert stage takes from."""

    ALL = 1
    """Approved and rejected ones."""
    APPROVED = 2
    REJECTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What goes to experts at one iteration, apart from what reaches the threshold."""

    rate: float
    action: Action

    def takes(self, decision: Decision) -> bool:
        """Whether the action names this decision. What was deleted is nobody's any more."""
        if decision is Decision.APPROVE:
            return self.action is not Action.REJECTED
        return decision is Decision.REJECT and self.action is not Action.APPROVED


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertRules:
    """The threshold X, and stages by iteration, 1 to X.

    Raises WrongInputError.
    """

    threshold: int
    stages: Mapping[int, Stage] = field(default_factory=lambda: MappingProxyType({}))
    allow_same_reviewer: bool = False

    def __post_init__(self) -> None:
        if self.threshold < 1:
            raise WrongInputError("threshold", "must be 1 or more")
        for place, (iteration, stage) in enumerate(self.stages.items()):
            self._check(f"stages[{place}]", iteration, stage)

    def _check(self, name: str, iteration: int, stage: Stage) -> None:
        if not 1 <= iteration <= self.threshold:
            right = f"must be 1 to {self.threshold}, the threshold"
            raise WrongInputError(f"{name}.iteration", right)
        check_rate(f"{name}.rate", stage.rate)
        if iteration == self.threshold and stage.action is not Action.APPROVED:
            right = "must be APPROVED at the threshold, where all that is rejected goes to experts"
            raise WrongInputError(f"{name}.action", right)

    def iteration(self, rejects: int) -> int:
        """In which iteration a unit is that was rejected so often before.

        One that an expert approved and its author changed afterwards stays in the last.
        """
        return min(rejects + 1, self.threshold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A unit on which a reviewer decided. `rejects` counts the rejections before this one."""

    number: int
    external_id: str = ""
    decision: Decision
    rejects: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """What becomes of the units of a review, by number, in order."""

    expert: tuple[int, ...] = ()
    returned: tuple[int, ...] = ()
    approved: tuple[int, ...] = ()
    deleted: tuple[int, ...] = ()


def judge(
    units: Sequence[Judged], rules: ExpertRules | None, *, seed: int | str, subject: Subject
) -> Judgment:
    """What becomes of units that reviewers decided on. No rules: no experts."""
    sent = frozenset() if rules is None else _sent(units, rules, seed=seed, subject=subject)
    fates: dict[Decision, list[int]] = {decision: [] for decision in Decision}
    for unit in sorted(units, key=lambda unit: unit.number):
        if unit.number not in sent:
            fates[unit.decision].append(unit.number)
    return Judgment(
        expert=tuple(sorted(sent)),
        returned=tuple(fates[Decision.REJECT]),
        approved=tuple(fates[Decision.APPROVE]),
        deleted=tuple(fates[Decision.DELETE]),
    )


def _sent(
    units: Iterable[Judged], rules: ExpertRules, *, seed: int | str, subject: Subject
) -> frozenset[int]:
    drawn = {
        iteration: draws(seed=seed, purpose=expert(iteration), subject=subject)
        for iteration in rules.stages
    }

    def goes(unit: Judged) -> bool:
        iteration = rules.iteration(unit.rejects)
        if unit.decision is Decision.REJECT and iteration == rules.threshold:
            return True
        stage = rules.stages.get(iteration)
        if stage is None or not stage.takes(unit.decision):
            return False
        return is_sampled(drawn[iteration](name_of(unit.number, unit.external_id)), stage.rate)

    return frozenset(unit.number for unit in units if goes(unit))


_OVERRIDDEN = {
    Decision.APPROVE: UnitState.APPROVED,
    Decision.REJECT: UnitState.REJECTED,
    Decision.DELETE: UnitState.DELETED,
}


def overridden(decision: Decision) -> UnitState:
    """What a unit is, for good, once an expert decided on it."""
    return _OVERRIDDEN[decision]


def experts(
    pool: Iterable[int],
    *,
    authors: Set[int],
    reviewers: Set[int],
    allow_same_reviewer: bool = False,
) -> frozenset[int]:
    """Who of the pool, active members with review rights, may decide on units as an expert.

    Never their authors, and not who reviewed them; reviewers only where that leaves nobody and
    the rules allow it.
    """
    others = frozenset(pool) - authors
    strangers = others - reviewers
    return strangers if strangers or not allow_same_reviewer else others
