"""Submissions as bytes."""

from dibs.v1 import allocation_pb2 as pb
from store.submitted_units import Submitted, units_of


def test_units_are_read_from_a_submission_as_protobuf_wrote_it() -> None:
    unit = pb.ReviewUnit(unit_id="ü1", class_name="cat", digest=b"\x00\xff")
    unit.frames.add(start=3, end=300)
    request = pb.SubmitRequest(project_id="p", lease_token=2**40, units=[unit, pb.ReviewUnit()])
    body = request.SerializeToString()
    assert units_of(body) == [Submitted("ü1", "cat", b"\x00\xff"), Submitted("", "", b"")]
    assert units_of(b"{}") == []
