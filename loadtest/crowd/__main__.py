"""`python -m loadtest.crowd --users 300 --duration 60 [--shape steady] [--web]`.

A service of its own, locust beside it, and then the audit. Exit code 1 if it
finds a violation, or if a user was answered what no user should be.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import uvloop
from rich.console import Console

from allocator import logs
from allocator.settings import Settings
from audit.report import Report
from audit.source import audit
from dibs import AsyncClient
from dibs.v1.dataset_pb2 import Item
from dibs.v1.project_pb2 import Member, Role
from dibs.v1.queue_pb2 import Batches, Queue
from dibs.v1.review_settings_pb2 import ExpertReview, ReviewSettings
from loadtest import service
from loadtest.crowd import figures
from loadtest.crowd.figures import Line
from loadtest.crowd.shapes import SHAPES

PROJECT = "swarm"
ADMIN = "ada"
LEASE_S = 10
ITEMS_A_USER_AND_SECOND = 2
MEMBERS_A_CALL = 100
BATCHED = "in-batches"
REVIEWED = "reviewed"
# Each with all items, some of which ask for skills: name to settings.
QUEUES = {
    "plain": Queue(),
    "by-two": Queue(slots=2),
    BATCHED: Queue(batches=Batches(batch_size=5, max_batch_workload=8)),
    REVIEWED: Queue(),
}
# A part of what is submitted there; at the second reject an expert decides.
REVIEW = ReviewSettings(enabled=True, sampling_rate=0.3, expert_review=ExpertReview(threshold=2))
USERS_A_REVIEWER = 10
SKILLED_EVERY = 3
WEB = ("127.0.0.1", 8089)
STOP_S = 10
WIDTH = 110
CHILD = files("store") / "child.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was asked for."""

    users: int
    duration_s: float
    shape: str
    think_s: float
    web: bool
    json: bool

    @property
    def reviewers(self) -> int:
        """At least two: a reviewer, and an expert who is another one."""
        return max(2, self.users // USERS_A_REVIEWER)

    @property
    def items(self) -> int:
        """Enough for the users not to run out in a minute, few enough to be there soon."""
        return max(500, min(20_000, round(self.users * self.duration_s * ITEMS_A_USER_AND_SECOND)))


def main() -> int:
    """Run, and return the exit code."""
    parser = argparse.ArgumentParser(prog="loadtest.crowd", description=__doc__)
    parser.add_argument("--users", type=int, default=300)
    parser.add_argument("--duration", type=float, default=60.0, help="seconds")
    parser.add_argument("--shape", choices=sorted(SHAPES), default="steady")
    parser.add_argument("--think", type=float, default=1.0, help="seconds a task takes, on average")
    parser.add_argument("--web", action="store_true", help="locust's page, until Ctrl-C")
    parser.add_argument("--json", action="store_true", help="figures for scripts")
    given = parser.parse_args()
    plan = Plan(
        users=given.users,
        duration_s=given.duration,
        shape=given.shape,
        think_s=given.think,
        web=given.web,
        json=given.json,
    )
    logs.configure("error")
    console = Console(quiet=plan.json, highlight=False)
    console.width = max(WIDTH, console.width)
    return uvloop.run(_run(plan, console))


async def _run(plan: Plan, console: Console) -> int:
    with tempfile.TemporaryDirectory(prefix="dibs-swarm-") as temporary:
        directory = Path(temporary)
        settings = Settings(
            redis_url=None,
            postgres_dsn=None,
            data_dir=directory,
            port=0,
            workers=service.WORKERS,
            stop_grace_s=1.0,
            log_level="warning",
        )
        async with service.running(settings) as running:
            console.print(f"A project with {plan.items:,} items and {plan.users} people …")
            await _prepare(plan, running.target)
            lines, code = await _locust(plan, running.target, directory, console)
            console.print("The audit: the log, the live state and the views …")
            audited = await audit(running.postgres_dsn, running.redis_url, PROJECT)
    _show(plan, lines, audited, console)
    return 0 if audited.ok and code == 0 and lines else 1


async def _prepare(plan: Plan, target: str) -> None:
    async with AsyncClient(target, project=PROJECT, actor=ADMIN) as client:
        await client.create_project()
        people: list[Member | str] = [f"person-{n}" for n in range(1, plan.users + 1)]
        reviewers = [f"reviewer-{n}" for n in range(1, plan.reviewers + 1)]
        people += [Member(person_id=name, roles=[Role.ROLE_REVIEWER]) for name in reviewers]
        for first in range(0, len(people), MEMBERS_A_CALL):
            await client.add_members(people[first : first + MEMBERS_A_CALL])
        await client.create_dataset("items")
        await client.import_items("items", map(_item, range(1, plan.items + 1)))
        for name, settings in QUEUES.items():
            await client.create_queue(
                name, settings=settings, lease_duration=timedelta(seconds=LEASE_S)
            )
            await client.attach_dataset(name, "items")
        await client.update_review_settings(
            REVIEWED, REVIEW, paths=["enabled", "sampling_rate", "expert_review"]
        )


def _item(number: int) -> Item:
    skills = (["cars"], ["night"], ["cars", "night"])[number // SKILLED_EVERY % 3]
    wanted = skills if number % SKILLED_EVERY == 0 else []
    return Item(external_id=f"item-{number}", required_skills=wanted)


async def _locust(
    plan: Plan, target: str, directory: Path, console: Console
) -> tuple[list[Line], int]:
    """Run locust to its end; what it counted, and its exit code."""
    out = directory / "figures"
    file = Path(__file__).with_name("users.py")
    how = ["--headless"]
    if plan.web:
        how = ["--autostart", "--web-host", WEB[0], "--web-port", str(WEB[1])]
        console.print(f"locust's page: http://{WEB[0]}:{WEB[1]} (Ctrl-C ends it)")
    else:
        console.print(f"{plan.users} users for {plan.duration_s:g} s, {plan.shape} …")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(CHILD), str(os.getpid()), ""),  # ends when we do, however that is
        *(sys.executable, "-m", "locust", "-f", str(file), *how, "--only-summary"),
        *("--json-file", str(out), "--stop-timeout", str(STOP_S), "--loglevel", "WARNING"),
        stdout=asyncio.subprocess.DEVNULL,
        env=os.environ | _environment(plan, target),
        start_new_session=True,
    )
    code = await _ended(process)
    found = Path(f"{out}.json")
    return (figures.read(found) if found.exists() else []), code


