"""Reviews in a fault run: who reviews and how, and who changes that while they do."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dibs import list_calls, review_calls, setup_calls
from dibs.call import duration
from dibs.errors import Conflict, Denied, InvalidRequest, NotFound, StoreUnavailable, WrongState
from dibs.v1.common_pb2 import TaskKind
from dibs.v1.issues_pb2 import MissingLabel
from dibs.v1.project_pb2 import Member, Role
from dibs.v1.review_pb2 import (
    REVIEW_ACTION_APPROVE,
    REVIEW_ACTION_DELETE,
    REVIEW_ACTION_REJECT,
    Review,
    Verdict,
)
from dibs.v1.review_settings_pb2 import (
    EXPERT_ACTION_APPROVED,
    AnnotatorMapping,
    ClassMapping,
    ExpertReview,
    ExpertStage,
    ReviewSettings,
)
from loadtest.calls import About, Caller
from loadtest.faults.crew import CHECKED
from loadtest.reviewers import Desk, Reviewer, verdict
from loadtest.swarm import Swarm
from loadtest.turns import listed

REVIEWERS = tuple(f"reviewer-{n}" for n in range(12))
PLAIN, EXPERTS = REVIEWERS[:9], REVIEWERS[9:]
CLASSES = ("", "", "car", "tree")
"""Of which units are; most of them of none."""
LEASE_S = 1.5
FALLBACK_S = 1.0
"""So short that whoever is mapped and does not come is not waited for at the end."""
SAID = (REVIEW_ACTION_APPROVE,) * 6 + (REVIEW_ACTION_REJECT,) * 3 + (REVIEW_ACTION_DELETE,)
REFUSED = (StoreUnavailable, Conflict, Denied, InvalidRequest, NotFound, WrongState)


def people() -> list[Member]:
    """Those who review and nothing else."""
    return [Member(person_id=name, roles=[Role.ROLE_REVIEWER]) for name in REVIEWERS]


def settings(rng: random.Random, annotators: Sequence[str]) -> ReviewSettings:
    """A queue with a bit of everything, differently each time; each round goes to its end."""
    one, other = rng.sample(PLAIN, 2)
    return ReviewSettings(
        enabled=True,
        sampling_rate=rng.choice([0.2, 0.6, 1.0]),
        discard_review_rate=rng.choice([0.0, 0.5]),
        multi_review=rng.random() < 0.3,
        class_mappings=[ClassMapping(class_name="car", reviewers=[one, other])],
        annotator_mappings=[
            AnnotatorMapping(annotator=person, reviewers=[rng.choice(PLAIN)])
            for person in rng.sample(annotators, 5)
        ],
        expert_review=ExpertReview(
            threshold=rng.choice([2, 2, 2, 3, 1]),
            stages=[ExpertStage(iteration=1, rate=0.1, action=EXPERT_ACTION_APPROVED)],
            experts=EXPERTS,
        ),
        fallback_after=duration(timedelta(seconds=FALLBACK_S)),
        lease_duration=duration(timedelta(seconds=LEASE_S)),
        max_held=rng.randint(4, 10),
    )


def begin(swarm: Swarm, rng: random.Random) -> None:
    """Everybody who reviews sits down."""
    for name in REVIEWERS:
        kinds = [TaskKind.TASK_KIND_REVIEW]
        if name in EXPERTS:
            kinds.append(TaskKind.TASK_KIND_EXPERT_REVIEW)
        fate = random.Random(rng.random())
        reviewer = Reviewer(
            caller=swarm.caller(name, twice=0.03),
            desk=_desk(tuple(kinds)),
            judge=lambda *_, fate=fate: fate.choice(SAID),
            rng=fate,
            stop=swarm.stop,
        )
        swarm.tasks.append(asyncio.create_task(reviewer.run()))


def _desk(kinds: tuple[TaskKind, ...]) -> Desk:
    return Desk(
        queues=(CHECKED,),
        kinds=kinds,
        most=4,
        think_s=0.01,
        idle_s=0.1,
        starts=0.2,
        renews=0.1,
        releases=0.05,
        halves=0.3,
        misses=0.05,
        vanishes=0.03,
        away_s=LEASE_S,
        errs=0.1,
    )


@dataclass(slots=True, kw_only=True)
class Chief:
    """Changes how work is reviewed, and who may; has some of it reviewed again, all the time."""

    admin: Caller
    annotators: Sequence[str]
    stop: asyncio.Event
    rng: random.Random
    every_s: float = 0.25

    async def run(self) -> None:
        """One change after the other, until `stop`."""
        changes = (
            *(self._settings, self._set_aside, self._take_role),
            *(self._again, self._again, self._return),
        )
        while not self.stop.is_set():
            with contextlib.suppress(*REFUSED):
                await self.rng.choice(changes)()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.every_s):
                    await self.stop.wait()

    async def _settings(self) -> None:
        await self.admin.review_by(CHECKED, settings(self.rng, self.annotators))

    async def _set_aside(self) -> None:
        """What waits for them is for others then, and what they hold, too."""
        person = self.rng.choice(REVIEWERS)
        await self._update(person, active=False)
        await self._update(person, active=True)

    async def _take_role(self) -> None:
        person = self.rng.choice(REVIEWERS)
        await self._update(person, roles=[Role.ROLE_ANNOTATOR])
        await self._update(person, roles=[Role.ROLE_REVIEWER])

    async def _update(self, person: str, **changes: Any) -> None:
        call = setup_calls.update_member(self.admin.client.scope, person, **changes)
        await self.admin.made(call, About(method="UpdateMember"))

    async def _again(self) -> None:
        """Some of what is done or under review is drawn again, or looked at by one more."""
        scope = self.admin.client.scope
        tasks = await listed(self.admin, CHECKED, "state = COMPLETED OR state = IN_REVIEW")
        if not tasks:
            return
        some = self.rng.sample(tasks, min(3, len(tasks)))
        if self.rng.random() < 0.5:
            added = review_calls.add_reviews(scope, CHECKED, task_ids=some)
            await self.admin.made(added, About(method="AddReviews", queue=CHECKED))
        else:
            drawn = review_calls.resample(scope, CHECKED, task_ids=some)
            await self.admin.made(drawn, About(method="Resample", queue=CHECKED))

    async def _return(self) -> None:
        """One that was submitted goes back, whoever reviews it, and whatever they say meanwhile."""
        tasks = await listed(self.admin, CHECKED, "state = COMPLETED OR state = IN_REVIEW")
        if tasks:
            missing = [MissingLabel(comment="a manager sees one more")]
            scope, task = self.admin.client.scope, self.rng.choice(tasks)
            call = review_calls.return_task(scope, task, missing=missing)
            await self.admin.made(call, About(method="ReturnTask"))


async def send_home(admin: Caller, queue: str, stay: Sequence[str]) -> None:
    """Whoever has something to correct and does not stay is set aside: others correct it."""
    call = list_calls.list_tasks(
        admin.client.scope, queue=queue, filter="state = RETURNED", page_size=1000
    )
    with contextlib.suppress(*REFUSED):
        found = (await admin.client.execute(call)).tasks
        for person in sorted({one.person for one in found} - {"", *stay}):
            gone = setup_calls.update_member(admin.client.scope, person, active=False)
            await admin.made(gone, About(method="UpdateMember"))


async def review_all(caller: Caller, queue: str) -> int:
    """Decide about whatever this person may review; how many reviews that were.

    In the first round of a task some come back once more.
    """
    done = 0
    for kind in (TaskKind.TASK_KIND_REVIEW, TaskKind.TASK_KIND_EXPERT_REVIEW):
        with contextlib.suppress(*REFUSED):
            while reviews := (await caller.reserve_reviews(queue, 20, kind)).reviews:
                for review in reviews:
                    await caller.decide(review, review.lease.lease_token, _at_last(review))
                done += len(reviews)
    return done


def _at_last(review: Review) -> Verdict:
    returned = review.round == 1 and int(review.review_id[1:]) % 4 == 0
    return verdict(REVIEW_ACTION_REJECT if returned else REVIEW_ACTION_APPROVE)
