"""What of a queue's settings can change: every field of the message has an answer."""

from __future__ import annotations

import dataclasses

import pytest

from allocator.model import DEFAULT_STATUSES, Meaning, QueueSettings, Status
from allocator.services.queue_update import FIXED, PATHS, changed, check_paths
from dibs.errors import InvalidArgument
from dibs.v1.queue_pb2 import Queue

OUTPUT = {
    *("create_time", "etag", "pause_mode", "archived", "allowed_actions"),
    *(field.name for field in Queue.DESCRIPTOR.fields if 90 <= field.number < 120),
}
MORE = Status(name="blurred", meaning=Meaning.DISCARD)


def test_every_field_of_a_queue_can_change_or_is_fixed_or_is_an_answer() -> None:
    fields = {field.name for field in Queue.DESCRIPTOR.fields}
    assert fields == PATHS.keys() | FIXED | OUTPUT


def test_behind_every_path_is_a_setting() -> None:
    settings = {field.name for field in dataclasses.fields(QueueSettings)}
    assert {name for names in PATHS.values() for name in names} <= settings


@pytest.mark.parametrize("path", sorted(FIXED))
def test_what_is_fixed_is_refused_by_its_name(path: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        check_paths(["display_name", path])
    assert caught.value.field == f"queue.{path}"


@pytest.mark.parametrize("paths", [[], ["colour"], ["etag"], ["display_name", "queue.slots"]])
def test_what_is_no_field_is_refused(paths: list[str]) -> None:
    with pytest.raises(InvalidArgument) as caught:
        check_paths(paths)
    assert caught.value.field == "update_mask"


def test_only_what_the_paths_name_changes() -> None:
    before = QueueSettings(queue=1, display_name="a", max_held=3)
    asked = QueueSettings(queue=0, display_name="b", max_held=9, due_ms=5)
    assert changed(before, asked, ["display_name"]) == dataclasses.replace(before, display_name="b")


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ((MORE,), True),
        ((MORE, Status(name="dark", meaning=Meaning.DONE)), True),
        ((), False),
        ((Status(name="dark", meaning=Meaning.DONE), MORE), False),
        ((Status(name="blurred", meaning=Meaning.DONE),), False),
    ],
)
def test_statuses_are_only_added(asked: tuple[Status, ...], *, fits: bool) -> None:
    before = QueueSettings(queue=1, statuses=(*DEFAULT_STATUSES, MORE))
    after = QueueSettings(queue=1, statuses=(*DEFAULT_STATUSES, *asked))
    if fits:
        assert changed(before, after, ["statuses"]).statuses == after.statuses
        return
    with pytest.raises(InvalidArgument, match="'blurred'"):
        changed(before, after, ["statuses"])


def test_batches_change_but_are_neither_given_nor_taken() -> None:
    batches = QueueSettings(queue=1, batch_size=5, max_workload=10)
    larger = QueueSettings(queue=1, batch_size=8, max_workload=12)
    assert changed(batches, larger, ["batches"]).max_workload == 12
    for before, asked in ((batches, QueueSettings(queue=1)), (QueueSettings(queue=1), batches)):
        with pytest.raises(InvalidArgument) as caught:
            changed(before, asked, ["batches"])
        assert caught.value.field == "queue.batches"
