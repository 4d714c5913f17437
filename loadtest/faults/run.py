"""A fault run from the first server to the verdict."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from audit.report import Report
from audit.source import audit
from dibs.errors import DibsError
from dibs.v1 import queue_pb2
from dibs.v1.common_pb2 import Priority
from dibs.v1.project_pb2 import Member, Role
from loadtest.annotators import Manner
from loadtest.calls import Caller
from loadtest.faults import reviews
from loadtest.faults.beyond import compare
from loadtest.faults.crew import (
    CHECKED,
    DEALT,
    EXTRA,
    IN_BATCHES,
    SKILLS,
    SUPPLIES,
    Clearing,
    Feeder,
    Personnel,
)
from loadtest.faults.drain import NotDrained, drain
from loadtest.faults.driver import Driver, NotRecovered
from loadtest.faults.editor import Editor
from loadtest.faults.ground import Ground, Server, opened
from loadtest.faults.helm import Helm
from loadtest.faults.lookout import Lookout
from loadtest.faults.planner import Planner
from loadtest.faults.steward import Steward
from loadtest.faults.verdict import LEAST_A_MINUTE, Verdict, both
from loadtest.history import History
from loadtest.redistribution import shares_of
from loadtest.swarm import (
    IMPATIENT,
    PATIENT,
    Swarm,
    attach,
    create_dataset,
    create_project,
    create_queue,
)

ADMIN = "ada"
ANNOTATORS = 60
GIVE_UP = 0.25
"""How many of the people do not wait for an answer for long."""
FINISHERS = tuple(f"drainer-{n}" for n in range(6))
LEASE_S = 1.5
MAX_HELD = 8
LONG_S = 40.0
"""From here on every kind must strike twice."""
DRAIN_S = 90.0
AUDIT_S = 20.0
CLOSED = "two"
"""The queue that not everybody may work in."""
ANNOTATING = tuple(f"person-{n}" for n in range(ANNOTATORS))
SHARERS = ANNOTATING[ANNOTATORS // 4 : ANNOTATORS // 2]
"""Among whom the work of one queue is dealt out."""
SETTINGS = {
    IN_BATCHES: queue_pb2.Queue(batches=queue_pb2.Batches(batch_size=4)),
    DEALT: queue_pb2.Queue(distribution=shares_of(dict.fromkeys(SHARERS, 1))),
}
ANY = ""
"""Whoever asks in no queue in particular."""
OFTEN = (CHECKED,) * 3
"""Where people ask more often than elsewhere: what was returned is to be corrected in time."""
QUEUES = tuple(supply.queue for supply in SUPPLIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run."""

    duration_s: float
    seed: int
    server: Server = "valkey"
    least: int = LEAST_A_MINUTE
    """Acknowledged changes a minute that are needed."""
    keep: Path | None = None
    """Where to leave logs and histories; None: nowhere."""
    say: Callable[[str], None] = print

    @property
    def rounds(self) -> int:
        """How often each kind must strike under load."""
        return 2 if self.duration_s >= LONG_S else 1


