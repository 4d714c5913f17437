"""QA queues: what a labeling queue has finished is checked by others, item by item."""

from __future__ import annotations

from typing import Any

import pytest

from dibs import errors
from dibs.v1 import assignment_pb2, common_pb2, figures_pb2, issues_pb2
from dibs.v1 import queue_pb2 as pb
from tests.api.qa import Checks
from tests.api.reviews import Desk, units
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND


@pytest.mark.shows("D2", "D27")
async def test_what_is_finished_is_approved_or_discarded_by_who_reviews(world: World) -> None:
    checks = await Checks.make(world)
    await checks.label("ann", "a")
    await checks.queue()
    found = await world.look("qa")
    assert (found.type, found.source_queue_id, found.follow) == (pb.QUEUE_TYPE_QA, "q", True)

    first = await checks.take()
    await checks.label("bob", "a")
    await world.until("qa", queued=1)
    second = await checks.take("roy")
    approved = await world.submit("rev", first, status="approved")
    discarded = await world.submit("roy", second, status="discarded")
    unknown = await refused(world.submit("roy", second, status="completed"))

    assert (first.external_id, second.external_id) == ("i0", "i1")
    assert (approved.status, discarded.status) == ("approved", "discarded")
    assert isinstance(unknown, errors.InvalidArgument)
    await world.until("qa", completed=1, discarded=1)


@pytest.mark.shows("D3")
async def test_nobody_checks_what_they_worked_on_nor_does_who_only_annotates(world: World) -> None:
    checks = await Checks.make(world)
    mine = await checks.label("both", "a")
    await checks.queue()

    [own] = await checks.nothing("both")
    denied = await refused(world.reserve("qa", "bob"))
    given = await checks.take("rev")

    assert (own.cause, own.count) == (common_pb2.INELIGIBILITY_EXCLUDED, 1)
    assert isinstance(denied, errors.PermissionDenied)
    assert given.external_id == mine.external_id


@pytest.mark.shows("D24")
async def test_several_queues_check_one_and_the_same_item_each_for_itself(world: World) -> None:
    checks = await Checks.make(world)
    await checks.label("ann", "a")
    for queue_id in ("qa", "second"):
        await checks.queue(queue_id, related_queue_ids=["q"])

    await checks.approve("rev", "qa")
    there = await checks.take("rev", "second")

    assert there.external_id == "i0"
    assert (await world.look("second")).related_queue_ids == ["q"]
    await world.until("qa", completed=1)
    await world.until("second", assigned=1)


async def test_an_item_that_loses_its_status_is_taken_from_whoever_checks_it(world: World) -> None:
    checks = await Checks.make(world)
    done = await checks.label("ann", "a")
    await checks.queue()
    held = await checks.take("rev")

    await checks.reopen(done)
    lost = await refused(world.submit("rev", held, status="approved"))

    assert isinstance(lost, errors.LeaseLost)
    assert lost.metadata["cause"] == "item_returned"
    await world.until("qa", removed=1)
    [again] = (await world.reserve("q", "ann")).tasks
    await world.submit("ann", again, units=units("a"))
    await world.until("qa", removed=1, queued=1)


@pytest.mark.parametrize(("digest", "asked"), [(b"1", 0), (b"2", 1)])
async def test_what_was_judged_is_asked_again_only_if_a_unit_changed(
    world: World, digest: bytes, asked: int
) -> None:
    checks = await Checks.make(world)
    done = await checks.label("ann", units=units("a", digest=b"1"))
    await checks.queue()
    await checks.approve()

    await checks.reopen(done)
    [again] = (await world.reserve("q", "ann")).tasks
    await world.submit("ann", again, units=units("a", digest=digest))
    await checks.label("bob", "b")  # what comes after it is there: so was it looked at

    await world.until("qa", completed=1, queued=1 + asked)


