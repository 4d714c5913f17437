"""`dibs serve` as a process, and the commands beside it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from allocator.cli.figures import look
from dibs import AsyncClient
from dibs.v1.project_pb2 import ROLE_REVIEWER, Member
from dibs.v1.queue_pb2 import Queue
from dibs.v1.review_pb2 import REVIEW_ACTION_REJECT, Verdict
from dibs.v1.review_settings_pb2 import ReviewSettings
from store.embedded import EmbeddedRedis
from tests import calls

READY = re.compile(r"dibs serves (\S+) with (\d+) workers; health and metrics on (\S+)")
DIBS = [sys.executable, "-m", "allocator.cli"]


@dataclass
class Served:
    """A running `dibs serve`."""

    process: asyncio.subprocess.Process
    target: str
    pages: str
    data: Path

    @property
    def below(self) -> dict[int, tuple[int, str]]:
        """All processes below it: their parents, and the names of their commands."""
        return _below(self.process.pid)

    def children(self, name: str, of: int = 0) -> list[int]:
        """Its own children that run such a command, or those of another process."""
        mine = of or self.process.pid
        return [pid for pid, (up, command) in self.below.items() if up == mine and name in command]

    def nursery(self) -> list[int]:
        """The process that forks workers; none for a moment, if it was killed."""
        return self.children("python")

    def workers(self) -> list[int]:
        """All of them."""
        return [pid for nursery in self.nursery() for pid in self.children("python", nursery)]


def _stat(pid: int) -> tuple[int, str]:
    text = Path(f"/proc/{pid}/stat").read_text()
    name = text[text.index("(") + 1 : text.rindex(")")]
    return int(text[text.rindex(")") + 2 :].split()[1]), name


def _below(root: int) -> dict[int, tuple[int, str]]:
    known: dict[int, tuple[int, str]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            known[int(entry.name)] = _stat(int(entry.name))
    found: dict[int, tuple[int, str]] = {}
    todo = {root}
    while todo:
        below = {pid for pid, (parent, _) in known.items() if parent in todo}
        found |= {pid: known[pid] for pid in below}
        todo = below
    return found


async def _serve(data: Path, **environment: str) -> Served:
    process = await asyncio.create_subprocess_exec(
        *(*DIBS, "serve", "--data-dir", str(data), "--workers", "2", "--port", "0"),
        *("--http-port", "0"),
        stdout=asyncio.subprocess.PIPE,
        stderr=(data.parent / "stderr").open("ab"),
        env=os.environ | environment,
    )
    assert process.stdout
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
    except TimeoutError:
        process.kill()  # what it started dies with it
        raise
    found = READY.match(line)
    assert found, line + (data.parent / "stderr").read_text()[-2000:]
    assert found[2] == "2"
    return Served(process, found[1], found[3], data)


async def _stopped(served: Served, number: signal.Signals) -> int:
    """Send a signal; the exit code, once nothing that was below it is left."""
    below = list(served.below)
    served.process.send_signal(number)
    code = await asyncio.wait_for(served.process.wait(), 30)
    await _until(partial(_gone, below))
    return code


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while True:
            if await asyncio.to_thread(holds):
                return
            await asyncio.sleep(0.05)


def _gone(pids: Iterable[int]) -> bool:
    return not any(_runs(pid) for pid in pids)


def _runs(pid: int) -> bool:
    try:
        return not Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].startswith(" Z")
    except OSError:
        return False


async def _page(served: Served, path: str) -> str:
    def read() -> str:
        with urlopen(served.pages + path, timeout=5) as answer:
            return str(answer.read().decode())

    return await asyncio.to_thread(read)


async def _dibs(served: Served, *arguments: str) -> Any:
    """A command's JSON; what it says on stderr if it fails."""
    process = await asyncio.create_subprocess_exec(
        *(*DIBS, *arguments, "--json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"DIBS_TARGET": served.target, "DIBS_ACTOR": "ada"},
    )
    out, err = await process.communicate()
    calls.saw()
    return json.loads(out if process.returncode == 0 else err)


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    served = await _serve(tmp_path_factory.mktemp("serve") / "data")
    yield served
    if served.process.returncode is None:
        assert await _stopped(served, signal.SIGTERM) == 0


def _client(served: Served) -> AsyncClient:
    return AsyncClient(served.target, project="demo", actor="ada")


async def test_the_pages_tell_health_and_figures(served: Served) -> None:
    async with _client(served) as client:
        await client.create_project()
        await client.ping()

    assert await _page(served, "/healthz") == "ok\n"
    assert await _page(served, "/readyz") == "ready\n"
    figures = await _page(served, "/metrics")
    assert 'dibs_rpc_seconds_count{code="OK",method="Ping"}' in figures
    assert "dibs_gate_wait_seconds_bucket" in figures
    assert 'dibs_rebuilds_total{cause="' in figures


@pytest.mark.shows("E76")
async def test_the_commands_import_reserve_submit_and_audit(served: Served, tmp_path: Path) -> None:
    manifest = tmp_path / "Some items.jsonl"
    lines = [json.dumps({"external_id": name}) for name in ("a", "b", "a")]
    manifest.write_text("\n".join(lines))
    imported = await _dibs(served, "import", str(manifest), "--project", "cli", "--queue", "q")
    given = await _dibs(served, "reserve", "--project", "cli", "--queue", "q")
    [task] = given["tasks"]
    token = task["lease"]["lease_token"]
    done = await _dibs(served, "submit", task["task_id"], token, "--project", "cli")
    again = await _dibs(served, "submit", "999-1", token, "--project", "cli")
    rebuilt = await _dibs(served, "rebuild-views", "--data-dir", str(served.data))
    snapshot = await _dibs(served, "snapshot", "--project", "cli", "--data-dir", str(served.data))
    audit = await _dibs(served, "audit", "--data-dir", str(served.data))

    assert (imported["added"], imported["not_added"]) == (2, 1)
    assert (imported["dataset"], len(imported["line_errors"])) == ("some-items", 1)
    assert done["state"] == "TASK_STATE_COMPLETED"
    assert again["error"]["reason"] == "TASK_NOT_FOUND"
    assert rebuilt["events"]["cli"] > 5
    assert snapshot["events"]["cli"] >= rebuilt["events"]["cli"]
    assert audit["violations"] == 0
    assert audit["events"] > 5


async def test_a_port_that_another_service_has_is_refused(served: Served, tmp_path: Path) -> None:
    port = served.target.rpartition(":")[2]
    process = await asyncio.create_subprocess_exec(
        *(*DIBS, "serve", "--data-dir", str(tmp_path), "--port", port, "--http-port", "0"),
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()

    assert process.returncode == 1
    assert "in use" in err.decode().splitlines()[-1]


async def test_the_depth_of_queues_is_a_figure_as_long_as_they_are_there(served: Served) -> None:
    async with _client(served).bound(project="figures") as client:
        await client.create_project()
        await client.create_dataset("d")
        await client.import_items("d", ["a", "b", "c"])
        await client.create_queue("q")
        await client.attach_dataset("q", "d")
        await client.reserve("q")
        label = 'dibs_queue_tasks{project="figures",queue="q",state='

        def figures() -> str:
            with urlopen(served.pages + "/metrics", timeout=5) as answer:
                return str(answer.read().decode())

        def shown() -> bool:
            found = figures()
            return f'{label}"queued"}} 2.0' in found and f'{label}"assigned"}} 1.0' in found

        await _until(shown)
        assert 'dibs_oldest_waiting_seconds{project="figures",queue="q"}' in figures()
        settings = ReviewSettings(enabled=True)
        await client.update_review_settings("q", settings, paths=["enabled"])
        [held] = (await client.list_my_tasks(queue="q")).tasks
        await client.submit(held.task_id, held.lease.lease_token)
        of_stage = 'dibs_reviews{project="figures",queue="q",stage="review",state='
        await _until(lambda: f'{of_stage}"waiting"}} 1.0' in figures())
        assert 'dibs_review_units{project="figures",queue="q",stage="review"} 1.0' in figures()
        assert 'dibs_queue_pressed{project="figures",queue="q"} 0.0' in figures()
        await client.delete_queue("q", force=True)
    await _until(lambda: 'project="figures",queue="q"' not in figures())
    assert 'dibs_commit_lag_events{project="figures"}' in figures()


@pytest.mark.shows("D71", "P78")
async def test_top_shows_queues_rates_lag_and_who_holds_what(served: Served) -> None:
    async with _client(served).bound(project="top") as client:
        await client.create_project()
        await client.create_dataset("d")
        await client.import_items("d", [f"i{n}" for n in range(9)])
        await client.create_queue("night-shift")
        await client.attach_dataset("night-shift", "d")
        given = await client.reserve("night-shift", count=3)
        first = given.tasks[0]
        started = await client.start(first.task_id, first.lease.lease_token)
        await client.list_tasks(min_seq=started.seq)
    pages = ("--pages", served.pages, "--project", "top", "--interval", "0.5", "--once")
    frame = await _dibs(served, "top", *pages)
    shown = await _shown(served, "top", *pages)

    [queue] = frame["queues"]
    assert queue["queue"] == "night-shift"
    assert queue["states"] == {"QUEUED": 6, "ASSIGNED": 2, "IN_PROGRESS": 1}
    assert (queue["available"], queue["oldest_waiting_s"] >= 0) == (6, True)
    assert {(each["state"], each["tasks"]) for each in frame["held"]} == {
        ("ASSIGNED", 2),
        ("IN_PROGRESS", 1),
    }
    assert set(frame["rates"]) == {"granted", "submitted", "decided", "expired", "imported"}
    assert frame["commit_lag_events"] >= 0
    for words in ("night-shift", "commit lag", "who holds what", "ada", "oldest waits", "/s"):
        assert words in shown


async def test_what_waits_for_review_is_on_screen_and_a_figure_also_if_nobody_may_do_it(
    served: Served,
) -> None:
    before = await asyncio.to_thread(look, served.pages)
    async with _client(served).bound(project="reviewed") as client:
        await client.create_project()
        await client.create_dataset("d")
        await client.import_items("d", ["a", "b", "c"])
        await client.create_queue("q")
        await client.attach_dataset("q", "d")
        rules = ReviewSettings(enabled=True, max_review_backlog=1)
        await client.update_review_settings("q", rules, paths=["enabled", "max_review_backlog"])
        for task in (await client.reserve("q", count=2)).tasks:
            await client.submit(task.task_id, task.lease.lease_token)
        of = 'project="reviewed",queue="q",stage="review"'

        def figures(*lines: str) -> bool:
            with urlopen(served.pages + "/metrics", timeout=5) as answer:
                return set(lines) <= set(answer.read().decode().splitlines())

        await _until(
            lambda: figures(
                f'dibs_reviews{{{of},state="waiting"}} 2.0',
                f"dibs_reviewers_missing{{{of}}} 2.0",
                'dibs_queue_pressed{project="reviewed",queue="q"} 1.0',
            )
        )
        await client.add_members([Member(person_id="rev", roles=[ROLE_REVIEWER])])
        rev = client.bound(actor="rev")
        [review] = (await rev.reserve_reviews("q")).reviews
        reject = Verdict(action=REVIEW_ACTION_REJECT, comment="look again")
        token = review.lease.lease_token
        done = await rev.decide(review.review_id, token, all_units=reject)
        await client.get_quality(min_seq=done.seq)
    screen = ("top", "--pages", served.pages, "--project", "reviewed", "--interval", "0.1")
    frame = await _dibs(served, *screen)
    shown = await _shown(served, *screen, "--once")

    told = frame["queues"][0]["review"]
    assert (told["waiting"], told["held"], told["expert_waiting"]) == (1, 0, 0)
    assert (told["in_review"], told["returned"], told["items_with_open_issues"]) == (1, 1, 1)
    assert (told["backpressure"], told["first_pass_rate"], told["oldest_s"] >= 0) == (True, 0, True)
    assert "back pressure" in shown
    await _until(
        lambda: figures(
            f"dibs_reviewers_missing{{{of}}} 0.0",
            f'dibs_reviews{{{of},state="waiting"}} 1.0',
        )
    )
    now = await asyncio.to_thread(look, served.pages)
    for name, rose in (
        ("dibs_review_decisions_total returned", 1),
        ("dibs_review_leases_total granted", 1),
        ("dibs_leases_total granted", 2),
        ("dibs_reviews_made_total no_mapping", 2),
    ):
        assert now.counted[name] - before.counted.get(name, 0) == rose, name


@pytest.mark.shows("P20", "L29", "L30")
async def test_top_shows_who_has_how_much_and_what_stands_out(served: Served) -> None:
    async with _client(served).bound(project="loads") as client:
        await client.create_project()
        await client.create_dataset("d")
        await client.import_items("d", [f"i{n}" for n in range(25)])
        await client.create_queue("q", settings=Queue(due_time=Timestamp(seconds=1)))
        await client.attach_dataset("q", "d")
        await client.add_members(["ann", "ben"])
        ann, ben = client.bound(actor="ann"), client.bound(actor="ben")
        for task in (await ann.reserve("q", count=2)).tasks:
            await ann.submit(task.task_id, task.lease.lease_token)
        given = await ben.reserve("q", count=6)
        await client.get_workload(min_seq=given.seq)
    screen = ("top", "--pages", served.pages, "--project", "loads", "--interval", "0.1", "--once")
    people = await _dibs(served, *screen, "--view", "people", "--queue", "q")
    deadlines = await _dibs(served, *screen, "--view", "deadlines")
    own = await _dibs(served, *screen, "--queue", "q", "--actor", "ben")
    shown = [await _shown(served, *screen, "--view", view) for view in ("people", "deadlines")]

    loads = {row["person_id"]: row for row in people["workloads"]}
    assert {who: (row["open_tasks"], row["done_today"]) for who, row in loads.items()} == {
        "ann": ("0", "2"),
        "ben": ("6", "0"),
    }
    assert own["held"] == [{"person": "ben", "state": "ASSIGNED", "tasks": 6}]
    assert "3 people   1 overloaded   2 idle   0% of 25 tasks urgent" in shown[0]
    [told] = deadlines["queues"]
    assert (told["queue_id"], told["queue"]["remaining_tasks"]) == ("q", "23")
    assert [row["forecast"]["remaining_tasks"] for row in told["assignments"]] == ["6"]
    for words in ("no telling", "overdue, at risk", "assignments", "ben"):
        assert words in shown[1]


async def _shown(served: Served, *arguments: str) -> str:
    """What a command shows to people."""
    process = await asyncio.create_subprocess_exec(
        *(*DIBS, *arguments),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"DIBS_TARGET": served.target, "DIBS_ACTOR": "ada", "COLUMNS": "120"},
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()


@pytest.mark.parametrize(
    ("data", "where"),
    [(b'{"external_id": "a"}\n{"exter', "line 2"), (b"\xff\n", "line 1")],
)
async def test_a_broken_manifest_changes_nothing(
    served: Served, tmp_path: Path, data: bytes, where: str
) -> None:
    manifest = tmp_path / "broken.jsonl"
    manifest.write_bytes(data)
    answer = await _dibs(served, "import", str(manifest), "--project", "never-made", "--queue", "q")

    assert answer["error"]["reason"] == "INVALID_ARGUMENT"
    assert answer["error"]["field"] == where
    reserved = await _dibs(served, "reserve", "--project", "never-made", "--queue", "q")
    assert reserved["error"]["reason"] == "PROJECT_NOT_FOUND"


async def test_workers_and_servers_that_die_are_replaced(served: Served) -> None:
    kinds: list[Callable[[], list[int]]] = [
        served.workers,
        served.nursery,
        partial(served.children, "valkey-server"),
        partial(served.children, "postgres"),
    ]
    async with _client(served) as client:
        for kind in kinds:
            await _until(lambda: len(served.workers()) == 2)
            victims, below = kind(), served.workers() if kind == served.nursery else []
            os.kill(max(victims), signal.SIGKILL)
            await _until(partial(_replaced, kind, victims))
            await _until(partial(_gone, below))
            assert (await client.list_members()).members
    await _until(lambda: _status(served.pages + "/readyz") == 200)


def _replaced(kind: Callable[[], list[int]], before: list[int]) -> bool:
    found = kind()
    return max(before) not in found and len(found) == len(before)


def _status(url: str) -> int:
    try:
        with urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except OSError:
        return 503


async def test_sigterm_stops_all_and_the_data_stays(served: Served) -> None:
    assert await _stopped(served, signal.SIGTERM) == 0
    again = await _serve(served.data)
    async with AsyncClient(again.target, project="demo", actor="ada") as client:
        assert (await client.get_project()).project.project_id == "demo"
    assert await _stopped(again, signal.SIGINT) == 0


async def test_kill_9_leaves_no_process_behind(served: Served) -> None:
    again = await _serve(served.data)

    assert await _stopped(again, signal.SIGKILL) == -signal.SIGKILL


async def test_a_redis_that_would_come_back_stale_is_refused(
    tmp_path: Path, served: Served
) -> None:
    async with EmbeddedRedis(tmp_path / "own", args=["--appendonly", "yes"]) as redis:
        process = await asyncio.create_subprocess_exec(
            *(*DIBS, "serve", "--data-dir", str(served.data), "--port", "0", "--http-port", "0"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=os.environ | {"DIBS_REDIS_URL": redis.url},
        )
        out, err = await process.communicate()

    assert process.returncode == 1
    assert out == b""
    assert "set appendonly no" in err.decode().splitlines()[-1]
