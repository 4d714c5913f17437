"""What dibs keeps of a queue for others: tags, related queues, where it comes from, metadata."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import (
    assignment_pb2,
    common_pb2,
    deleting_pb2,
    figures_pb2,
    group_pb2,
    origin_pb2,
)
from dibs.v1 import queue_pb2 as pb
from tests.api.test_queue_list import ids, listed
from tests.api.test_watching import watching
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

PIPELINE, WORKFLOW = origin_pb2.CHANNEL_PIPELINE, origin_pb2.CHANNEL_WORKFLOW
NIGHTLY = origin_pb2.Pipeline(
    pipeline_id="6417-af", node_id="n2", display_name="Nightly faces", link="https://pipes/6417-af"
)
FROM_PIPELINE: dict[str, Any] = {"channel": PIPELINE, "pipeline": NIGHTLY}


@pytest.fixture
async def kept(world: World) -> World:
    """Label (made by a pipeline), check (related to it), plain (nothing said of it)."""
    await world.queue(
        "label",
        **FROM_PIPELINE,
        tags=["night", "eu west"],
        metadata={"disableWebm": "true", "customer.no": "77"},
    )
    await world.queue("check", tags=["night"], related_queue_ids=["label"])
    await world.queue("plain", metadata={"disableWebm": "false"})
    return world


@pytest.mark.shows("D43", "D78", "D67")
async def test_a_row_says_by_what_a_queue_was_made_and_to_which_it_is_related(kept: World) -> None:
    rows = {row.queue_id: row for row in (await listed(kept)).queues}

    assert (rows["label"].channel, rows["label"].pipeline) == (PIPELINE, NIGHTLY)
    assert list(rows["check"].related_queue_ids) == ["label"]
    assert list(rows["label"].tags) == ["night", "eu west"]
    assert (rows["plain"].channel, rows["plain"].HasField("pipeline")) == (WORKFLOW, False)
    assert [*rows["plain"].tags, *rows["plain"].related_queue_ids] == []
    assert rows["label"] == await kept.get_queue("label")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tags:night", ["check", "label"]),
        ('tags:"eu west"', ["label"]),
        ("tags:nigh", []),
        ("NOT tags:night", ["plain"]),
        pytest.param("channel = PIPELINE", ["label"], marks=pytest.mark.shows("D52")),
        pytest.param("channel = WORKFLOW", ["check", "plain"], marks=pytest.mark.shows("D52")),
        ("channel != PIPELINE", ["check", "plain"]),
        ("related_queue_ids:label", ["check"]),
        ("related_queue_ids:nowhere", []),
        ("pipeline_id = 6417-af", ["label"]),
        ('pipeline_id = ""', ["check", "plain"]),
        ("pipeline_id != 6417-af", ["check", "plain"]),
        ("pipeline_name:FACES", ["label"]),
        ('pipeline_name = "Nightly faces"', ["label"]),
        ('pipeline_name != "Nightly faces"', ["check", "plain"]),
        ("metadata.disableWebm = true", ["label"]),
        ("metadata.disableWebm != true", ["check", "plain"]),
        ("metadata:disableWebm", ["label", "plain"]),
        ('metadata."customer.no" = 77', ["label"]),
        ("metadata:tags", []),
    ],
)
async def test_queues_are_found_by_what_is_kept_of_them(
    kept: World, text: str, expected: list[str]
) -> None:
    assert await ids(kept, text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tags = night", "at character 6: expected one of : behind tags"),
        ("channel = EMAIL", "at character 11: channel is one of PIPELINE, WORKFLOW"),
        ("metadata = x", "at character 10: expected one of : behind metadata"),
        ("metadata. = x", "at character 11: expected a key"),
        ("pipeline_name:ab", "at character 15: to look for a part takes at least 3"),
        ("pipeline_id < 3", "at character 13: expected one of = !="),
        ("tags:a\0b", "at character 6: a value has no NUL"),
    ],
)
async def test_what_is_no_filter_of_it_is_refused_at_its_place(
    kept: World, text: str, words: str
) -> None:
    error = await refused(listed(kept, text))
    assert isinstance(error, errors.InvalidArgument)
    assert (error.field, words in str(error)) == ("filter", True), str(error)


@pytest.mark.shows("D107")
async def test_metadata_passes_through_and_is_replaced_as_a_whole(kept: World) -> None:
    before = await kept.look("label")
    assert dict(before.metadata) == {"disableWebm": "true", "customer.no": "77"}

    await kept.change_queue("label", "metadata", metadata={"disableWebm": "", "ü": "x" * 1024})
    after = await kept.look("label")
    assert dict(after.metadata) == {"disableWebm": "", "ü": "x" * 1024}
    assert (list(after.tags), after.pipeline) == (list(before.tags), NIGHTLY)
    assert await ids(kept, "metadata.disableWebm = true") == []

    await kept.change_queue("label", "metadata")
    assert await ids(kept, "metadata:disableWebm") == ["plain"]


@pytest.mark.shows("D24")
async def test_a_queue_says_which_it_checks_and_is_found_from_there(kept: World) -> None:
    await kept.change_queue("plain", "related_queue_ids", related_queue_ids=["check", "label"])

    assert list((await kept.look("plain")).related_queue_ids) == ["check", "label"]
    assert await ids(kept, "related_queue_ids:label") == ["check", "plain"]
    assert await ids(kept, "related_queue_ids:check") == ["plain"]


async def test_a_queue_that_is_deleted_stays_named_and_is_not_named_anew(kept: World) -> None:
    await kept.stubs.queues.DeleteQueue(
        deleting_pb2.DeleteQueueRequest(**kept.change(), queue_id="label")
    )
    assert list((await kept.look("check")).related_queue_ids) == ["label"]
    await kept.change_queue("check", "tags", tags=["day"])

    for call in (
        kept.change_queue("plain", "related_queue_ids", related_queue_ids=["check", "label"]),
        kept.queue("new", related_queue_ids=["label"]),
    ):
        error = await refused(call)
        assert isinstance(error, errors.QueueNotFound)
        assert error.metadata["queue_id"] == "label"
    assert await ids(kept) == ["check", "plain"]
    assert list((await kept.look("plain")).related_queue_ids) == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"tags": ["a", "a"]}, "queue.tags"),
        ({"tags": [""]}, "queue.tags[0]"),
        ({"tags": ["x" * 65]}, "queue.tags[0]"),
        ({"tags": ["a\nb"]}, "queue.tags[0]"),
        ({"tags": [str(n) for n in range(51)]}, "queue.tags"),
        ({"related_queue_ids": ["check", "label"]}, "queue.related_queue_ids[1]"),
        ({"related_queue_ids": ["Check"]}, "queue.related_queue_ids[0]"),
        ({"related_queue_ids": ["check", "check"]}, "queue.related_queue_ids"),
        ({"related_queue_ids": [f"q{n}" for n in range(51)]}, "queue.related_queue_ids"),
        ({"channel": 3}, "queue.channel"),
        ({"channel": WORKFLOW}, "queue.pipeline"),
        ({"pipeline": origin_pb2.Pipeline(link="a\nb")}, "queue.pipeline.link"),
        ({"pipeline": origin_pb2.Pipeline(link="x" * 2049)}, "queue.pipeline.link"),
        ({"pipeline": origin_pb2.Pipeline(pipeline_id="x" * 257)}, "queue.pipeline.pipeline_id"),
        ({"metadata": {"": "x"}}, 'queue.metadata[""]'),
        ({"metadata": {"k": "a\0"}}, 'queue.metadata["k"]'),
        ({"metadata": {"k": "x" * 1025}}, 'queue.metadata["k"]'),
        ({"metadata": {str(n): "" for n in range(65)}}, "queue.metadata"),
    ],
)
async def test_what_cannot_be_kept_is_refused_by_its_name(
    kept: World, fields: dict[str, Any], field: str
) -> None:
    before = await kept.look("label")
    error = await refused(kept.change_queue("label", *fields, **fields))

    assert isinstance(error, errors.InvalidArgument)
    assert error.field.replace("'", '"') == field
    assert await kept.look("label") == before


async def test_only_what_a_pipeline_made_belongs_to_one(kept: World) -> None:
    error = await refused(kept.queue("new", pipeline=NIGHTLY))
    assert isinstance(error, errors.InvalidArgument)
    assert error.field == "queue.pipeline"
    assert await ids(kept) == ["check", "label", "plain"]

    answer = await kept.change_queue("label", "channel", "pipeline")
    assert (answer.queue.channel, answer.queue.HasField("pipeline")) == (WORKFLOW, False)


@pytest.mark.shows("D23")
async def test_a_pipeline_adds_items_to_its_queue_and_is_told_their_status(kept: World) -> None:
    await kept.people("ann")
    await kept.dataset("d", ["a", "b"])
    async with watching(kept, queue_id="label") as stream:
        await stream.next()
        await kept.add("label", "d", ["b"])
        [task] = (await kept.reserve("label", "ann")).tasks
        done = await kept.submit("ann", task)
        told = await stream.until(done.seq)
    queue = await kept.look("label")

    assert (queue.channel, queue.pipeline) == (PIPELINE, NIGHTLY)
    assert (told[-1].change, list(told[-1].queue_ids)) == ("SUBMITTED", ["label"])
    [ended] = told[-1].tasks
    assert (ended.task_id, ended.state) == (task.task_id, common_pb2.TASK_STATE_COMPLETED)


@pytest.mark.shows("D98")
async def test_the_details_of_a_queue_say_whose_what_and_how_far_it_is(world: World) -> None:
    await world.people("ann", "olga")
    await world.group("night", "ann")
    await world.dataset("d", ["a", "b"])
    blurred = pb.Status(name="blurred", meaning=pb.STATUS_MEANING_DISCARD)
    settings: dict[str, Any] = {"description": "Faces", "recipe_ref": "faces@3", "owner": "olga"}
    settings |= {"statuses": [blurred], "priority": common_pb2.PRIORITY_HIGH}
    await world.queue("q", "d", allowed_groups=["night"], **FROM_PIPELINE, **settings)
    await world.until("q", queued=2)
    [task] = (await world.reserve("q", "ann")).tasks
    done = await world.submit("ann", task)
    await world.change_queue("q", "description", description="Faces at night")
    queue = await world.get_queue("q", min_seq=done.seq + 1)

    assert (queue.owner, queue.priority) == ("olga", common_pb2.PRIORITY_HIGH)
    assert (queue.channel, queue.pipeline.link) == (PIPELINE, NIGHTLY.link)
    assert queue.description == "Faces at night"
    assert queue.create_time.ToMilliseconds() < queue.update_time.ToMilliseconds()
    assert (queue.progress_percent, list(queue.dataset_ids)) == (50, ["d"])
    assert (queue.items_with_open_issues, queue.items_for_review) == (0, 0)
    assert (queue.recipe_ref, list(queue.statuses)) == ("faces@3", [blurred])
    assert queue.allocation_method == figures_pb2.ALLOCATION_METHOD_PULLING
    assert (queue.assignment_count, list(queue.allowed_groups)) == (1, ["night"])


@pytest.mark.shows("D99")
async def test_what_a_machine_wants_to_know_of_a_queue_is_in_its_answer(kept: World) -> None:
    await kept.people("ann", "bob")
    await kept.group("night", "bob")
    await kept.queue(
        "q",
        batches=pb.Batches(batch_size=4, max_batch_workload=7),
        allowed_assignees=["ann"],
        allowed_groups=["night"],
        related_queue_ids=["label"],
        metadata={"disableWebm": "false"},
    )
    queue = await kept.look("q")
    members = await kept.stubs.groups.ListGroupMembers(
        group_pb2.ListGroupMembersRequest(**kept.where(), group_id="night")
    )

    assert (queue.batches.batch_size, queue.batches.max_batch_workload) == (4, 7)
    assert (queue.batches.next_index, queue.metadata["disableWebm"]) == (1, "false")
    assert (list(queue.allowed_assignees), list(queue.allowed_groups)) == (["ann"], ["night"])
    assert list(queue.related_queue_ids) == ["label"]
    assert list(members.person_ids) == ["bob"]


@pytest.mark.shows("D100")
async def test_an_assignment_says_what_queue_it_is_of_and_how_far_it_is(world: World) -> None:
    await world.people("ann")
    await world.dataset("d", ["a", "b"])
    settings: dict[str, Any] = {"display_name": "Faces", "description": "At night"}
    await world.queue("q", "d", **FROM_PIPELINE, **settings, priority=common_pb2.PRIORITY_LOW)
    await world.until("q", queued=2)
    tasks = (await world.reserve("q", "ann", 2)).tasks
    done = await world.submit("ann", tasks[0])

    async def found(text: str) -> Any:
        request = assignment_pb2.ListAssignmentsRequest(
            **world.where(), filter=text, min_seq=done.seq
        )
        return (await world.stubs.assignments.ListAssignments(request)).assignments

    [one] = await found("channel = PIPELINE")
    assert (one.queue_name, one.person_id, one.description) == ("Faces", "ann", "At night")
    assert (one.priority, one.channel) == (common_pb2.PRIORITY_LOW, PIPELINE)
    assert (one.progress_percent, one.remaining_tasks) == (50, 1)
    assert (one.items_with_open_issues, one.items_for_review) == (0, 0)
    assert one.queue_create_time == (await world.look("q")).create_time
    assert list(await found("channel = WORKFLOW")) == []
