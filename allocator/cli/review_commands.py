"""`dibs review …`: what reviewers, their managers and the authors of what they reject type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final

import typer

from allocator.cli import show, values, verbs
from allocator.cli.client_commands import (
    DEFAULT_ACTOR,
    DEFAULT_TARGET,
    Actor,
    Json,
    Person,
    Project,
    Target,
)
from dibs import Client
from dibs.v1 import allocation_pb2, common_pb2, issues_pb2
from dibs.v1 import review_pb2 as pb
from dibs.v1.review_settings_pb2 import ReviewSettings
from dibs.v1.reviewing_again_pb2 import Objection

CALLS: Final = {
    "fixed": "mark_fixed",
    "mine": "list_my_reviews",
    "list": "list_reviews",
    "add": "add_reviews",
    "resample": "resample",
    "units": "get_review_units",
    "find": "list_units",
    "comment": "add_comment",
    "comments": "list_comments",
}
"""Commands that are methods of the client under a shorter name."""

Review = Annotated[str, typer.Argument(help="The review, as reserve showed it.")]
Token = Annotated[int, typer.Argument(help="Its token, as reserve showed it.")]
Units = Annotated[list[str] | None, typer.Option(help="A unit, any number of times.")]
Reason = Annotated[str, typer.Option(help="One of the queue's reasons for a reject.")]
Comment = Annotated[str, typer.Option(help="For the author, in words.")]
Class = Annotated[str, typer.Option("--class", help="The class that what is missing has.")]
Frames = Annotated[
    list[str] | None,
    typer.Option(help="Where it is missing: FIRST-LAST, any number of times; else everywhere."),
]
FIELDS: Final = ", ".join(values.settable(ReviewSettings.DESCRIPTOR))


def add_to(app: typer.Typer) -> None:
    """The group `review`."""
    group = typer.Typer(help="Review what was submitted.", no_args_is_help=True)
    for made in (settings, reserve, decide, missing, return_, issues):
        group.command(made.__name__.strip("_"))(made)
    for name, method in CALLS.items():
        group.command(name)(verbs.command(method, verbs.methods()[method]))
    app.add_typer(group, name="review", rich_help_panel="Reviews")


def settings(
    queue: Annotated[str, typer.Argument(help="The queue whose work is reviewed.")],
    project: Project,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help=f"FIELD=VALUE of: {FIELDS}. Such as sampling_rate=0.2, class_rates=car:0.5,dog:1, "
            "class_mappings=car:ann+bob, expert_review.threshold=2.",
        ),
    ] = None,
    min_seq: Annotated[int, typer.Option(help="As of this event at least.")] = 0,
    actor: Actor = DEFAULT_ACTOR,
    target: Target = DEFAULT_TARGET,
    *,
    json: Json = False,
) -> None:
    """Say how the work of a queue is reviewed, or change what --set names of it."""
    with Client(target, project=project, actor=actor) as client:
        if not changes:
            answer: Any = client.get_review_settings(queue, min_seq=min_seq)
        else:
            wanted, paths = values.fields(changes, ReviewSettings)
            answer = client.update_review_settings(queue, wanted, paths=paths)
    show.found(answer, as_json=json)


def reserve(
    queue: Annotated[str, typer.Argument(help="The queue whose work is to be reviewed.")],
    project: Project,
    count: Annotated[int, typer.Option(help="Most reviews to give.")] = 1,
    person: Person = "",
    actor: Actor = DEFAULT_ACTOR,
    target: Target = DEFAULT_TARGET,
    *,
    expert: Annotated[bool, typer.Option("--expert", help="What experts decide.")] = False,
    json: Json = False,
) -> None:
    """Give a person the next reviews of a queue, with the units to decide about."""
    kind = common_pb2.TASK_KIND_EXPERT_REVIEW if expert else common_pb2.TASK_KIND_REVIEW
    with Client(target, project=project, actor=actor) as client:
        answer = client.reserve_reviews(queue, person=person, count=count, kind=kind)
    show.reviews(answer, as_json=json)


def decide(
    review_id: Review,
    lease_token: Token,
    project: Project,
    approve: Units = None,
    reject: Units = None,
    delete: Units = None,
    all_: Annotated[
        str, typer.Option("--all", help="The same about all that are pending: approve, …")
    ] = "",
    frame: Annotated[int | None, typer.Option(min=0, help="Of all, those on this frame.")] = None,
    reason: Reason = "",
    comment: Comment = "",
    edits: Annotated[str, typer.Option(help="What the reviewer changed in the units.")] = "",
    person: Person = "",
    actor: Actor = DEFAULT_ACTOR,
    target: Target = DEFAULT_TARGET,
    *,
    then_next: Annotated[bool, typer.Option("--next", help="And give the next review.")] = False,
    json: Json = False,
) -> None:
    """Approve, reject or delete units of a review that one holds.

    A reason and a comment are those of what is rejected; with --all, of all.
    """
    named = {"APPROVE": approve, "REJECT": reject, "DELETE": delete}
    asked = list(_decisions(named, reason, comment, edits))
    same = _same(all_, frame, reason, comment) if all_ or frame is not None else {}
    with Client(target, project=project, actor=actor) as client:
        answer = client.decide(
            *(review_id, lease_token),
            **same,
            decisions=asked,
            person=person,
            then_next=then_next,
        )
    show.found(answer, as_json=json)


def missing(
    review_id: Review,
    lease_token: Token,
    comments: Annotated[list[str], typer.Argument(help="What is missing, a label each.")],
    project: Project,
    class_name: Class = "",
    frames: Frames = None,
    person: Person = "",
    actor: Actor = DEFAULT_ACTOR,
    target: Target = DEFAULT_TARGET,
    *,
    json: Json = False,
) -> None:
    """Say which labels are missing in what one reviews."""
    labels = _labels(comments, class_name, frames)
    with Client(target, project=project, actor=actor) as client:
        answer = client.report_missing(review_id, lease_token, labels, person=person)
    show.found(answer, as_json=json)


def return_(
    task_id: Annotated[str, typer.Argument(help="A task that was submitted.")],
    project: Project,
    unit: Units = None,
    reason: Reason = "",
    comment: Comment = "",
    missing_: Annotated[
        list[str] | None,
        typer.Option("--missing", help="What is missing, any number of times."),
    ] = None,
    class_name: Class = "",
    frames: Frames = None,
    actor: Actor = DEFAULT_ACTOR,
    target: Target = DEFAULT_TARGET,
    *,
    json: Json = False,
) -> None:
    """Return a submitted task to its author with issues, outside a review.

    Without --unit and --missing the whole task is wrong.
    """
    wrong = unit or ([] if missing_ else [""])
    objections = [Objection(unit_id=each, reason=reason, comment=comment) for each in wrong]
    labels = _labels(missing_ or (), class_name, frames)
    with Client(target, project=project, actor=actor) as client:
        answer = client.return_task(task_id, objections, missing=labels)
    show.found(answer, as_json=json)


def issues(
    task_id: Annotated[str, typer.Argument(help="A task of a queue for QA, that one holds.")],
    lease_token: Token,
    project: Project,
    unit: Units = None,
    reason: Reason = "",
    comment: Comment = "",
    missing_: Annotated[
        list[str] | None,
        typer.Option("--missing", help="What is missing, any number of times."),
    ] = None,
    slot: Annotated[int, typer.Option(help="Whose work it is, where several do each item.")] = 1,
    person: Person = "",
    actor: Actor = DEFAULT_ACTOR,
    target: Target = DEFAULT_TARGET,
    *,
    json: Json = False,
) -> None:
    """Open issues of an item that one checks in a queue for QA.

    Without --unit and --missing the whole work on it is wrong.
    """
    wrong = unit or ([] if missing_ else [""])
    objections = [Objection(unit_id=each, reason=reason, comment=comment) for each in wrong]
    labels = _labels(missing_ or (), "", None)
    with Client(target, project=project, actor=actor) as client:
        answer = client.report_issues(
            task_id, lease_token, objections, missing=labels, slot=slot, person=person
        )
    show.found(answer, as_json=json)


def _labels(
    comments: Iterable[str], class_name: str, frames: list[str] | None
) -> list[issues_pb2.MissingLabel]:
    ranges = [_frames(each) for each in frames or ()]
    return [
        issues_pb2.MissingLabel(class_name=class_name, frames=ranges, comment=each)
        for each in comments
    ]


def _decisions(
    named: dict[str, list[str] | None], reason: str, comment: str, edits: str
) -> Iterable[pb.UnitDecision]:
    for word, units in named.items():
        why = {"reason": reason, "comment": comment} if word == "REJECT" else {}
        verdict = pb.Verdict(action=_action(word), **why)
        for unit in units or ():
            yield pb.UnitDecision(unit_id=unit, verdict=verdict, edits=edits)


def _same(word: str, frame: int | None, reason: str, comment: str) -> dict[str, Any]:
    """The decision about all, or all on a frame, as the client takes it."""
    if not word:
        raise typer.BadParameter("--frame needs --all, which says what is decided there")
    verdict = pb.Verdict(action=_action(word), reason=reason, comment=comment)
    if frame is None:
        return {"all_units": verdict}
    return {"frame": pb.FrameDecision(frame=frame, verdict=verdict)}


def _action(word: str) -> Any:
    return values.enum_value(word, pb.ReviewAction)


def _frames(text: str) -> allocation_pb2.FrameRange:
    first, _, last = text.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        raise typer.BadParameter(f"{text!r} must be FIRST-LAST, two frames, such as 3-9")
    return allocation_pb2.FrameRange(start=int(first), end=int(last or first))
