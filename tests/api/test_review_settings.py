"""How work is reviewed: which part of it, by whom, and how that changes."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration

from dibs.v1 import allocation_pb2 as allocation
from dibs.v1 import common_pb2, dataset_pb2, deleting_pb2, project_pb2
from dibs.v1 import review_lists_pb2 as lists_pb
from dibs.v1 import review_settings_pb2 as pb
from tests.api.reviews import APPROVE, REJECT, Desk, annotator, ids, mapping, verdict
from tests.api.world import World, refused
from tests.conftest import ON_ONE_KIND
from tests.reviewqueue.worked_example import final_states

pytestmark = ON_ONE_KIND

COMPLETED = common_pb2.TASK_STATE_COMPLETED
HUNDRED = [f"u{n}" for n in range(100)]


def lots(**fields: Any) -> pb.LotPlan:
    return pb.LotPlan(**fields, lot_timeout=Duration(seconds=60))


async def test_settings_are_answered_as_they_were_set(world: World) -> None:
    desk = await Desk.make(world)
    written = await desk.settings(
        sampling_rate=0.25,
        class_rates=[pb.ClassRate(class_name="cat", rate=0.5)],
        annotator_rates=[pb.AnnotatorRate(annotator="ann", rate=1)],
        rate_precedence=pb.RATE_PRECEDENCE_PRODUCT,
        discard_review_rate=0,
        seed=7,
        rejection_reasons=["blurred"],
        class_mappings=[mapping("cat", "rev", "roy")],
        annotator_mappings=[annotator("bob", "roy")],
        fallback_after=Duration(seconds=60),
        max_held=3,
    )
    found = await desk.look(min_seq=written.seq)
    assert found == written.settings
    assert (found.queue_id, found.enabled, found.sampling_rate) == ("q", True, 0.25)
    assert [(one.class_name, one.rate) for one in found.class_rates] == [("cat", 0.5)]
    assert [(one.annotator, one.rate) for one in found.annotator_rates] == [("ann", 1)]
    assert [list(one.reviewers) for one in found.class_mappings] == [["rev", "roy"]]
    assert [(one.annotator, *one.reviewers) for one in found.annotator_mappings] == [("bob", "roy")]
    assert (found.seed, found.discard_review_rate, found.max_held) == (7, 0, 3)
    assert (found.fallback_after.seconds, found.lease_duration.seconds) == (60, 3600)

    stale = await refused(desk.settings(multi_review=True, etag="1"))
    assert (stale.reason, stale.metadata["queue_id"]) == ("ETAG_MISMATCH", "q")
    changed = await desk.settings(multi_review=True, etag=found.etag)
    assert (changed.settings.multi_review, changed.settings.sampling_rate) == (True, 0.25)


@pytest.mark.shows("E17", "P59")
async def test_a_rate_says_how_much_is_reviewed_and_raising_it_only_adds(world: World) -> None:
    desk = await Desk.make(world, items=4, sampling_rate=0.2, seed=1)
    some = await desk.submit("ann", *HUNDRED)
    assert 5 <= some.units_to_review <= 40
    await desk.settings(sampling_rate=0.0)
    none = await desk.submit("ann", *HUNDRED)
    assert (none.units_to_review, none.state) == (0, COMPLETED)
    await desk.settings(sampling_rate=1.0)
    assert (await desk.submit("ann", *HUNDRED)).units_to_review == 100
    assert len(ids(await desk.take("rev"))) == some.units_to_review


@pytest.mark.shows("E18", "E19")
async def test_rates_of_classes_and_annotators_go_before_that_of_all(world: World) -> None:
    desk = await Desk.make(
        world,
        items=3,
        sampling_rate=0.0,
        class_rates=[pb.ClassRate(class_name="cat", rate=1)],
        annotator_rates=[pb.AnnotatorRate(annotator="bob", rate=1)],
    )
    assert (await desk.submit("ann", "a:cat", "b:dog")).units_to_review == 1
    assert (await desk.submit("bob", "a:cat", "b:dog")).units_to_review == 2
    await desk.settings(rate_precedence=pb.RATE_PRECEDENCE_ANNOTATOR, annotator_rates=[])
    assert ids(await desk.take("rev")) == ["a"]


@pytest.mark.shows("E22", "E23", "E26")
async def test_the_mapping_of_a_class_goes_before_that_of_an_annotator(world: World) -> None:
    desk = await Desk.make(
        world,
        class_mappings=[mapping("cat", "rev")],
        annotator_mappings=[annotator("ann", "roy")],
    )
    await desk.submit("ann", "a:cat", "b:dog")
    assert ids(await desk.take("roy")) == ["b"]
    assert ids(await desk.take("rev")) == ["a"]


@pytest.mark.shows("E24", "E25", "P14")
async def test_of_several_who_are_mapped_the_least_loaded_gets_a_submission(world: World) -> None:
    desk = await Desk.make(world, annotator_mappings=[annotator("ann", "rev", "roy")])
    for names in (["a", "b"], ["c", "d"]):
        await desk.submit("ann", *names)
    one, other = await desk.take("rev"), await desk.take("roy")
    assert sorted([ids(one), ids(other)]) == [["a", "b"], ["c", "d"]]


@pytest.mark.shows("E20")
async def test_with_multi_review_one_reviewer_gets_all_of_a_submission(world: World) -> None:
    mapped = [mapping("cat", "rev"), mapping("dog", "roy")]
    desk = await Desk.make(world, class_mappings=mapped)
    await desk.submit("ann", "a:cat", "b:dog", "c:cat")
    assert ids(await desk.take("rev")) == ["a", "c"]
    await desk.settings(multi_review=True)
    await desk.submit("ann", "d:cat", "e:dog", "f:cat")
    assert ids(await desk.take("rev")) == ["d", "e", "f"]


async def test_a_mapped_review_is_anybodys_after_a_while(world: World) -> None:
    desk = await Desk.make(
        world, class_mappings=[mapping("cat", "rev")], fallback_after=Duration(nanos=50_000_000)
    )
    await desk.submit("ann", "a:cat")
    while not (got := (await desk.reserve("roy")).reviews):
        pass
    assert ids(got[0]) == ["a"]


async def test_who_is_mapped_and_cannot_is_passed_over(world: World) -> None:
    desk = await Desk.make(world, class_mappings=[mapping("cat", "rev")])
    await world.update("rev", "active", active=False)
    await desk.submit("ann", "a:cat")
    assert ids(await desk.take("roy")) == ["a"]


async def test_the_first_reject_ends_a_round_that_returns_early(world: World) -> None:
    mapped = [mapping("cat", "rev"), mapping("dog", "roy")]
    desk = await Desk.make(world, class_mappings=mapped, return_early=True)
    await desk.submit("ann", "a:cat", "b:dog")
    other = await desk.take("roy")
    done = await desk.decide("rev", await desk.take("rev"), {"a": REJECT})
    assert done.task_state == common_pb2.TASK_STATE_RETURNED
    assert (await refused(desk.decide("roy", other, {"b": APPROVE}))).reason == "LEASE_LOST"


async def test_a_discard_is_reviewed_as_one_unit_at_its_own_rate(world: World) -> None:
    desk = await Desk.make(world, items=2, discard_review_rate=0.0)
    free = await desk.submit("ann", "a", status="discarded")
    assert free.state == common_pb2.TASK_STATE_DISCARDED
    await desk.settings(discard_review_rate=1.0)
    assert (await desk.submit("ann", "a", "b", status="discarded")).units_to_review == 1
    done = await desk.decide("rev", await desk.take("rev"), all=verdict(APPROVE))
    assert done.task_state == common_pb2.TASK_STATE_DISCARDED


@pytest.mark.shows("E27", "E30", "E31")
async def test_what_is_rejected_too_often_goes_to_an_expert_whose_reject_is_for_good(
    world: World,
) -> None:
    expert = pb.ExpertReview(threshold=1, experts=["roy"])
    desk = await Desk.make(world, items=1, expert_review=expert)
    await desk.submit("ann", "a", "b", "c")
    review = await desk.take("rev")
    first = await desk.decide("rev", review, {"a": REJECT, "b": REJECT, "c": APPROVE})
    assert (first.finished, first.task_state) == (True, common_pb2.TASK_STATE_IN_REVIEW)

    experts = {"kind": common_pb2.TASK_KIND_EXPERT_REVIEW}
    assert not (await desk.reserve("rev", **experts)).reviews
    last = await desk.take("roy", **experts)
    assert ids(last) == ["a", "b"]
    done = await desk.decide("roy", last, {"a": APPROVE, "b": REJECT})
    assert done.task_state == COMPLETED


async def test_a_reviewer_is_the_expert_only_where_that_is_allowed_and_nobody_else_is(
    world: World,
) -> None:
    expert = pb.ExpertReview(threshold=1, experts=["rev"])
    desk = await Desk.make(world, items=2, expert_review=expert)
    experts = {"kind": common_pb2.TASK_KIND_EXPERT_REVIEW}
    await desk.submit("ann", "a")
    await desk.decide("rev", await desk.take("rev"), {"a": REJECT})
    assert not (await desk.reserve("rev", **experts)).reviews

    expert.allow_same_reviewer = True
    await desk.settings(expert_review=expert)
    await desk.submit("ann", "a")
    await desk.decide("rev", await desk.take("rev"), {"a": REJECT})
    last = await desk.take("rev", **experts)
    assert (await desk.decide("rev", last, {"a": APPROVE})).task_state == COMPLETED


@pytest.mark.shows("E29", "E33")
async def test_expert_review_worked_example(world: World) -> None:
    stages = [
        pb.ExpertStage(iteration=1, rate=0.1, action=pb.EXPERT_ACTION_ALL),
        pb.ExpertStage(iteration=2, rate=0.5, action=pb.EXPERT_ACTION_APPROVED),
    ]
    desk = await Desk.make(
        world, items=1, seed=7, expert_review=pb.ExpertReview(threshold=2, stages=stages)
    )
    task = await _round(desk, HUNDRED, lambda u: u % 5 < 2)
    await desk.fix("ann", task.task_id, all=True)
    [again] = (await world.reserve("q", "ann")).tasks
    await _round(desk, HUNDRED, lambda u: u % 3 == 0, task=again)

    request = lists_pb.GetReviewUnitsRequest(
        **world.where(), task_id=task.task_id, min_seq=(await world.depth("q")).seq
    )
    units = (await world.stubs.reviews.GetReviewUnits(request)).units
    assert {one.unit_id: one.state for one in units} == final_states("q", "i0")


async def _round(desk: Desk, names: list[str], is_wrong: Any, **fields: Any) -> Any:
    """A submission, what rev says of it, and then an expert, who rejects odd ones; the task."""
    await desk.submit("ann", *names, **fields)
    review = await desk.take("rev")
    said = {u: REJECT if is_wrong(int(u[1:])) else APPROVE for u in ids(review)}
    await desk.decide("rev", review, said)
    last = await desk.take("roy", kind=common_pb2.TASK_KIND_EXPERT_REVIEW)
    verdicts = {u: REJECT if int(u[1:]) % 2 else APPROVE for u in ids(last)}
    await desk.decide("roy", last, verdicts)
    return review.task


async def test_a_submission_of_200_units_is_one_event_with_its_reviews(world: World) -> None:
    desk = await Desk.make(world, items=1, sampling_rate=0.2)
    reserved = await world.reserve("q", "ann")
    [task] = reserved.tasks
    done = await desk.submit("ann", *(f"u{n}" for n in range(200)), task=task)
    assert done.seq == reserved.seq + 1
    assert len(ids(await desk.take("rev"))) == done.units_to_review > 0


@pytest.mark.shows("L27")
async def test_new_work_waits_while_too_much_is_to_be_reviewed(world: World) -> None:
    desk = await Desk.make(world, items=5, max_review_backlog=1)
    await desk.submit("ann", "a")
    await desk.submit("ann", "b")
    nothing = (await world.reserve("q", "bob")).nothing
    assert nothing.reason == allocation.NOTHING_REASON_BACKPRESSURE
    reviews = (await desk.reserve("rev", count=2)).reviews
    await desk.decide("rev", reviews[0], all=verdict(REJECT))
    assert (await world.reserve("q", "ann")).tasks[0].external_id == "i0"
    assert (await world.reserve("q", "bob")).nothing.reason == nothing.reason
    await desk.decide("rev", reviews[1], all=verdict(APPROVE))
    assert (await world.reserve("q", "bob")).tasks


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"sampling_rate": 1.5}, "settings.sampling_rate"),
        ({"sampling_rate": float("nan")}, "settings.sampling_rate"),
        ({"class_rates": [pb.ClassRate(class_name="yak", rate=1)]}, "class_rates[0].class_name"),
        ({"class_mappings": [mapping("yak", "rev")]}, "class_mappings[0].class_name"),
        ({"class_mappings": [mapping("cat", "rev", "bob")]}, "class_mappings[0].reviewers[1]"),
        ({"annotator_mappings": [annotator("ann", "bob")]}, "annotator_mappings[0].reviewers[0]"),
        ({"expert_review": pb.ExpertReview(threshold=1, experts=["bob"])}, "experts[0]"),
        ({"adaptive": pb.AdaptivePlan(target=0, base=0.5)}, "adaptive.target"),
        ({"lots": lots(drawn=201)}, "lots.drawn"),
        ({"lots": lots(drawn=2, accepted=2)}, "lots.accepted"),
        ({"lots": pb.LotPlan(drawn=2)}, "lots.lot_timeout"),
        ({"lots": lots(drawn=2), "adaptive": pb.AdaptivePlan(target=1)}, "lots"),
        ({"expert_review": pb.ExpertReview(threshold=0)}, "expert_review.threshold"),
        (
            {
                "expert_review": pb.ExpertReview(
                    threshold=1, stages=[pb.ExpertStage(iteration=1, action=pb.EXPERT_ACTION_ALL)]
                )
            },
            "expert_review.stages[0].action",
        ),
    ],
    ids=str,
)
async def test_settings_that_cannot_be_are_refused(
    world: World, fields: dict[str, Any], field: str
) -> None:
    await world.people("bob", "ann", roles=[project_pb2.ROLE_ANNOTATOR])
    await world.people("rev", roles=[project_pb2.ROLE_REVIEWER])
    await world.queue("q", unit_classes=["cat"])
    desk = Desk(world)
    error = await refused(desk.settings(enabled=True, **fields))
    assert error.reason == "INVALID_ARGUMENT"
    assert field in error.metadata["field"]
    assert not (await desk.look()).enabled


@pytest.mark.shows("L17", "L18", "L19")
async def test_rates_follow_from_what_reviews_found(world: World) -> None:
    plan = pb.AdaptivePlan(target=0.5, base=0.1, new_units=4)
    plan.slices.add(attribute="camera", value="new")
    await world.people("ann", "bob", roles=[project_pb2.ROLE_ANNOTATOR])
    await world.people("rev", roles=[project_pb2.ROLE_REVIEWER])
    marked = dataset_pb2.Item(external_id="i2", attributes={"camera": "new"})
    await world.dataset("d", ["i0", "i1", marked])
    await world.queue("q", "d")
    await world.until("q", queued=3)
    desk = Desk(world)
    await desk.settings(enabled=True, adaptive=plan)

    assert (await desk.submit("ann", *HUNDRED)).units_to_review == 100
    done = await desk.decide("rev", await desk.take("rev"), all=verdict(APPROVE))
    await _seen(world, done.seq)
    few = await desk.submit("ann", *HUNDRED)
    assert few.units_to_review < 20
    [one, *_] = await _units_of(world, "2-1", few.seq)
    assert one.sampling.rule == lists_pb.SAMPLING_RULE_ADAPTIVE
    upper = 3.8416 / (100 + 3.8416)  # Wilson, of none in 100
    assert one.sampling.rate == pytest.approx(upper / 0.5 * 0.1, rel=1e-3)
    assert list(one.sampling.inputs)[:2] == [100, 0]

    assert (await desk.submit("ann", *HUNDRED)).units_to_review == 100
    assert (await desk.look()).adaptive == plan


async def _seen(world: World, seq: int) -> None:
    """Return once the views know of the event."""
    await _units_of(world, "1-1", seq)


async def _units_of(world: World, task_id: str, seq: int) -> Any:
    request = lists_pb.GetReviewUnitsRequest(**world.where(), task_id=task_id, min_seq=seq)
    return (await world.stubs.reviews.GetReviewUnits(request)).units


async def test_there_are_no_settings_of_a_queue_that_was_deleted(world: World) -> None:
    desk = await Desk.make(world, items=1)
    request = deleting_pb2.DeleteQueueRequest(**world.change(), queue_id="q", force=True)
    await world.stubs.queues.DeleteQueue(request)
    for call in (desk.look(), desk.settings(enabled=False), desk.reserve("rev")):
        assert (await refused(call)).reason == "QUEUE_NOT_FOUND"


async def test_a_stranger_is_in_no_mapping(world: World) -> None:
    desk = await Desk.make(world, items=1)
    error = await refused(desk.settings(class_mappings=[mapping("cat", "nobody")]))
    assert (error.reason, error.metadata["person"]) == ("PERSON_NOT_FOUND", "nobody")
    nothing = (await desk.reserve("rev")).nothing
    assert nothing.reason == allocation.NOTHING_REASON_QUEUE_EMPTY
