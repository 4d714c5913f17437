"""People who review: they take what others have submitted, and decide about it.

A `Desk` says where they sit and how they work, a `Judge` what they say of a
unit; the demo and the fault runs differ in both only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dibs.v1.common_pb2 import TaskKind
from dibs.v1.issues_pb2 import MissingLabel
from dibs.v1.review_pb2 import (
    REVIEW_ACTION_REJECT,
    Review,
    ReviewAction,
    UnitDecision,
    UnitUnderReview,
    Verdict,
)
from loadtest.calls import Decisions
from loadtest.workers import REFUSALS, Worker

Judge = Callable[[Review, UnitUnderReview], ReviewAction]
OBJECTION = "look again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """How a person reviews. Numbers without a unit are probabilities, per review unless said."""

    queues: tuple[str, ...]
    kinds: tuple[TaskKind, ...] = (TaskKind.TASK_KIND_REVIEW,)
    most: int = 1
    """Most reviews asked for at once; how many is drawn each time."""
    think_s: float = 0.0
    """Mean time for a review."""
    idle_s: float = 0.2
    """Pause when there is nothing."""
    starts: float = 0.0
    renews: float = 0.0
    releases: float = 0.0
    halves: float = 0.0
    """Decides about half of the units, and later about the others."""
    misses: float = 0.0
    """Reports a label as missing before deciding."""
    vanishes: float = 0.0
    """Leaves with whatever is held."""
    away_s: float = 1.0
    errs: float = 0.0
    """Decides again about what was decided."""


@dataclass(slots=True, kw_only=True)
class Reviewer(Worker):
    """One person, until `stop` is set."""

    desk: Desk
    judge: Judge
    reviewed: int = 0
    """Reviews that they finished."""

    async def run(self) -> None:
        """Review until the end. Raises what no reviewer should be answered."""
        while not self.stop.is_set():
            try:
                reviews = await self._take()
                if not reviews:
                    await self._pause(self.desk.idle_s)
                for review in reviews:
                    if self._draws(self.desk.vanishes):
                        await self._pause(self.desk.away_s * (0.5 + self.rng.random()))
                        break
                    if self.stop.is_set():
                        break
                    await self._work_on(review)
            except REFUSALS:
                await self._pause(self.desk.idle_s * self.rng.random())

    async def _take(self) -> Sequence[Review]:
        """The first that there is in any of the queues, experts' work before the others'."""
        count = self.rng.randint(1, self.desk.most)
        for queue in self.rng.sample(self.desk.queues, len(self.desk.queues)):
            for kind in reversed(self.desk.kinds):
                answer = await self.caller.reserve_reviews(queue, count, kind)
                if answer.reviews:
                    return answer.reviews
        return ()

    async def _work_on(self, review: Review) -> None:
        """One review from the first look to the last decision; a refusal ends it."""
        try:
            await self._decide(review, await self._before(review))
        except REFUSALS:
            return

    async def _before(self, review: Review) -> int:
        """All that precedes a decision; returns the token that counts then."""
        token = review.lease.lease_token
        if self._draws(self.desk.starts):
            await self.caller.start(review.review_id, token)
        if self._draws(self.desk.renews):
            await self.caller.renew([(review.review_id, token)])
        think_s = self.desk.think_s
        await self._pause(self.rng.expovariate(1 / think_s) if think_s else 0)
        if self._draws(self.desk.misses):
            label = MissingLabel(comment="there is one more")
            await self.caller.report_missing(review, token, label)
        return token

    async def _decide(self, review: Review, token: int) -> None:
        if self._draws(self.desk.releases):
            await self.caller.release(review.review_id, token)
            return
        steps = self._steps(review)
        for said in steps:
            answer = await self.caller.decide(review, token, said)
            self.reviewed += answer.finished
        if self._draws(self.desk.errs):
            await self.caller.decide(review, token, steps[0])

    def _steps(self, review: Review) -> list[Decisions]:
        """What they say, call by call: of units by their ids, then of what has none."""
        named = [
            UnitDecision(unit_id=one.unit.unit_id, verdict=verdict(self.judge(review, one)))
            for one in review.units
            if one.unit.unit_id
        ]
        half = len(named) // 2 if self._draws(self.desk.halves) else 0
        steps: list[Decisions] = [some for some in (named[:half], named[half:]) if some]
        if review.missing or len(named) < len(review.units):
            steps.append(verdict(self.judge(review, UnitUnderReview())))
        return steps


def verdict(action: ReviewAction) -> Verdict:
    """A reject says why."""
    objects = action == REVIEW_ACTION_REJECT
    return Verdict(action=action, comment=OBJECTION if objects else "")