@pytest.mark.shows("D33")
async def test_statuses_choose_what_comes_in_and_the_queue_is_completed_by_its_own(
    world: World,
) -> None:
    checks = await Checks.make(world)
    await checks.label("ann", status="discarded")
    await checks.label("ann", status="completed")
    await checks.queue(source_statuses=["completed"])
    assert (await checks.take()).external_id == "i1"
    before = await world.get_queue("qa")

    await world.change_queue("qa", "source_statuses", source_statuses=[])
    await world.until("qa", assigned=1, queued=1)
    changed = await world.look("qa")

    assert before.status == figures_pb2.WORK_STATUS_TODO
    assert list(changed.source_statuses) == []


async def test_without_follow_only_what_has_a_status_already_is_checked(world: World) -> None:
    checks = await Checks.make(world)
    await checks.label("ann", "a")
    await checks.queue(follow=False)
    await checks.queue("other")
    await checks.label("ann", "a")
    await world.until("other", queued=2)
    before = (await world.depth("qa")).tasks

    await world.change_queue("qa", "follow", follow=True)
    await world.until("qa", queued=2)

    assert sum(one.count for one in before) == 1


@pytest.mark.parametrize(
    ("source", "fields", "field"),
    [
        ("", {}, "queue.source_queue_id"),
        ("qa", {}, "queue.source_queue_id"),
        ("q", {"source_statuses": ["completed", "nice"]}, "queue.source_statuses[1]"),
        ("q", {"type": pb.QUEUE_TYPE_LABELING}, "queue.source_queue_id"),
        ("", {"type": pb.QUEUE_TYPE_LABELING, "follow": False}, "queue.follow"),
    ],
)
async def test_a_queue_for_qa_names_a_labeling_queue(
    world: World, source: str, fields: dict[str, Any], field: str
) -> None:
    checks = await Checks.make(world)
    await checks.queue()
    error = await refused(checks.queue("wrong", source, **fields))

    assert isinstance(error, errors.InvalidArgument)
    assert [one.field for one in error.violations] == [field]
    unknown = await refused(checks.queue("wrong", "nowhere"))
    assert isinstance(unknown, errors.QueueNotFound)


async def test_nothing_else_comes_into_a_queue_for_qa_and_it_has_no_review(world: World) -> None:
    checks = await Checks.make(world)
    await checks.queue()

    for call in (
        world.attach("qa", "d"),
        world.add("qa", "d", ["i0"]),
        world.change_queue("qa", "source_queue_id", source_queue_id="q"),
        world.change_queue("q", "follow", follow=False),
    ):
        error = await refused(call)
        assert isinstance(error, errors.QueueForQa | errors.InvalidArgument)
    reviewed = await refused(checks.review("qa"))
    assert isinstance(reviewed, errors.QueueForQa)


async def test_a_queue_for_qa_outlives_its_labeling_queue(world: World) -> None:
    checks = await Checks.make(world)
    await checks.label("ann", "a")
    await checks.queue()
    await checks.delete("q")

    assert (await checks.approve()).status == "approved"
    gone = await refused(checks.queue("late"))
    assert isinstance(gone, errors.QueueNotFound)


@pytest.mark.shows("D53", "D59")
async def test_queues_and_assignments_are_found_by_type(world: World) -> None:
    checks = await Checks.make(world)
    await checks.label("ann", "a")
    await checks.queue()
    task = await checks.take("rev")
    of_qa = await world.stubs.queues.ListQueues(
        pb.ListQueuesRequest(**world.where(), filter="type = QA")
    )
    labeling = await world.stubs.queues.ListQueues(
        pb.ListQueuesRequest(**world.where(), filter="type != QA")
    )
    of_them = assignment_pb2.ListAssignmentsRequest(
        **world.where(), filter="type = QA", min_seq=task.lease.lease_token
    )
    found = (await world.stubs.assignments.ListAssignments(of_them)).assignments

    assert [one.queue_id for one in of_qa.queues] == ["qa"]
    assert [one.queue_id for one in labeling.queues] == ["q"]
    assert [(one.person_id, one.type) for one in found] == [("rev", pb.QUEUE_TYPE_QA)]


