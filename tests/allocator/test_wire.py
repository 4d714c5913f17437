"""What is decoded is what was sent; what is encoded can be decoded."""

import math

import pytest
import xxhash
from hypothesis import example, given
from hypothesis import strategies as st

from allocator import answers
from allocator.model import Cause, CauseSize, Nothing, Priority, ReasonForNothing, Role
from allocator.wire import allocation, common, project, queue
from dibs.errors import SessionUnknown, TaskNotFound
from dibs.v1 import allocation_pb2, common_pb2, project_pb2, queue_pb2


def _reserve(**changes: object) -> allocation_pb2.ReserveRequest:
    fields: dict = {
        "project_id": "p",
        "actor": "ann",
        "queue_id": "q",
        "request_id": common_pb2.RequestId(
            session_id=common.session_id(5, "0123456789abcdef"), n=3
        ),
    }
    return allocation_pb2.ReserveRequest(**(fields | changes))


def test_a_request_key_has_session_secret_and_number() -> None:
    key = allocation.reserve(_reserve()).change.key

    assert (key.session, key.secret, key.n) == (5, "0123456789abcdef", 3)


def test_the_hash_is_of_method_nul_and_body_without_the_request_id() -> None:
    request = _reserve()
    key = allocation.reserve(_reserve()).change.key
    request.ClearField("request_id")
    body = request.SerializeToString(deterministic=True)

    method = b"/dibs.v1.AllocationService/Reserve"
    assert key.hash == xxhash.xxh3_64_hexdigest(method + b"\0" + body)


def test_another_body_or_method_has_another_hash_another_number_has_not() -> None:
    other_id = common_pb2.RequestId(session_id=common.session_id(9, "00" * 8), n=4)

    same = allocation.reserve(_reserve(request_id=other_id)).change.key.hash
    assert same == allocation.reserve(_reserve()).change.key.hash
    assert same != allocation.reserve(_reserve(count=2)).change.key.hash


def test_a_session_beyond_all_numbers_is_unknown() -> None:
    with pytest.raises(SessionUnknown):
        allocation.reserve(_reserve(request_id=common_pb2.RequestId(session_id=b"\xff" * 16, n=1)))


def test_a_task_beyond_all_numbers_is_not_found() -> None:
    assert str(common.task_id("123-50")) == "123-50"
    with pytest.raises(TaskNotFound):
        common.task_id("9999999999999999-1")


@pytest.mark.parametrize("rank", list(Priority))
def test_priorities_survive_the_wire(rank: Priority) -> None:
    assert common.priority(common.priority_out(rank)) is rank
    assert common.priority(0) is Priority.NONE


@given(st.floats(0, 1))
@example(0.0)
@example(5e-324)
@example(0.34)
@example(math.nextafter(0.34, 0))
@example(0.67)
@example(math.nextafter(0.67, 0))
@example(1.0)
def test_a_priority_level_is_the_rank_whose_part_of_the_scale_it_is_in(level: float) -> None:
    found = Priority.of_level(level)

    floors = {Priority.HIGH: 0.67, Priority.MEDIUM: 0.34, Priority.LOW: 5e-324, Priority.NONE: 0.0}
    assert found is min(rank for rank, floor in floors.items() if level >= floor)


def test_roles_survive_the_wire() -> None:
    for mask in (Role.ADMIN, Role.REVIEWER | Role.ANNOTATOR, Role.ANNOTATOR_AND_REVIEWER):
        assert common.roles(common.roles_out(mask)) == mask


def test_an_update_takes_only_what_the_mask_names() -> None:
    request = project_pb2.UpdateMemberRequest(
        member=project_pb2.Member(person_id="ann", skills=["x"], display_name="Ann")
    )
    request.update_mask.paths.append("skills")
    ask = project.update_member(request)

    assert (ask.skills, ask.name, ask.active, ask.roles) == (("x",), None, None, None)


def test_a_queue_takes_its_defaults() -> None:
    settings = queue.create_queue(queue_pb2.CreateQueueRequest()).settings

    assert (settings.slots, settings.lease_ms, settings.max_held) == (1, 3_600_000, 100)
    assert settings.priority is Priority.NONE
    of_qa = queue_pb2.CreateQueueRequest(queue=queue_pb2.Queue(type=queue_pb2.QUEUE_TYPE_QA))
    assert [one.name for one in queue.create_queue(of_qa).settings.statuses] == [
        "approved",
        "discarded",
    ]


def test_the_first_reason_leads_and_the_others_follow() -> None:
    causes = (CauseSize(cause=Cause.SKILL, tasks=4), CauseSize(cause=Cause.EXCLUDED, tasks=2))
    answer = answers.Reserved(
        seq=9,
        now_ms=1_000,
        nothing=(
            ReasonForNothing(reason=Nothing.AT_CAP),
            ReasonForNothing(reason=Nothing.NOT_ELIGIBLE, causes=causes),
            ReasonForNothing(reason=Nothing.ALL_LEASED, next_free_ms=500),
        ),
    )
    nothing = allocation.reserved(answer).nothing

    assert nothing.reason == allocation_pb2.NOTHING_REASON_AT_CAP
    assert list(nothing.other_reasons) == [
        allocation_pb2.NOTHING_REASON_NOT_ELIGIBLE,
        allocation_pb2.NOTHING_REASON_ALL_LEASED,
    ]
    assert [(one.cause, one.count) for one in nothing.causes] == [
        (common_pb2.INELIGIBILITY_SKILL, 4),
        (common_pb2.INELIGIBILITY_EXCLUDED, 2),
    ]
    assert nothing.next_free.ToMilliseconds() == 1_500


def test_no_reason_is_no_nothing() -> None:
    answer = answers.Reserved(seq=9)

    assert not allocation.ensured(answer).HasField("nothing")
