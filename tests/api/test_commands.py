"""The commands of the client, run as somebody would type them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from allocator.cli import review_commands, verbs
from allocator.cli.app import app
from dibs.v1.project_pb2 import ROLE_REVIEWER, ListMembersRequest
from tests import calls
from tests.api import fleet
from tests.api.reviews import units
from tests.api.world import World, unique
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND


class Typed:
    """A terminal at whichever worker of another process serves."""

    def __init__(self, world: World, workers: fleet.Fleet) -> None:
        self._world = world
        self._workers = workers
        self._app = typer.Typer()
        self._app.registered_commands = [*app.registered_commands]
        verbs.add_to(self._app)
        review_commands.add_to(self._app)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DIBS_TARGET": f"127.0.0.1:{self._workers.port}",
            "DIBS_ACTOR": self._world.actor,
            "DIBS_PROJECT": self._world.project,
            "COLUMNS": "200",
        }

    async def __call__(self, line: str) -> Result:
        calls.saw()
        run = CliRunner().invoke
        return await asyncio.to_thread(run, self._app, line.split(), env=self.environment)

    async def json(self, line: str) -> Any:
        result = await self(f"{line} --json")
        assert result.exit_code == 0, (result.output, result.exception)
        return json.loads(result.stdout)

    async def text(self, line: str) -> str:
        result = await self(line)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.stdout


@pytest.fixture
async def typed(world: World, workers: fleet.Fleet) -> Typed:
    """A queue with three waiting tasks, two people that the views know of, and a terminal."""
    await world.dataset("d", ["a", "b", "c"])
    await world.queue("q", "d")
    await world.people("ann", "bob")
    seq = (await world.mine(world.actor)).seq
    await world.stubs.projects.ListMembers(ListMembersRequest(**world.where(), min_seq=seq))
    return Typed(world, workers)


async def test_lists_are_tables_for_people_and_json_for_scripts(typed: Typed) -> None:
    people = await typed.json("list-members")
    shown = await typed.text("list-members")

    assert [each["person_id"] for each in people["members"]] == ["ada", "ann", "bob"]
    assert "person id" in shown
    rows = [line.split()[0] for line in shown.splitlines() if line.strip()]
    assert {"ada", "ann", "bob"} <= set(rows)
    assert "annotator" in shown
    assert "ROLE_" not in shown


async def test_a_long_list_is_followed_to_its_end(typed: Typed) -> None:
    first = await typed.json("list-items d --page-size 2")
    everything = await typed.json("list-items d --page-size 2 --all")

    assert len(first["items"]) == 2
    assert [each["external_id"] for each in everything["items"]] == ["a", "b", "c"]
    assert everything["next_page_token"] == ""


async def test_a_project_is_copied_from_the_terminal(typed: Typed) -> None:
    new = unique()
    await typed.json("create-dataset large")
    copied = await typed.json(f"copy-project {new} --members --all-datasets --all-queues --wait")
    listed = await typed.json(f"list-members --project {new}")
    datasets = await typed.json(f"list-datasets --project {new}")

    assert copied["operation"]["state"] == "OPERATION_STATE_SUCCEEDED"
    assert [each["person_id"] for each in listed["members"]] == ["ada", "ann", "bob"]
    assert [each["dataset_id"] for each in datasets["datasets"]] == ["d", "large"]


async def test_a_manager_steers_a_queue_from_the_terminal(typed: Typed) -> None:
    await typed.text("update-queue q --set lease_duration=2m --set priority=HIGH")
    queue = (await typed.json("get-queue q"))["queue"]
    given = (await typed.json("reserve --queue q --person ann"))["tasks"]
    task, token = given[0]["task_id"], given[0]["lease"]["lease_token"]
    await typed.text(f"start {task} {token} --person ann")
    await typed.text(f"save-draft {task} {token} --content half --person ann")
    held = (await typed.json("list-my-tasks --person ann"))["tasks"]

    assert (queue["lease_duration"], queue["priority"]) == ("120s", "PRIORITY_HIGH")
    assert [each["task_id"] for each in held] == [task]
    assert held[0]["state"] == "TASK_STATE_IN_PROGRESS"


async def test_queues_and_tasks_have_short_names_and_say_how_far_they_are(typed: Typed) -> None:
    seq = (await typed.json("reserve --queue q --person ann"))["seq"]
    shown = await typed.text(f"queues --min-seq {seq}")
    found = (await typed.json("queues --read-mask status --read-mask remaining_tasks"))["queues"]
    tasks = (await typed.json(f"tasks --queue q --min-seq {seq}"))["tasks"]

    assert {"status", "todo", "remaining tasks"} <= set(re.split(r"  +", shown))
    assert (found[0]["status"], found[0]["remaining_tasks"]) == ("WORK_STATUS_TODO", "3")
    assert [each["person"] for each in tasks] == ["ann", "", ""]


async def test_an_operation_is_waited_for(typed: Typed) -> None:
    removed = await typed.json("remove-items q d a b --wait")
    listed = await typed.json("list-operations --state succeeded")

    assert removed["operation"]["state"] == "OPERATION_STATE_SUCCEEDED"
    assert [each["operation_id"] for each in listed["operations"]] == [
        removed["operation"]["operation_id"]
    ]


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("set-priority q 1-1 --priority urgent", "must be one of HIGH, MEDIUM, LOW"),
        ("update-queue q --set slot=3", "'slot' must be one of"),
        ("update-queue q --set status=COMPLETED", "'status' must be one of"),
        ("get-queue", "Missing argument"),
    ],
)
async def test_what_was_typed_wrong_is_said_before_anything_is_asked(
    typed: Typed, line: str, right: str
) -> None:
    result = await typed(line)

    assert result.exit_code == 2
    assert right in " ".join(result.output.split())


async def test_what_the_service_refuses_is_raised_with_its_reason(typed: Typed) -> None:
    result = await typed("get-queue ghost")

    assert result.exit_code == 1
    assert getattr(result.exception, "reason", "") == "QUEUE_NOT_FOUND"


@pytest.mark.shows("E58")
async def test_what_happened_is_a_table_for_people_and_json_for_scripts(typed: Typed) -> None:
    listed = await typed.json("activity --queue q --order-by create_time")
    shown = await typed.text("activity --queue q")

    changes = [each["change"] for each in listed["activity"]]
    assert changes[:2] == ["QUEUE_CREATED", "DATASET_ATTACHED"]
    assert {each["actor"] for each in listed["activity"][:2]} == {"ada"}
    assert "QUEUE_CREATED" in shown
    assert "create time" in shown


async def test_who_has_how_much_is_a_table_and_when_the_rest_is_done_too(typed: Typed) -> None:
    seq = (await typed.json("reserve --queue q --person ann --count 2"))["seq"]
    shown = await typed.text(f"report --min-seq {seq}")
    told = await typed.json(f"report --queue q --window 3600s --min-seq {seq}")
    forecast = await typed.text(f"forecast q --min-seq {seq}")

    assert {"open tasks", "idle"} <= set(re.split(r"  +", shown))
    assert [(row["person_id"], row["open_tasks"]) for row in told["workloads"]] == [("ann", "2")]
    assert "remaining tasks: 3" in forecast


async def test_work_is_reviewed_returned_and_corrected_from_the_terminal(
    typed: Typed, world: World
) -> None:
    await world.people("rev", "eve", roles=[ROLE_REVIEWER])
    changed = await typed.json(
        "review settings q --set enabled=true --set rejection_reasons=blurred"
        " --set annotator_mappings=ann:rev --set expert_review.threshold=2"
    )
    shown = await typed.text(f"review settings q --min-seq {changed['seq']}")
    taken = (await typed.json("reserve --queue q --person ann"))["tasks"][0]["lease"]
    await typed.text(f"submit 1-1 {taken['lease_token']} --unit u1:car --unit u2 --person ann")
    given = await typed.text("review reserve q --person rev")
    review, token = re.findall(r"(r1) +│ (\d+)", given)[0]
    await typed.text(f"review missing {review} {token} wheel --class car --frames 3-9 --person rev")
    decided = await typed.json(
        f"review decide {review} {token} --approve u1 --reject u2 --reason blurred --person rev"
    )
    issues = (await typed.json(f"issues --min-seq {decided['seq']} --filter state=OPEN"))["issues"]
    fixed = await typed.json("review fixed 1-1 --person ann")
    listed = await typed.text(f"review list --min-seq {fixed['seq']}")
    units_ = (await typed.json("review units 1-1"))["units"]
    experts = await typed.json("review reserve q --expert --person eve")
    found = await typed.text("review find u2")
    taken = (await typed.json("reserve --queue q --person ann"))["tasks"][0]["lease"]
    again = await typed.json(
        f"submit 1-1 {taken['lease_token']} --unit u1:car --unit u2 --resolve-issues --person ann"
    )
    quality = await typed.json(f"quality --by queue --by author --min-seq {fixed['seq']}")

    assert "annotator mappings: annotator ann, reviewers rev" in shown
    assert "u1 (car), u2" in given
    assert "reasons for a reject: blurred" in given
    assert (decided["finished"], decided["task_state"]) == (True, "TASK_STATE_RETURNED")
    assert [(each["unit_id"], each["reason"], each["class_name"]) for each in issues] == [
        ("u2", "blurred", ""),
        ("", "", "car"),
    ]
    assert fixed["marked"] == 2
    assert "completed" in listed
    assert [each["state"] for each in units_] == [
        "UNIT_STATE_APPROVED",
        "UNIT_STATE_RESOLVED",
        "UNIT_STATE_RESOLVED",
    ]
    assert experts["nothing"]["reason"] == "NOTHING_REASON_QUEUE_EMPTY"
    assert "resolved" in found
    assert (again["state"], again["units_to_review"]) == ("TASK_STATE_IN_REVIEW", 2)
    told = [(each["author"], each["first_pass_rate"]) for each in quality["figures"]]
    assert told == [("ann", 0.5)]


ENDED = "OPERATION_STATE_SUCCEEDED"


async def test_a_manager_returns_work_and_has_it_reviewed_again_from_the_terminal(
    typed: Typed, world: World
) -> None:
    await world.people("rev", roles=[ROLE_REVIEWER])
    await typed.text("review settings q --set enabled=true --set sampling_rate=0")
    for person in ("ann", "bob"):
        [task] = (await world.reserve("q", person)).tasks
        seq = (await world.submit(person, task, units=units("u1"))).seq
    added = await typed.json("review add q --task-ids 1-1 --reviewers rev")
    drawn = await typed.json("review resample q --task-ids 1-1 --task-ids 2-1")
    returned = await typed.json("review return 2-1 --unit u1 --comment skewed --missing wheel")
    shown = await typed.text(f"issues --min-seq {returned['seq']}")
    mine = await typed.text(f"review mine --person rev --min-seq {seq}")

    for answer, done in ((added, "1"), (drawn, "2")):
        operation = answer["operation"]
        assert (operation["state"], operation["done"], operation["failed"]) == (ENDED, done, "0")
    assert returned["state"] == "TASK_STATE_RETURNED"
    assert ("skewed" in shown, "wheel" in shown) == (True, True)
    assert "no reviews" in mine


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("review decide r1 7 --frame 3", "--frame needs --all"),
        ("review decide r1 7 --all perhaps", "APPROVE, REJECT, DELETE"),
        ("review missing r1 7 wheel --frames a-b", "FIRST-LAST"),
        ("review settings q --set class_rates=car:few", "few"),
    ],
)
async def test_a_review_that_was_typed_wrong_asks_nothing(
    typed: Typed, line: str, right: str
) -> None:
    result = await typed(line)

    assert result.exit_code == 2
    assert right in " ".join(result.output.split())


async def test_what_happens_is_a_line_each_for_people_and_for_scripts(typed: Typed) -> None:
    for line in ("watch --from-seq 1", "watch --from-seq 1 --json"):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "allocator.cli", *line.split()),
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | typed.environment,
        )
        assert process.stdout
        said = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
        if "--json" in line:
            first = json.loads(said)
            assert (first["seq"], first["change"]) == ("1", "PROJECT_CREATED")
        else:
            assert re.match(r"1  \S+Z  PROJECT_CREATED  ada  ", said), said