@pytest.mark.shows("D3", "D34", "D86")
async def test_an_issue_sends_the_item_back_to_its_author_until_it_is_fixed(world: World) -> None:
    checks = await Checks.make(world)
    done = await checks.label("ann", "a", "b")
    await checks.label("bob", "c")
    await checks.queue()
    await checks.queue("second")
    held = await checks.take("rev")
    told = await checks.report("rev", held, "b")
    assert (told.labeling_task_id, len(told.issue_ids)) == (done.task_id, 1)
    assert told.state == common_pb2.TASK_STATE_RETURNED
    queue = await world.get_queue("q", min_seq=told.seq)
    await world.until("second", queued=1, removed=1)

    [again] = (await world.reserve("q", "ann")).tasks
    early = await refused(world.submit("ann", again, units=units("a", "b")))
    await Desk(world).fix("ann", again.task_id, "b")
    fixed = await world.get_queue("q", min_seq=(await world.depth("q")).seq)
    await world.submit("ann", again, units=units("a", "b"))
    await world.until("qa", queued=2, removed=1)

    assert again.task_id == done.task_id
    assert isinstance(early, errors.OpenIssues)
    assert (queue.items_with_open_issues, queue.items_for_review) == (1, 0)
    assert (fixed.items_with_open_issues, fixed.items_for_review) == (0, 1)


@pytest.mark.shows("D62", "D88")
async def test_issues_of_a_queue_for_qa_are_listed_with_those_of_reviews(world: World) -> None:
    checks = await Checks.make(world)
    await checks.label("ann", "a:car")
    await checks.queue()
    told = await checks.report("rev", await checks.take("rev"), "a")
    request = issues_pb2.ListIssuesRequest(**world.where(), filter="state = OPEN", min_seq=told.seq)
    [issue] = (await world.stubs.reviews.ListIssues(request)).issues

    assert (issue.issue_id, issue.unit_id, issue.reviewer) == (told.issue_ids[0], "a", "rev")
    assert issue.task_id == told.labeling_task_id
    assert issue.HasField("open_time")


async def test_issues_are_reported_by_who_holds_the_task_of_what_is_there(world: World) -> None:
    checks = await Checks.make(world)
    await checks.label("ann", "a")
    labeled = await checks.label("both", "a")
    await checks.queue()
    held = await checks.take("rev")

    strange = await refused(checks.report("roy", held, "a"))
    no_unit = await refused(checks.report("rev", held, "z"))
    not_qa = await refused(checks.report("both", labeled, "a"))
    no_slot = await refused(checks.report("rev", held, "a", slot=2))
    await checks.report("rev", held, "a")
    twice = await refused(checks.report("rev", held, "a"))

    assert isinstance(strange, errors.LeaseLost)
    assert isinstance(no_unit, errors.UnitNotFound)
    assert isinstance(not_qa, errors.QueueNotForQa)
    assert isinstance(no_slot, errors.InvalidArgument)
    assert [one.field for one in no_slot.violations] == ["slot"]
    assert isinstance(twice, errors.LeaseLost)
    assert twice.metadata["cause"] == "item_returned"


async def test_a_queue_for_qa_is_distributed_or_pulled_in_batches_like_any_other(
    world: World,
) -> None:
    checks = await Checks.make(world, items=4)
    for person in ("ann", "ann", "both", "both"):
        await checks.label(person)
    shares = [pb.Share(person_id="rev"), pb.Share(person_id="both")]
    await checks.queue("dealt", distribution=pb.Distribution(shares=shares))
    await checks.queue("pulled", batches=pb.Batches(batch_size=3))

    await world.until("dealt", assigned=4)
    dealt = {who: (await world.mine(who, queue_id="dealt")).tasks for who in ("rev", "both")}
    batch = (await world.load_batch("pulled", "roy")).tasks
    nothing = (await world.load_batch("pulled", "ann")).nothing

    assert [one.external_id for one in dealt["rev"]] == ["i0", "i2", "i3"]
    assert [one.external_id for one in dealt["both"]] == ["i1"]  # not what they did themselves
    assert [one.external_id for one in batch] == ["i0", "i1", "i2"]
    assert [one.cause for one in nothing.causes] == [common_pb2.INELIGIBILITY_ROLE]
