"""Bad input is refused with the field and what would be right."""

import math
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask

from dibs.errors import InvalidArgument
from dibs.v1 import allocation_pb2 as a
from dibs.v1 import dataset_pb2 as d
from dibs.v1 import project_pb2 as p
from dibs.v1 import queue_pb2 as q
from dibs.v1.common_pb2 import RequestId, TaskLease
from dibs.validation import check

RID = RequestId(session_id=b"x" * 16, n=1)
HEAD: dict[str, Any] = {"project_id": "p", "actor": "ann {} é", "request_id": RID}


def item(**fields):
    return d.ImportItemsRequest(
        **HEAD, dataset_id="d", items=[d.Item(**{"external_id": "i", **fields})]
    )


def queue(**fields):
    return q.CreateQueueRequest(**HEAD, queue_id="q", queue=q.Queue(**fields))


def submit(**fields):
    return a.SubmitRequest(**{**HEAD, "task_id": "1-1", "lease_token": 5, **fields})


def unit(**fields):
    return a.ReviewUnit(**{"unit_id": "u", **fields})


GOOD = [
    a.ReserveRequest(**HEAD, queue_id="a-1", count=100),
    a.ReserveRequest(**HEAD, queue_id="a" * 63),
    a.OpenSessionRequest(actor="ann"),
    a.PingRequest(size=4096),
    item(weight=1e9, attributes={"k": ""}, classes=["{c}"], required_skills=["s"]),
    item(external_id="x" * 256, number=-1),
    queue(),
    queue(
        slots=50,
        lease_duration=Duration(seconds=2592000),
        statuses=[q.Status(name="odd", meaning=q.STATUS_MEANING_DISCARD)],
    ),
    submit(units=[unit(frames=[a.FrameRange(start=0, end=0)], digest=b"1" * 32)]),
    a.RenewRequest(**HEAD, all=True, queue_id="q"),
    a.RenewRequest(**HEAD, tasks=[TaskLease(task_id="1-1")], takeover=True),
    p.UpdateMemberRequest(
        **HEAD, member=p.Member(person_id="x"), update_mask=FieldMask(paths=["active"])
    ),
]

