"""From annotation through review to completed, and back: what the source systems do with it."""

from __future__ import annotations

from typing import Any

import pytest

from dibs.v1 import (
    assignment_pb2,
    common_pb2,
    figures_pb2,
    issues_pb2,
    project_pb2,
    queue_pb2,
    report_pb2,
    stages_pb2,
    tasks_pb2,
)
from dibs.v1 import review_settings_pb2 as pb
from tests.api import tasks
from tests.api.reviews import APPROVE, DELETE, REJECT, Desk, ids, mapping, verdict
from tests.api.tasks import record
from tests.api.test_more_reviews import add
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

IN_REVIEW = common_pb2.TASK_STATE_IN_REVIEW
COMPLETED = common_pb2.TASK_STATE_COMPLETED
RETURNED = common_pb2.TASK_STATE_RETURNED
ASSIGNED = common_pb2.TASK_STATE_ASSIGNED
EXPERT = common_pb2.TASK_KIND_EXPERT_REVIEW


async def _states(world: World) -> dict[str, int]:
    """The tasks of the queue by state."""
    found = (await world.depth("q")).tasks
    return {common_pb2.TaskState.Name(one.state)[11:]: one.count for one in found if one.count}


@pytest.mark.shows("E72", "E77", "E78")
async def test_a_submission_makes_reviews_and_is_completed_by_the_last_of_them(
    world: World,
) -> None:
    desk = await Desk.make(world, items=1, class_mappings=[mapping("cat", "rev")])
    [task] = (await world.reserve("q", "ann")).tasks
    done = await desk.submit("ann", "a:cat", "b", "c", task=task)
    assert (done.state, done.units_to_review) == (IN_REVIEW, 3)
    cats, rest = await desk.take("rev"), await desk.take("roy")
    assert (ids(cats), ids(rest)) == (["a"], ["b", "c"])
    first = await desk.decide("roy", rest, all=verdict(APPROVE))
    last = await desk.decide("rev", cats, {"a": REJECT})
    assert (first.task_state, last.task_state) == (IN_REVIEW, RETURNED)
    [task] = (await world.reserve("q", "ann")).tasks
    await desk.submit("ann", "a:cat", "b", "c", task=task, resolve_issues=True)
    last = await desk.decide("rev", await desk.take("rev"), {"a": APPROVE})
    assert last.task_state == COMPLETED


@pytest.mark.shows("E1")
async def test_a_project_has_datasets_classes_and_settings_of_review(world: World) -> None:
    desk = await Desk.make(world, sampling_rate=0.0)
    await world.change_queue("q", "unit_classes", unit_classes=["cat", "dog"])
    await desk.settings(class_rates=[pb.ClassRate(class_name="dog", rate=1)])
    [task] = (await world.reserve("q", "ann")).tasks
    unknown = await refused(desk.submit("ann", "a:yak", task=task))
    done = await desk.submit("ann", "a:cat", "b:dog", task=task)

    assert (task.dataset_id, unknown.reason) == ("d", "INVALID_ARGUMENT")
    assert (done.state, done.units_to_review) == (IN_REVIEW, 1)


@pytest.mark.shows("E35", "L16", "P3")
async def test_what_is_done_moves_into_review_and_is_counted_there(world: World) -> None:
    desk = await Desk.make(world, items=3)
    await desk.submit("ann", "a")
    await desk.submit("bob", "b")
    assert await _states(world) == {"QUEUED": 1, "IN_REVIEW": 2}
    await desk.decide("rev", await desk.take("rev"), all=verdict(APPROVE))
    assert await _states(world) == {"QUEUED": 1, "IN_REVIEW": 1, "COMPLETED": 1}
    last = await desk.submit("bob", "c")
    request = stages_pb2.SubmitForReviewRequest(
        **world.where("bob"), queue_id="q", min_seq=last.seq
    )
    ready = await world.stubs.queues.SubmitForReview(request)
    assert (ready.ready, ready.stage) == (True, figures_pb2.STAGE_PENDING_REVIEW)


