"""The demo's third part: labels with mistakes in them, and the review that finds some.

Eight people label every image, each by their own rate of mistakes
(loadtest/mistakes.py). A fifth of the labels is reviewed: the hardest digits by
one reviewer, some people's work by whom they are mapped to, the rest by whoever
comes; one of the annotators reviews too, never their own. What is rejected goes
back; at the second reject an expert decides, and a tenth of what was approved
is for experts, too. Work is dealt out and draws are seeded: the same labels are
given, found and corrected in every run.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from dibs.v1.allocation_pb2 import ReviewUnit
from dibs.v1.common_pb2 import Task, TaskKind
from dibs.v1.project_pb2 import Member, Role
from dibs.v1.queue_pb2 import Queue
from dibs.v1.review_lists_pb2 import UnitRecord
from dibs.v1.review_pb2 import (
    REVIEW_ACTION_APPROVE,
    REVIEW_ACTION_REJECT,
    Review,
    ReviewAction,
    UnitUnderReview,
)
from dibs.v1.review_settings_pb2 import (
    EXPERT_ACTION_APPROVED,
    AnnotatorMapping,
    ClassMapping,
    ExpertReview,
    ExpertStage,
    ReviewSettings,
)
from loadtest import mistakes, redistribution
from loadtest.annotators import Annotator, Manner
from loadtest.calls import Caller
from loadtest.checked import Checked, Label, fate_of, first_looks
from loadtest.report import ENDED
from loadtest.reviewers import Desk, Reviewer
from loadtest.swarm import Swarm, attach, create_queue
from store.server_process import until

QUEUE: Final = "digits-checked"
UNIT: Final = "label"
RATES: Final = {
    "gil": 0.04,
    "hal": 0.06,
    "ida": 0.08,
    "jon": 0.10,
    "kim": 0.12,
    "leo": 0.15,
    "mia": 0.18,
    "nia": 0.22,
}
"""Mistakes of who labels, per label; the last one reviews, too."""
BOTH: Final = "nia"
REVIEWERS: Final = ("rex", "rio", "roy", "sue")
EXPERTS: Final = ("xan", "xia")
SHARE: Final = 0.2
THRESHOLD: Final = 2
SETTINGS: Final = ReviewSettings(
    enabled=True,
    sampling_rate=SHARE,
    seed=mistakes.SEED,
    class_mappings=[ClassMapping(class_name=digit, reviewers=["sue"]) for digit in "89"],
    annotator_mappings=[
        *(AnnotatorMapping(annotator=one, reviewers=["rex"]) for one in ("gil", "hal")),
        *(AnnotatorMapping(annotator=one, reviewers=["rio", "roy"]) for one in ("jon", "kim")),
    ],
    expert_review=ExpertReview(
        threshold=THRESHOLD,
        stages=[ExpertStage(iteration=1, rate=0.1, action=EXPERT_ACTION_APPROVED)],
        experts=EXPERTS,
    ),
)
MANNER: Final = Manner(queues=(QUEUE,), most=5, starts=0.0, idle_s=0.1)
LEASE_S: Final = 10.0
WITHIN_S: Final = 60.0


def people() -> list[Member]:
    """Everybody who has a part in it."""
    both = [BOTH]
    return [
        *(Member(person_id=one, roles=[Role.ROLE_ANNOTATOR]) for one in RATES if one not in both),
        *(Member(person_id=one, roles=[Role.ROLE_ANNOTATOR_AND_REVIEWER]) for one in both),
        *(Member(person_id=one, roles=[Role.ROLE_REVIEWER]) for one in (*REVIEWERS, *EXPERTS)),
    ]


@dataclass(slots=True, kw_only=True)
class Labels:
    """What was said of every task, look by look."""

    by_task: dict[str, Label] = field(default_factory=dict)

    def give(self, task: Task, person: str) -> list[ReviewUnit]:
        """The label that a person gives an image now, as the one unit of its task."""
        truth, image = task.attributes["label"], task.external_id
        known = self.by_task.get(task.task_id)
        if known is None:
            said = mistakes.read(person, image, truth, RATES[person])
            self.by_task[task.task_id] = Label(author=person, truth=truth, said=[said])
        else:
            look = len(known.said) + 1
            said = mistakes.read_again(person, image, truth, known.said[-1], look)
            known.said.append(said)
        return [ReviewUnit(unit_id=UNIT, class_name=said, digest=said.encode())]


def judge(review: Review, unit: UnitUnderReview) -> ReviewAction:
    """Whoever reviews sees the true label, and does not always look well."""
    right = mistakes.seems_right(
        review.task.external_id,
        unit.unit.class_name,
        review.task.attributes["label"],
        review.round,
        expert=review.kind == TaskKind.TASK_KIND_EXPERT_REVIEW,
    )
    return REVIEW_ACTION_APPROVE if right else REVIEW_ACTION_REJECT


async def play(
    swarm: Swarm,
    admin: Caller,
    datasets: Sequence[tuple[str, int]],
    dsn: str,
    say: Callable[[str], None],
) -> Checked:
    """All of it, on datasets of so many images each; people() are members."""
    tasks = await _deal(admin, datasets)
    say(f"{QUEUE}: {tasks} images dealt out to {len(RATES)} people who make mistakes")
    labels, stop = Labels(), asyncio.Event()
    review, expert = TaskKind.TASK_KIND_REVIEW, TaskKind.TASK_KIND_EXPERT_REVIEW
    working = [
        *(_annotates(swarm, person, labels, stop) for person in RATES),
        *(_reviews(swarm, person, review, stop) for person in (BOTH, *REVIEWERS)),
        *(_reviews(swarm, person, expert, stop) for person in EXPERTS),
    ]
    at_work = [asyncio.create_task(one) for one in working]
    swarm.tasks += at_work
    await until(lambda: _all_done(admin, tasks), within_s=WITHIN_S)
    stop.set()
    await asyncio.gather(*at_work)
    found = fate_of(labels.by_task, await _units(admin), await first_looks(dsn, swarm.project))
    say(found.told())
    return found


async def _deal(admin: Caller, datasets: Sequence[tuple[str, int]]) -> int:
    """A queue whose work is reviewed, dealt out dataset by dataset, so always the same way."""
    settings = Queue(
        distribution=redistribution.shares_of(dict.fromkeys(RATES, 1)), allowed_assignees=RATES
    )
    lease = timedelta(seconds=LEASE_S)
    await create_queue(admin, QUEUE, lease_duration=lease, settings=settings)
    await admin.review_by(QUEUE, SETTINGS)
    dealt = 0
    for dataset, images in datasets:
        await attach(admin, QUEUE, dataset)
        dealt += images
        await until(_dealt(admin, dealt), within_s=WITHIN_S)
    return dealt


def _dealt(admin: Caller, tasks: int) -> Callable[[], Awaitable[bool]]:
    async def all_are() -> bool:
        return (await admin.depth(QUEUE)).held == tasks

    return all_are


async def _all_done(admin: Caller, tasks: int) -> bool:
    depth = await admin.depth(QUEUE)
    return sum(count.count for count in depth.tasks if count.state in ENDED) == tasks


async def _annotates(swarm: Swarm, person: str, labels: Labels, stop: asyncio.Event) -> None:
    await Annotator(
        caller=swarm.caller(person),
        manner=MANNER,
        rng=random.Random(f"labels {person}"),
        stop=stop,
        label=lambda task: labels.give(task, person),
    ).run()


async def _reviews(swarm: Swarm, person: str, kind: TaskKind, stop: asyncio.Event) -> None:
    await Reviewer(
        caller=swarm.caller(person),
        desk=Desk(queues=(QUEUE,), kinds=(kind,), most=3, idle_s=0.1),
        rng=random.Random(f"reviews {person}"),
        stop=stop,
        judge=judge,
    ).run()


async def _units(admin: Caller) -> list[UnitRecord]:
    """What the service says has become of every label."""
    seq, found, page = (await admin.depth(QUEUE)).seq, list[UnitRecord](), ""
    while True:
        answer = await admin.client.list_units(
            UNIT, queue=QUEUE, page_size=1000, page_token=page, min_seq=seq
        )
        found += answer.units
        if not (page := answer.next_page_token):
            return found