ID_RULE = "must be 1 to 63 characters of a-z, 0-9 and '-', with a letter or digit at both ends"
CONTROL = "must not have control characters such as NUL or newline"
BAD = [
    (a.ReserveRequest(**{**HEAD, "project_id": "P"}, queue_id="q"), "project_id", ID_RULE),
    (a.ReserveRequest(**HEAD, queue_id="{q}"), "queue_id", ID_RULE),
    (a.ReserveRequest(**HEAD, queue_id="q-"), "queue_id", ID_RULE),
    (a.ReserveRequest(**HEAD, queue_id="q\n"), "queue_id", ID_RULE),
    (a.ReserveRequest(**HEAD, queue_id="q" * 64), "queue_id", ID_RULE),
    (a.ReserveRequest(**{**HEAD, "actor": ""}, queue_id="q"), "actor", "must not be empty"),
    (a.ReserveRequest(**{**HEAD, "actor": "a\0"}, queue_id="q"), "actor", CONTROL),
    (a.ReserveRequest(**HEAD, queue_id="q", person="x\n"), "person", CONTROL),
    (a.ReserveRequest(**HEAD, queue_id="q", person="x" * 129), "person", "128"),
    (a.ReserveRequest(**HEAD, queue_id="q", count=0), "count", "100"),
    (a.ReserveRequest(**HEAD, queue_id="q", count=101), "count", "100"),
    (a.ReserveRequest(project_id="p", actor="a", queue_id="q"), "request_id", "must be set"),
    (
        a.ReserveRequest(
            project_id="p", actor="a", queue_id="q", request_id=RequestId(session_id=b"1", n=1)
        ),
        "request_id.session_id",
        "16 bytes",
    ),
    (
        a.ReserveRequest(
            project_id="p", actor="a", queue_id="q", request_id=RequestId(session_id=b"1" * 16)
        ),
        "request_id.n",
        "9007199254740991",
    ),
    (a.EnsureReservationsRequest(**HEAD, queue_id="q"), "count", "1000"),
    (a.PingRequest(size=4097), "size", "4096"),
    (a.StartRequest(**HEAD, task_id="1-51", lease_token=1), "task_id", "'123-1'"),
    (a.StartRequest(**HEAD, task_id="1-1"), "lease_token", "9007199254740991"),
    (item(weight=math.nan), "items[0].weight", "greater than 0"),
    (item(weight=math.inf), "items[0].weight", "greater than 0"),
    (item(weight=0), "items[0].weight", "greater than 0"),
    (item(weight=-1), "items[0].weight", "greater than 0"),
    (item(weight=1.1e9), "items[0].weight", "1000000000"),
    (item(external_id=""), "items[0].external_id", "must not be empty"),
    (item(external_id="x" * 257), "items[0].external_id", "256"),
    (item(external_id="a\x85b"), "items[0].external_id", CONTROL),
    (item(classes=["a", "a"]), "items[0].classes", "once"),
    (item(classes=["a", "b\t"]), "items[0].classes[1]", CONTROL),
    (item(required_skills=[str(n) for n in range(21)]), "items[0].required_skills", "20"),
    (item(attributes={"k\n": "v"}), "items[0].attributes['k\\n']", CONTROL),
    (item(attributes={"k": "v\0"}), "items[0].attributes['k']", CONTROL),
    (item(attributes={str(n): "" for n in range(65)}), "items[0].attributes", "64"),
    (d.ImportItemsRequest(**HEAD, dataset_id="d"), "items", "at least 1"),
    (queue(slots=51), "queue.slots", "50"),
    (queue(slots=0), "queue.slots", "50"),
    (queue(max_held=1001), "queue.max_held", "1000"),
    (queue(lease_duration=Duration()), "queue.lease_duration", "2592000"),
    (queue(lease_duration=Duration(seconds=2592001)), "queue.lease_duration", "2592000"),
    (queue(priority=9), "queue.priority", "must be one of"),
    (queue(allowed_assignees=["a", "a"]), "queue.allowed_assignees", "once"),
    (
        queue(statuses=[q.Status(name="completed", meaning=q.STATUS_MEANING_DONE)]),
        "queue.statuses[0].name",
        "'completed'",
    ),
    (queue(statuses=[q.Status(name="x")]), "queue.statuses[0].meaning", "must be set"),
    (
        queue(statuses=[q.Status(name="x", meaning=q.STATUS_MEANING_DONE)] * 2),
        "queue.statuses",
        "once",
    ),
    (a.RenewRequest(**HEAD), "request", "either tasks or all"),
    (
        a.RenewRequest(**HEAD, all=True, tasks=[TaskLease(task_id="1-1", lease_token=1)]),
        "request",
        "either",
    ),
    (a.RenewRequest(**HEAD, tasks=[TaskLease(task_id="1-1")]), "request", "lease_token"),
    (a.RenewRequest(**HEAD, tasks=[TaskLease(task_id="1-1", lease_token=1)] * 2), "tasks", "once"),
    (submit(units=[unit(), unit()]), "units[1].unit_id", "once"),
    (
        submit(units=[unit(frames=[a.FrameRange(start=4, end=2)])]),
        "units[0].frames[0].end",
        "below start",
    ),
    (submit(units=[unit(digest=b"1" * 33)]), "units[0].digest", "32"),
    (
        submit(units=[unit(frames=[a.FrameRange()] * 1000, unit_id=str(n)) for n in range(21)]),
        "units",
        "20000",
    ),
    (submit(time_spent=Duration(seconds=-1)), "time_spent", "0s"),
    (submit(status="x\n"), "status", CONTROL),
    (p.AddMembersRequest(**HEAD, members=[p.Member(person_id="a")] * 2), "members", "once"),
    (
        p.AddMembersRequest(**HEAD, members=[p.Member(person_id="a", roles=[p.ROLE_UNSPECIFIED])]),
        "members[0].roles[0]",
        "must be set",
    ),
    (p.AddMembersRequest(**HEAD), "members", "at least 1"),
    (p.UpdateMemberRequest(**HEAD, member=p.Member(person_id="x")), "update_mask", "must be set"),
    (
        p.UpdateMemberRequest(
            **HEAD, member=p.Member(person_id="x"), update_mask=FieldMask(paths=["name"])
        ),
        "update_mask",
        "roles, skills, active, display_name",
    ),
    (
        p.UpdateMemberRequest(
            **HEAD, member=p.Member(person_id="x"), update_mask=FieldMask(paths=["roles"])
        ),
        "request",
        "at least one role",
    ),
    (p.RemoveMembersRequest(**HEAD, person_ids=[f"{n}" for n in range(101)]), "person_ids", "100"),
]


@pytest.mark.parametrize("message", GOOD, ids=lambda m: type(m).__name__)
def test_what_is_right_passes(message):
    check(message)


@pytest.mark.parametrize(("message", "field", "right"), BAD)
def test_what_is_wrong_is_named_with_what_would_be_right(message, field, right):
    with pytest.raises(InvalidArgument) as raised:
        check(message)
    found = [v for v in raised.value.violations if v.field == field]
    assert found, raised.value.violations
    assert any(right in v.right for v in found), found


def test_the_largest_messages_are_checked_too():
    """Rules with loops over elements have a budget in CEL; ours stay below it."""
    check(submit(units=[unit(unit_id=str(n)) for n in range(10_000)]))
    many = [d.Item(external_id=str(n), classes=[str(c) for c in range(100)]) for n in range(1000)]
    check(d.ImportItemsRequest(**HEAD, dataset_id="d", items=many))
    check(queue(allowed_assignees=[str(n) for n in range(1000)]))
    check(
        p.AddMembersRequest(
            **HEAD,
            members=[
                p.Member(person_id=f"{n}", skills=[f"{s}" for s in range(100)]) for n in range(100)
            ],
        )
    )
    leases = [TaskLease(task_id=f"{n}-1", lease_token=n) for n in range(1, 101)]
    check(a.RenewRequest(**HEAD, tasks=leases))
    statuses = [q.Status(name=str(n), meaning=q.STATUS_MEANING_DONE) for n in range(50)]
    check(queue(statuses=statuses, unit_classes=[str(n) for n in range(1000)]))
    names = [str(n) for n in range(1000)]
    check(q.AddItemsRequest(**HEAD, queue_id="q", dataset_id="d", external_ids=names))
