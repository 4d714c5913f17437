"""`dibs demo`: a whole annotation project in a minute, deaths included, and then the audit.

Real images (loadtest/data/), 60 people, two workers. Some people vanish with
tasks in hand, some skip; a queue is paused, a batch is cleared, a member is
removed, a worker and Redis are killed in the middle; nothing is lost and
nothing is given twice. Then a team shares a queue by load, and one of them
leaves (loadtest/team.py). Then all images are labelled by people who make
mistakes, and a part of the labels is reviewed (loadtest/checking.py). The audit
shows that all of it holds, from the log and from what each client was told.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import uvloop
from rich.console import Console

from allocator import logs
from allocator.settings import Settings
from audit.report import Report
from audit.source import audit
from dibs.errors import StoreUnavailable
from dibs.v1.dataset_pb2 import Item
from dibs.v1.queue_pb2 import Batches, Queue
from loadtest import checked, checking, report, service, team, turns
from loadtest.annotators import Annotator, Manner
from loadtest.calls import Caller
from loadtest.checked import Checked
from loadtest.history import History
from loadtest.report import Figures, Team
from loadtest.swarm import Swarm, attach, create_dataset, create_project, create_queue, import_items

PROJECT: Final = "demo"
ADMIN: Final = "ada"
PEOPLE: Final = 60
LEASE_S: Final = 10.0
SCALE: Final = 30
"""A second here is half a minute there: people think 15 s about an image."""
THINK_S: Final = 15.0 / SCALE
WITHIN_S: Final = 110.0

LEAST_FINISHED: Final = 2_150
LEAST_EXPIRED: Final = 30
LEAST_SKIPPED: Final = 10
TURNS: Final = 5
LATEST_CLEARED: Final = 0.38
NEARLY: Final = 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A dataset with its queue: how many of the images, and how many people an image."""

    name: str
    items: int
    slots: int
    batches: Batches | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the demo has come to."""

    figures: Figures
    team: Team
    checked: Checked
    audited: Report

    def as_json(self) -> dict[str, Any]:
        """For scripts."""
        parts = {"team": asdict(self.team), "review": asdict(self.checked)}
        violations = sum(self.audited.violated.values())
        log = {"events": self.audited.events, "violations": violations}
        return {**asdict(self.figures), **parts, **log}


PARTS: Final = (
    Part(name="digits", items=1_217, slots=1),
    Part(
        name="digits-in-batches",
        items=400,
        slots=1,
        batches=Batches(batch_size=5, max_batch_workload=8),
    ),
    Part(name="digits-by-three", items=180, slots=3),
)
BY_BATCH: Final = "digits-in-batches"
SHARED: Final = PARTS[2]
"""Whose images the team does, too."""
TASKS: Final = sum(part.items * part.slots for part in PARTS)
MANNER: Final = Manner(
    queues=tuple(part.name for part in PARTS),
    most=3,
    think_s=THINK_S,
    idle_s=0.4,
    renews=0.05,
    releases=0.02,
    discards=0.03,
    skips=0.02,
    vanishes=0.025,
    away_s=4.0,
)


def run(*, as_json: bool = False) -> int:
    """Run the demo and show what came of it; returns the exit code."""
    logs.configure("error")
    return uvloop.run(_demo(Console(quiet=as_json, highlight=False), as_json=as_json))


async def _demo(console: Console, *, as_json: bool) -> int:
    with tempfile.TemporaryDirectory(prefix="dibs-demo-") as temporary:
        directory = Path(temporary)
        console.print("A service with two workers, its own Valkey and its own Postgres …")
        settings = Settings(
            redis_url=None,
            postgres_dsn=None,
            data_dir=directory,
            port=0,
            workers=service.WORKERS,
            stop_grace_s=1.0,
            log_level="warning",
        )
        with History(directory / "history.jsonl") as history:
            async with service.running(settings) as running:
                shown = await _play(running, history, console)
    failures = _failures(shown)
    if as_json:
        print(json.dumps({**shown.as_json(), "failures": failures}))
    else:
        _show(console, shown, failures)
    return 1 if failures else 0


def _show(console: Console, shown: Shown, failures: Sequence[str]) -> None:
    """Tables; the last line is the one that scripts read."""
    report.show(console, shown.figures, shown.team)
    console.print(checked.table(shown.checked))
    console.print(checked.accuracy(shown.checked))
    if not shown.audited.ok:
        console.print(shown.audited.table(), markup=False)
    for failure in failures:
        console.print(f"failed: {failure}", markup=False)
    console.print(shown.audited.last_line(), markup=False)


async def _play(running: service.Service, history: History, console: Console) -> Shown:
    """Everything from the import to the audit."""
    started = time.monotonic()
    async with Swarm(running.target, PROJECT, history, seed=1) as swarm:
        admin = swarm.caller(ADMIN)
        await _import(admin, console)
        people = [swarm.annotator(f"annotator-{n:02}", MANNER) for n in range(1, PEOPLE + 1)]
        console.print(f"{PEOPLE} people at work; they think {SCALE} times as fast as real ones …")
        working = time.monotonic()
        taken = await _work(running, swarm, admin, console)
        worked_s = time.monotonic() - working
        if broken := await swarm.end():
            raise broken[0]
        figures = await _figures(running, history, people, taken, worked_s)
        console.print("A team shares a queue by load, and one of them leaves …")
        shared = await team.play(
            *(swarm, admin, SHARED.name, SHARED.items),
            say=lambda told: console.print(f"  {told}"),
        )
        console.print("All images once more, by people who make mistakes; others review …")
        reviewed = await checking.play(
            *(swarm, admin, [(part.name, part.items) for part in PARTS], running.postgres_dsn),
            say=lambda told: console.print(f"  {told}"),
        )
    history.flush()
    console.print("The audit: the log, the live state and the views against what clients saw …")
    audited = await audit(
        running.postgres_dsn, running.redis_url, PROJECT, [history.file], drained=True
    )
    return Shown(
        figures=figures.timed(total_s=time.monotonic() - started),
        team=shared,
        checked=reviewed,
        audited=audited,
    )


async def _import(admin: Caller, console: Console) -> None:
    """The manifest into two datasets, each with a queue."""
    images = _manifest()
    people = [f"annotator-{n:02}" for n in range(1, PEOPLE + 1)]
    await create_project(admin, [*people, *team.PEOPLE, *checking.people()])
    first = 0
    for part in PARTS:
        await create_dataset(admin, part.name)
        await create_queue(
            admin,
            part.name,
            slots=part.slots,
            lease_duration=timedelta(seconds=LEASE_S),
            settings=Queue(batches=part.batches),
        )
        some = images[first : first + part.items]
        result = await import_items(admin, part.name, some)
        await attach(admin, part.name, part.name)
        first += part.items
        by = f", in batches of {part.batches.batch_size}" if part.batches else ""
        console.print(f"  {part.name}: {result.added} images, {part.slots} people an image{by}")


def _manifest() -> list[Item]:
    """The images of loadtest/data/digits.jsonl, which says where they come from."""
    lines = (files("loadtest") / "data" / "digits.jsonl").read_text(encoding="utf-8").splitlines()
    return [Item(**json.loads(line)) for line in lines]


async def _work(
    running: service.Service, swarm: Swarm, admin: Caller, console: Console
) -> list[str]:
    """Until every task is at its end, with a turn at each part of the way; what they did."""
    waiting = _turns(running, swarm, admin)
    taken: list[str] = []
    deadline = time.monotonic() + WITHIN_S
    bar = nullcontext() if console.quiet else report.progress(console, TASKS)
    with bar as advance:
        while (done := await _finished(admin)) < TASKS and time.monotonic() < deadline:
            if advance is not None:
                advance(done)
            if waiting and done >= waiting[0][0] * TASKS:
                part, turn = waiting.pop(0)
                if told := await turn():
                    taken.append(told)
                    console.print(f"  {told}")
                elif part < LATEST_CLEARED:  # nobody had a batch to clear: once more, a bit later
                    waiting.insert(0, (done / TASKS + 0.02, turn))
            if done >= NEARLY * TASKS:  # what three have skipped waits for a manager
                await turns.bring_back(admin, MANNER.queues)
            await swarm.history.after(20, within_s=0.5)
    return taken


def _turns(
    running: service.Service, swarm: Swarm, admin: Caller
) -> list[tuple[float, Callable[[], Awaitable[str]]]]:
    """After which part of the tasks what happens."""
    people = [f"annotator-{n:02}" for n in range(1, PEOPLE + 1)]
    return [
        (0.15, lambda: turns.pause(swarm, admin, PARTS[0].name)),
        (0.3, lambda: turns.clear_batch(admin, BY_BATCH, people)),
        (0.4, lambda: turns.kill_worker(running)),
        (0.55, lambda: turns.remove(admin, people[-1])),
        (0.65, lambda: turns.kill_redis(running)),
    ]


async def _finished(admin: Caller) -> int:
    """Tasks at their end; 0 while nobody can say."""
    done = 0
    for part in PARTS:
        try:
            depth = await admin.client.get_queue_depth(part.name)
        except StoreUnavailable:
            return 0
        done += sum(count.count for count in depth.tasks if count.state in report.ENDED)
    return done


async def _figures(
    running: service.Service,
    history: History,
    people: list[Annotator],
    taken: list[str],
    worked_s: float,
) -> Figures:
    ends = await report.ends_of(running.postgres_dsn, PROJECT)
    took = sorted(t for method in ("Reserve", "Start", "Submit") for t in history.took_s[method])
    return Figures(
        items=sum(part.items for part in PARTS),
        tasks=TASKS,
        finished=ends["finished"],
        expired=ends["expired"],
        released=ends["released"],
        skipped=ends["skipped"],
        turns=taken,
        calls_a_second=len(took) / worked_s,
        tasks_a_second=ends["finished"] / worked_s,
        p50_ms=1000 * took[len(took) // 2],
        p99_ms=1000 * took[int(len(took) * 0.99)],
        worked_s=worked_s,
        by_person={one.caller.person: one.submitted for one in people},
    )


def _failures(shown: Shown) -> list[str]:
    """Why the demo has not shown what it is there to show."""
    figures, audited = shown.figures, shown.audited
    found = []
    if not audited.ok:
        found.append(f"{sum(audited.violated.values())} violations")
    if figures.finished < LEAST_FINISHED:
        found.append(f"{figures.finished} tasks finished, {LEAST_FINISHED} are needed")
    if figures.expired < LEAST_EXPIRED:
        found.append(f"{figures.expired} leases expired, {LEAST_EXPIRED} are needed")
    if figures.skipped < LEAST_SKIPPED:
        found.append(f"{figures.skipped} tasks skipped, {LEAST_SKIPPED} are needed")
    if len(figures.turns) < TURNS:
        found.append(f"{len(figures.turns)} of {TURNS} turns were taken")
    found += team.failures(shown.team) + checked.failures(shown.checked, figures.items)
    return found + audited.notes