def manner(rng: random.Random) -> Manner:
    """How somebody works here: quickly, and with all that can go wrong."""
    return Manner(
        queues=(*QUEUES, ANY, *OFTEN),
        most=rng.randint(1, 4),
        think_s=rng.uniform(0.0, 0.1),
        idle_s=0.1,
        starts=rng.choice([1.0, 0.5]),
        renews=0.1,
        takes_over=0.05,
        releases=0.08,
        discards=0.1,
        skips=0.03,
        drafts=0.05,
        ensures=0.15,
        begins=0.1,
        lists=0.05,
        vanishes=0.02,
        away_s=LEASE_S,
        late=0.02,
        lease_s=LEASE_S,
        large=0.01,
        errs=0.05,
        classes=reviews.CLASSES,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the time under load came to."""

    acknowledged: int
    seconds: float
    rebuilds: Mapping[str, int]
    failures: tuple[str, ...]


async def run(plan: Plan) -> Verdict:
    """Load, faults, drain, audit. The lines of the verdict are said."""
    with tempfile.TemporaryDirectory(prefix="dibs-faults-") as temporary:
        directory = plan.keep or Path(temporary)
        directory.mkdir(parents=True, exist_ok=True)
        with History(directory / "history.jsonl") as history:
            async with opened(directory, history, plan.server) as ground:
                verdict = await _play(plan, ground, history)
            for line in verdict.lines(history):
                plan.say(line)
            return verdict


async def _play(plan: Plan, ground: Ground, history: History) -> Verdict:
    driver = Driver(ground=ground, rng=random.Random(plan.seed), rounds=plan.rounds, say=plan.say)
    project = f"faults-{plan.seed}"
    async with Swarm(ground.service.target, project, history, plan.seed) as swarm:
        lookout = Lookout(target=ground.service.target, project=project, actor=ADMIN)
        load = await _load(plan, driver, swarm, lookout)
        plan.say("faults off; an audit as it stands, with leases held")
        resting = await _audited(ground, drained=False)
        failures = [*load.failures, *await _drain(plan, swarm)]
    plan.say("everything is at its end; the audit")
    history.flush()
    final = await _audited(ground, history.file, drained=not failures)
    seen = await compare(ground.postgres.dsn, project, history.witness, history.file)
    await lookout.end(ground.postgres.dsn, seen)
    return Verdict(
        load_s=load.seconds,
        acknowledged=load.acknowledged,
        struck=driver.struck,
        rounds=plan.rounds,
        report=both(resting, final),
        contradictions=[*history.witness.contradictions, *seen.wrong],
        looked_at=seen.looked_at,
        rebuilds=load.rebuilds,
        least=plan.least,
        failures=failures,
    )


async def _load(plan: Plan, driver: Driver, swarm: Swarm, lookout: Lookout) -> Load:
    """People at work, and faults; ends with everybody's last call answered."""
    rng, history = random.Random(plan.seed), swarm.history
    admin = swarm.caller(ADMIN)
    feeder = Feeder(admin=admin, stop=swarm.stop, rng=random.Random(rng.random()))
    await _set_up(admin, feeder)
    lookout.begin()
    await driver.ground.snapshot()
    _begin(swarm, feeder, rng)
    plan.say(f"seed {plan.seed}: {plan.duration_s:.0f} s of load and faults")
    before, started = history.acknowledged, time.monotonic()
    failures = []
    try:
        await driver.run(plan.duration_s)
    except NotRecovered as failure:
        failures.append(str(failure))
    acknowledged, seconds = history.acknowledged - before, time.monotonic() - started
    failures += [f"unexpected: {error!r}" for error in await swarm.end()]
    return Load(
        acknowledged=acknowledged,
        seconds=seconds,
        rebuilds=driver.ground.service.rebuilds(),
        failures=tuple(failures),
    )


async def _drain(plan: Plan, swarm: Swarm) -> list[str]:
    """Finish what is left; returns what went wrong."""
    drainers = [swarm.caller(name) for name in FINISHERS]
    try:
        done = await drain(swarm.caller(ADMIN), drainers, QUEUES, within_s=DRAIN_S)
    except (NotDrained, DibsError) as failure:
        return [f"not drained: {failure}"]
    plan.say(f"drained: {done} tasks were left")
    return []


async def _audited(ground: Ground, *histories: Path, drained: bool) -> Report:
    return await audit(
        ground.postgres.dsn,
        ground.redis.url,
        None,
        histories,
        drained=drained,
        patience_s=AUDIT_S,
    )


def _allowed() -> list[str]:
    """Who may work in the queue that is not open to all: nearly everybody."""
    return [member.person_id for member in _people()][ANNOTATORS // 10 :]


def _people() -> list[Member]:
    annotators = [
        Member(
            person_id=name,
            roles=[Role.ROLE_ANNOTATOR],
            skills=[skill for k, skill in enumerate(SKILLS) if (n >> k) & 1],
        )
        for n, name in enumerate(ANNOTATING)
    ]
    drainers = [
        Member(person_id=name, roles=[Role.ROLE_ANNOTATOR_AND_REVIEWER], skills=SKILLS)
        for name in FINISHERS
    ]
    return [*annotators, *drainers, *reviews.people()]


async def _set_up(admin: Caller, feeder: Feeder) -> None:
    await create_project(admin, _people())
    await create_dataset(admin, EXTRA)
    for supply in SUPPLIES:
        await create_dataset(admin, supply.dataset)
        await create_queue(
            admin,
            supply.queue,
            slots=supply.slots,
            lease_duration=timedelta(seconds=LEASE_S),
            max_held=MAX_HELD,
            allowed_assignees=_allowed() if supply.queue == CLOSED else (),
            settings=SETTINGS.get(supply.queue),
        )
        await attach(admin, supply.queue, supply.dataset, Priority.PRIORITY_MEDIUM)
    await admin.review_by(CHECKED, reviews.settings(random.Random(0), ANNOTATING))
    for supply in SUPPLIES:
        await feeder.feed(supply)


def _begin(swarm: Swarm, feeder: Feeder, rng: random.Random) -> None:
    people = ANNOTATING
    personnel = Personnel(
        admin=swarm.caller(ADMIN),
        people=people[: ANNOTATORS // 3],
        stop=swarm.stop,
        rng=random.Random(rng.random()),
    )
    steward = Steward(
        admin=swarm.caller(ADMIN),
        feeder=feeder,
        stop=swarm.stop,
        rng=random.Random(rng.random()),
    )
    helm = Helm(
        admin=swarm.caller(ADMIN),
        closed=CLOSED,
        people=people[ANNOTATORS // 2 :],
        lease_s=LEASE_S,
        stop=swarm.stop,
        rng=random.Random(rng.random()),
    )
    clearing = Clearing(
        admin=swarm.caller(ADMIN),
        people=[swarm.caller(person) for person in people[::4]],
        stop=swarm.stop,
        rng=random.Random(rng.random()),
    )
    editor = Editor(
        admin=swarm.caller(ADMIN),
        queues=QUEUES,
        finishers=FINISHERS,
        stop=swarm.stop,
        rng=random.Random(rng.random()),
    )
    planner = Planner(
        admin=swarm.caller(ADMIN),
        queue=DEALT,
        people=SHARERS,
        stop=swarm.stop,
        rng=random.Random(rng.random()),
    )
    chief = reviews.Chief(
        admin=swarm.caller(ADMIN),
        annotators=people,
        stop=swarm.stop,
        rng=random.Random(rng.random()),
    )
    crew = (feeder, personnel, steward, helm, clearing, editor, planner, chief)
    swarm.tasks += [asyncio.create_task(one.run()) for one in crew]
    reviews.begin(swarm, rng)
    for person in people:
        patience = IMPATIENT if rng.random() < GIVE_UP else PATIENT
        swarm.annotator(person, manner(rng), twice=0.03, patience=patience)