@pytest.mark.shows("E44")
async def test_a_task_is_completed_once_every_unit_is_approved_or_deleted(world: World) -> None:
    desk = await Desk.make(world)
    await desk.submit("ann", "a", "b", "c")
    review = await desk.take("rev")
    states = [
        (await desk.decide("rev", review, {unit: action})).task_state
        for unit, action in (("a", APPROVE), ("b", DELETE), ("c", APPROVE))
    ]
    assert states == [IN_REVIEW, IN_REVIEW, COMPLETED]


@pytest.mark.shows("E97", "E102")
async def test_a_decision_about_the_task_is_one_about_its_units_and_is_opened_again(
    world: World,
) -> None:
    desk = await Desk.make(world, rejection_reasons=["blurred"])
    [task] = (await world.reserve("q", "ann")).tasks
    await desk.submit("ann", "a", "b", task=task)
    done = await desk.decide("rev", await desk.take("rev"), all=verdict(APPROVE))
    assert (done.decided, done.task_state) == (2, COMPLETED)
    await add(world, task.task_id, unit_ids=["b"])
    again = await desk.take("roy")
    why = {"action": REJECT, "reason": "blurred", "comment": "left half"}
    done = await desk.decide("roy", again, all=why)
    request = issues_pb2.ListIssuesRequest(**world.where(), min_seq=done.seq)
    [issue] = (await world.stubs.reviews.ListIssues(request)).issues
    assert (done.decided, done.task_state) == (1, RETURNED)
    assert (issue.unit_id, issue.reason, issue.comment) == ("b", "blurred", "left half")


@pytest.mark.shows("E99", "E96")
async def test_a_manager_moves_a_task_between_stages_and_says_whose_it_is(world: World) -> None:
    desk = await Desk.make(world, items=1)
    [task] = (await world.reserve("q", "ann")).tasks
    await desk.submit("ann", "a", task=task)
    await desk.decide("rev", await desk.take("rev"), all=verdict(APPROVE))

    async def stands() -> tuple[int, str]:
        found = await record(world, task.task_id)
        return found.task.state, found.person

    to = tasks_pb2.ReopenTo
    assert await stands() == (COMPLETED, "ann")
    await add(world, task.task_id)
    assert await stands() == (IN_REVIEW, "ann")
    await tasks.reopen(world, "q", [task.task_id])
    assert await stands() == (RETURNED, "ann")
    [again] = (await world.reserve("q", "ann")).tasks
    await desk.submit("ann", "a", task=again)
    await tasks.reopen(world, "q", [task.task_id], to=to.Value("REOPEN_TO_PERSON"), person="bob")
    assert await stands() == (ASSIGNED, "bob")
    assert not (await desk.reserve("roy")).reviews


@pytest.mark.shows("E100")
async def test_many_tasks_are_moved_to_a_stage_at_once(world: World) -> None:
    desk = await Desk.make(world, sampling_rate=0.0)
    held = (await world.reserve("q", "ann", 3)).tasks
    for task in held:
        await desk.submit("ann", "a", task=task)
    names = [task.task_id for task in held]
    moved = await add(world, *names)
    under = await _states(world)
    reviews = (await desk.reserve("rev", count=3)).reviews
    back = await tasks.reopen(world, "q", names)

    assert (moved.done, under, len(reviews)) == (3, {"IN_REVIEW": 3}, 3)
    assert (back.reopened, back.state) == (3, RETURNED)
    assert await _states(world) == {"RETURNED": 3}


@pytest.mark.shows("E28", "E32", "E34")
async def test_any_reviewer_is_an_expert_whatever_is_mapped(world: World) -> None:
    desk = await Desk.make(world, class_mappings=[mapping("cat", "rev")])
    stage = pb.ExpertStage(iteration=1, rate=1, action=pb.EXPERT_ACTION_REJECTED)
    wrong = pb.ExpertReview(threshold=1, stages=[stage])
    error = await refused(desk.settings(expert_review=wrong))
    assert error.metadata["field"] == "settings.expert_review.stages[0].action"

    stage.action = pb.EXPERT_ACTION_APPROVED
    await desk.settings(expert_review=pb.ExpertReview(threshold=1, stages=[stage]))
    await desk.submit("ann", "a:cat", "b:cat")
    assert not (await desk.reserve("roy")).reviews
    await desk.decide("rev", await desk.take("rev"), {"a": REJECT, "b": APPROVE})
    assert not (await desk.reserve("rev", kind=EXPERT)).reviews
    assert ids(await desk.take("roy", kind=EXPERT)) == ["a", "b"]