async def _ended(process: asyncio.subprocess.Process) -> int:
    """The exit code; Ctrl-C here asks locust to end, which still writes its figures."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, process.send_signal, signal.SIGTERM)
    try:
        return await process.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        with suppress(ProcessLookupError):
            process.kill()


def _environment(plan: Plan, target: str) -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    return {
        "PYTHONPATH": os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])]),
        "SWARM_TARGET": target,
        "SWARM_PROJECT": PROJECT,
        "SWARM_QUEUES": ",".join(QUEUES),
        "SWARM_BATCHED": BATCHED,
        "SWARM_REVIEWED": REVIEWED,
        "SWARM_REVIEWERS": str(plan.reviewers),
        "SWARM_PEOPLE": str(plan.users),
        "SWARM_USERS": str(plan.users),
        "SWARM_ENTRIES": str(plan.items),
        "SWARM_DURATION_S": str(plan.duration_s),
        "SWARM_SHAPE": plan.shape,
        "SWARM_THINK_S": str(plan.think_s),
    }


def _show(plan: Plan, lines: list[Line], audited: Report, console: Console) -> None:
    if plan.json:
        told = {
            "calls": figures.as_json(lines),
            "events": audited.events,
            "violations": audited.violated.total(),
        }
        print(json.dumps(told))
        return
    console.print(figures.table(lines))
    if not audited.ok:
        console.print(audited.table(), markup=False)
    console.print(audited.last_line(), markup=False)


if __name__ == "__main__":
    sys.exit(main())
