"""What is typed on the command line becomes what the client's methods take."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from allocator.cli import values as v
from allocator.cli import verbs
from dibs.v1 import common_pb2, queue_pb2
from dibs.v1 import review_settings_pb2 as settings_pb


def test_every_call_of_the_client_has_a_command() -> None:
    app = typer.Typer()
    verbs.add_to(app)
    commands = {command.name for command in app.registered_commands}
    wanted = {name.replace("_", "-") for name in verbs.methods() if name not in verbs.OWN}

    assert commands == wanted | verbs.SHORT.keys()
    assert {"set-priority", "list-my-tasks", "update-queue", "wait-operation"} <= commands


@pytest.mark.parametrize("name", sorted(verbs.methods()))
def test_every_parameter_of_a_call_can_be_typed(name: str) -> None:
    build = verbs.methods()[name]
    given = {each.name for each in verbs.parameters(build)}
    signature = inspect.signature(build)

    assert given == set(signature.parameters) - {"scope", "paths"}
    assert callable(verbs.command(name, build))


def test_durations_moments_content_and_leases(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\x00\xff")

    assert [v.duration(t) for t in ("90s", "10m", "1.5h", "2d", "7")] == [
        timedelta(seconds=s) for s in (90, 600, 5400, 172_800, 7)
    ]
    assert v.moment("2026-11-26T18:00:00Z") == datetime(2026, 11, 26, 18, tzinfo=UTC)
    assert (v.content("é"), v.content(f"@{tmp_path}/x")) == ("é".encode(), b"\x00\xff")
    assert v.lease("12-1:34") == ("12-1", 34)
    assert v.enum_value("high", common_pb2.Priority) == common_pb2.PRIORITY_HIGH


def test_fields_of_a_message_are_typed_one_by_one() -> None:
    made, paths = v.fields(
        [
            *("slots=3", "priority=low", "lease_duration=90s", "restricted=true"),
            *("allowed_assignees=ann,bob", "statuses=broken:discard"),
            "due_time=2026-11-26T18:00:00Z",
        ],
        queue_pb2.Queue,
    )

    assert made == queue_pb2.Queue(
        slots=3,
        priority=common_pb2.PRIORITY_LOW,
        lease_duration=Duration(seconds=90),
        restricted=True,
        allowed_assignees=["ann", "bob"],
        statuses=[queue_pb2.Status(name="broken", meaning=queue_pb2.STATUS_MEANING_DISCARD)],
        due_time=Timestamp(seconds=1_795_716_000),
    )
    assert paths[:2] == ["slots", "priority"]


def test_lists_of_rates_mappings_and_stages_are_typed_in_one_word() -> None:
    made, paths = v.fields(
        [
            *("enabled=true", "class_rates=car:0.5,dog:1", "class_mappings=car:ann+bob,dog:eve"),
            *("expert_review.threshold=2", "expert_review.stages=1:0.1:all,2:1:approved"),
        ],
        settings_pb.ReviewSettings,
    )
    stages = [
        settings_pb.ExpertStage(iteration=1, rate=0.1, action=settings_pb.EXPERT_ACTION_ALL),
        settings_pb.ExpertStage(iteration=2, rate=1, action=settings_pb.EXPERT_ACTION_APPROVED),
    ]

    assert made == settings_pb.ReviewSettings(
        enabled=True,
        class_rates=[
            settings_pb.ClassRate(class_name="car", rate=0.5),
            settings_pb.ClassRate(class_name="dog", rate=1),
        ],
        class_mappings=[
            settings_pb.ClassMapping(class_name="car", reviewers=["ann", "bob"]),
            settings_pb.ClassMapping(class_name="dog", reviewers=["eve"]),
        ],
        expert_review=settings_pb.ExpertReview(threshold=2, stages=stages),
    )
    assert paths == ["enabled", "class_rates", "class_mappings", "expert_review"]


@pytest.mark.parametrize(
    ("convert", "typed", "right"),
    [
        (v.duration, "soon", "90s, 10m"),
        (v.moment, "tomorrow", "2026-11-26T18:00:00Z"),
        (v.moment, "2026-11-26T18:00:00", "time zone"),
        (v.pair, "x", "NAME=VALUE"),
        (v.lease, "12-1", "TASK:TOKEN"),
        (lambda t: v.enum_value(t, common_pb2.Priority), "urgent", "HIGH, MEDIUM, LOW"),
        (lambda t: v.fields([t], queue_pb2.Queue), "slot=3", "slots"),
        (lambda t: v.fields([t], queue_pb2.Queue), "slots=many", "slots"),
        (lambda t: v.fields([t], queue_pb2.Queue), "slots.x=1", "none"),
        (lambda t: v.fields([t], queue_pb2.Queue), "restricted=maybe", "true or false"),
        (lambda t: v.fields([t], queue_pb2.Queue), "statuses=broken:odd", "DISCARD"),
        (lambda t: v.fields([t], settings_pb.ReviewSettings), "class_rates=car:few", "few"),
        (lambda t: v.fields([t], settings_pb.ReviewSettings), "class_rates=car:1:2", "1:2"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(
    convert: Any, typed: str, right: str
) -> None:
    with pytest.raises(typer.BadParameter) as refused:
        convert(typed)
    assert right in str(refused.value)