@pytest.mark.shows("P60", "L20", "L21")
async def test_all_is_reviewed_or_what_is_of_a_class_or_of_somebody(world: World) -> None:
    desk = await Desk.make(world, items=5)
    full = await desk.submit("ann", "a:cat", "b:dog")
    await desk.settings(sampling_rate=0.0, class_rates=[pb.ClassRate(class_name="cat", rate=1)])
    of_class = await desk.submit("ann", "a:cat", "b:dog", "c:dog")
    of_nobody = await desk.submit("ann", "b:dog")
    somebody = pb.AnnotatorRate(annotator="bob", rate=1)
    await desk.settings(annotator_rates=[somebody])
    of_bob = await desk.submit("bob", "b:dog", "c:dog")

    answers = (full, of_class, of_nobody, of_bob)
    assert [answer.units_to_review for answer in answers] == [2, 1, 0, 2]
    assert of_nobody.state == COMPLETED


@pytest.mark.shows("E95")
async def test_what_became_of_tasks_and_reviews_is_told_by_what_happened(world: World) -> None:
    desk = await Desk.make(world, items=1)
    await world.people("cy", roles=[project_pb2.ROLE_ANNOTATOR])
    [task] = (await world.reserve("q", "bob")).tasks
    await world.release("bob", task)
    [task] = (await world.reserve("q", "cy")).tasks
    await world.skip("cy", task)
    [task] = (await world.reserve("q", "ann")).tasks
    await desk.submit("ann", "a", task=task)
    review = await desk.take("rev")
    await world.release("rev", _task(review))
    await desk.decide("roy", await desk.take("roy"), all=verdict(APPROVE))
    last = await tasks.reopen(world, "q", [task.task_id])

    async def changes(text: str) -> list[str]:
        request = report_pb2.ListActivityRequest(
            **world.where(), min_seq=last.seq, filter=text, order_by="create_time"
        )
        return [one.change for one in (await world.stubs.reports.ListActivity(request)).activity]

    assert (await changes(f"task = {task.task_id}"))[1:] == [
        *("GRANTED", "RELEASED", "GRANTED", "SKIPPED", "GRANTED", "SUBMITTED"),
        *("DECIDED", "REOPENED"),
    ]
    assert (await changes("person = rev"))[1:] == ["GRANTED", "RELEASED"]


def _task(review: Any) -> Any:
    """A review, as Release takes it."""
    return common_pb2.Task(task_id=review.review_id, lease=review.lease)


@pytest.mark.shows("D1", "D50", "D57")
async def test_issues_are_found_by_label_and_queues_by_their_open_issues(world: World) -> None:
    desk = await Desk.make(world)
    await world.queue("other", "d")
    await desk.submit("ann", "a:cat", "b:dog")
    done = await desk.decide("rev", await desk.take("rev"), all=verdict(REJECT))

    async def issues(text: str) -> list[Any]:
        request = issues_pb2.ListIssuesRequest(**world.where(), min_seq=done.seq, filter=text)
        return [one.unit_id for one in (await world.stubs.reviews.ListIssues(request)).issues]

    request = queue_pb2.ListQueuesRequest(
        **world.where(), min_seq=done.seq, filter="items_with_open_issues > 0"
    )
    found = (await world.stubs.queues.ListQueues(request)).queues
    assert await issues("class_name = dog") == ["b"]
    assert await issues('class_name : "cat"') == ["a"]
    assert [queue.queue_id for queue in found] == ["q"]
    asked = assignment_pb2.ListAssignmentsRequest(**world.where(), min_seq=done.seq)
    shares = (await world.stubs.assignments.ListAssignments(asked)).assignments
    assert [(one.queue_id, one.person_id) for one in shares] == [("q", "ann")]
