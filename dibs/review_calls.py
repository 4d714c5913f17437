"""The RPCs of ReviewService, from plain values to a `Call`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from google.protobuf.field_mask_pb2 import FieldMask

from dibs.call import Call, Scope
from dibs.v1 import checks_pb2, comments_pb2, issues_pb2
from dibs.v1 import review_lists_pb2 as lists
from dibs.v1 import review_pb2 as pb
from dibs.v1 import review_settings_pb2 as settings_pb
from dibs.v1 import reviewing_again_pb2 as again
from dibs.v1.common_pb2 import TaskKind

_SERVICE = "/dibs.v1.ReviewService/"


def get_review_settings(
    scope: Scope, queue: str, *, min_seq: int = 0
) -> Call[settings_pb.GetReviewSettingsResponse]:
    """How the work of a queue is reviewed."""
    request = settings_pb.GetReviewSettingsRequest(**scope.where(), queue_id=queue, min_seq=min_seq)
    return Call(_SERVICE + "GetReviewSettings", request, settings_pb.GetReviewSettingsResponse)


def update_review_settings(
    scope: Scope, queue: str, settings: settings_pb.ReviewSettings, *, paths: Iterable[str]
) -> Call[settings_pb.UpdateReviewSettingsResponse]:
    """Change what `paths` name of how the work of a queue is reviewed."""
    request = settings_pb.UpdateReviewSettingsRequest(
        **scope.where(),
        queue_id=queue,
        settings=settings,
        update_mask=FieldMask(paths=list(paths)),
    )
    return Call(
        _SERVICE + "UpdateReviewSettings",
        request,
        settings_pb.UpdateReviewSettingsResponse,
        scope.project,
    )


def reserve_reviews(
    scope: Scope,
    queue: str,
    *,
    person: str = "",
    count: int | None = None,
    kind: TaskKind = TaskKind.TASK_KIND_UNSPECIFIED,
) -> Call[pb.ReserveReviewsResponse]:
    """Give a person the next reviews of a queue; `nothing` says why there are none."""
    request = pb.ReserveReviewsRequest(
        **scope.where(), queue_id=queue, person=person, count=count, kind=kind
    )
    return Call(_SERVICE + "ReserveReviews", request, pb.ReserveReviewsResponse, scope.project)


def list_my_reviews(
    scope: Scope,
    *,
    queue: str = "",
    person: str = "",
    page_size: int = 0,
    page_token: str = "",
    min_seq: int = 0,
) -> Call[pb.ListMyReviewsResponse]:
    """List the reviews that a person holds."""
    request = pb.ListMyReviewsRequest(
        **scope.where(),
        queue_id=queue,
        person=person,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
    )
    return Call(_SERVICE + "ListMyReviews", request, pb.ListMyReviewsResponse)


def decide(
    scope: Scope,
    review_id: str,
    lease_token: int,
    *,
    decisions: Iterable[pb.UnitDecision] = (),
    frame: pb.FrameDecision | None = None,
    all_units: pb.Verdict | None = None,
    person: str = "",
    then_next: bool = False,
) -> Call[pb.DecideResponse]:
    """Decide about single units, about those on a frame, or about all that are pending."""
    request = pb.DecideRequest(
        **scope.where(),
        review_id=review_id,
        lease_token=lease_token,
        person=person,
        decisions=decisions,
        frame=frame,
        all=all_units,
        next=then_next,
    )
    return Call(_SERVICE + "Decide", request, pb.DecideResponse, scope.project)


def report_missing(
    scope: Scope,
    review_id: str,
    lease_token: int,
    labels: Sequence[issues_pb2.MissingLabel],
    *,
    person: str = "",
) -> Call[pb.ReportMissingResponse]:
    """Say which labels are missing in what one reviews."""
    request = pb.ReportMissingRequest(
        **scope.where(), review_id=review_id, lease_token=lease_token, person=person, labels=labels
    )
    return Call(_SERVICE + "ReportMissing", request, pb.ReportMissingResponse, scope.project)


def mark_fixed(
    scope: Scope,
    task_id: str,
    *,
    unit_ids: Iterable[str] = (),
    issue_ids: Iterable[str] = (),
    person: str = "",
    comment: str = "",
) -> Call[pb.MarkFixedResponse]:
    """Say that units of a returned task are corrected: those named, or all."""
    named = {"unit_ids": list(unit_ids), "issue_ids": list(issue_ids)}
    request = pb.MarkFixedRequest(
        **scope.where(),
        task_id=task_id,
        person=person,
        comment=comment,
        unit_ids=named["unit_ids"],
        issue_ids=named["issue_ids"],
        all=not any(named.values()),
    )
    return Call(_SERVICE + "MarkFixed", request, pb.MarkFixedResponse, scope.project)


def add_reviews(
    scope: Scope,
    queue: str,
    *,
    task_ids: Iterable[str] = (),
    filter: str = "",  # noqa: A002 - the field's name
    unit_ids: Iterable[str] = (),
    reviewers: Iterable[str] = (),
) -> Call[again.AddReviewsResponse]:
    """Have chosen tasks, or those of a filter, reviewed once more; the answer is an operation."""
    request = again.AddReviewsRequest(
        **scope.where(),
        queue_id=queue,
        task_ids=task_ids,
        filter=filter,
        unit_ids=unit_ids,
        reviewers=reviewers,
    )
    return Call(_SERVICE + "AddReviews", request, again.AddReviewsResponse, scope.project)


def resample(
    scope: Scope,
    queue: str,
    *,
    task_ids: Iterable[str] = (),
    filter: str = "",  # noqa: A002 - the field's name
) -> Call[again.ResampleResponse]:
    """Draw anew what of chosen tasks is reviewed; the answer is an operation."""
    request = again.ResampleRequest(
        **scope.where(), queue_id=queue, task_ids=task_ids, filter=filter
    )
    return Call(_SERVICE + "Resample", request, again.ResampleResponse, scope.project)


def submit_check_result(
    scope: Scope,
    task_id: str,
    rule: str,
    verdict: checks_pb2.CheckVerdict,
    *,
    unit_ids: Iterable[str] = (),
    text: str = "",
) -> Call[checks_pb2.SubmitCheckResultResponse]:
    """Say what a rule wants done about what was submitted, and do it."""
    request = checks_pb2.SubmitCheckResultRequest(
        **scope.where(),
        task_id=task_id,
        rule=rule,
        verdict=verdict,
        unit_ids=unit_ids,
        text=text,
    )
    return Call(
        _SERVICE + "SubmitCheckResult",
        request,
        checks_pb2.SubmitCheckResultResponse,
        scope.project,
    )


def list_check_results(
    scope: Scope, task_id: str, *, page_size: int = 0, page_token: str = "", min_seq: int = 0
) -> Call[checks_pb2.ListCheckResultsResponse]:
    """List what rules said about a task, the oldest first."""
    request = checks_pb2.ListCheckResultsRequest(
        **scope.where(),
        task_id=task_id,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
    )
    return Call(_SERVICE + "ListCheckResults", request, checks_pb2.ListCheckResultsResponse)


def delete_units(
    scope: Scope, task_id: str, unit_ids: Iterable[str], *, reason: str
) -> Call[again.DeleteUnitsResponse]:
    """Delete units of a finished task that are invalid."""
    request = again.DeleteUnitsRequest(
        **scope.where(), task_id=task_id, unit_ids=unit_ids, reason=reason
    )
    return Call(_SERVICE + "DeleteUnits", request, again.DeleteUnitsResponse, scope.project)


def return_task(
    scope: Scope,
    task_id: str,
    objections: Iterable[again.Objection] = (),
    *,
    missing: Iterable[issues_pb2.MissingLabel] = (),
) -> Call[again.ReturnTaskResponse]:
    """Return a submitted task to its author with issues, outside a review."""
    request = again.ReturnTaskRequest(
        **scope.where(), task_id=task_id, objections=objections, missing=missing
    )
    return Call(_SERVICE + "ReturnTask", request, again.ReturnTaskResponse, scope.project)


def report_issues(
    scope: Scope,
    task_id: str,
    lease_token: int,
    objections: Iterable[again.Objection] = (),
    *,
    missing: Iterable[issues_pb2.MissingLabel] = (),
    slot: int | None = None,
    person: str = "",
) -> Call[again.ReportIssuesResponse]:
    """Open issues of an item that one checks in a queue for QA."""
    request = again.ReportIssuesRequest(
        **scope.where(),
        task_id=task_id,
        lease_token=lease_token,
        objections=objections,
        missing=missing,
        slot=slot,
        person=person,
    )
    return Call(_SERVICE + "ReportIssues", request, again.ReportIssuesResponse, scope.project)


def get_issue(
    scope: Scope, issue_id: str, *, min_seq: int = 0
) -> Call[issues_pb2.GetIssueResponse]:
    """One issue."""
    request = issues_pb2.GetIssueRequest(**scope.where(), issue_id=issue_id, min_seq=min_seq)
    return Call(_SERVICE + "GetIssue", request, issues_pb2.GetIssueResponse)


def list_issues(
    scope: Scope,
    *,
    filter: str = "",  # noqa: A002 - the field's name
    order_by: str = "",
    include_archived: bool = False,
    page_size: int = 0,
    page_token: str = "",
    min_seq: int = 0,
) -> Call[issues_pb2.ListIssuesResponse]:
    """List issues that a filter keeps; see PROTOCOL.md for filters."""
    request = issues_pb2.ListIssuesRequest(
        **scope.where(),
        filter=filter,
        order_by=order_by,
        include_archived=include_archived,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
    )
    return Call(_SERVICE + "ListIssues", request, issues_pb2.ListIssuesResponse)


def list_reviews(
    scope: Scope,
    *,
    filter: str = "",  # noqa: A002 - the field's name
    order_by: str = "",
    include_archived: bool = False,
    page_size: int = 0,
    page_token: str = "",
    min_seq: int = 0,
) -> Call[lists.ListReviewsResponse]:
    """List reviews, waiting and done, that a filter keeps; see PROTOCOL.md for filters."""
    request = lists.ListReviewsRequest(
        **scope.where(),
        filter=filter,
        order_by=order_by,
        include_archived=include_archived,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
    )
    return Call(_SERVICE + "ListReviews", request, lists.ListReviewsResponse)


def get_review_units(
    scope: Scope, task_id: str, *, min_seq: int = 0
) -> Call[lists.GetReviewUnitsResponse]:
    """The units of a task, and what was decided about each last."""
    request = lists.GetReviewUnitsRequest(**scope.where(), task_id=task_id, min_seq=min_seq)
    return Call(_SERVICE + "GetReviewUnits", request, lists.GetReviewUnitsResponse)


def list_units(
    scope: Scope,
    unit_id: str,
    *,
    queue: str = "",
    page_size: int = 0,
    page_token: str = "",
    min_seq: int = 0,
) -> Call[lists.ListUnitsResponse]:
    """Units of an id, in whatever tasks they are."""
    request = lists.ListUnitsRequest(
        **scope.where(),
        unit_id=unit_id,
        queue_id=queue,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
    )
    return Call(_SERVICE + "ListUnits", request, lists.ListUnitsResponse)


def add_comment(
    scope: Scope, text: str, *, task_id: str = "", issue_id: str = ""
) -> Call[comments_pb2.AddCommentResponse]:
    """Say something about a task, or about an issue of one."""
    request = comments_pb2.AddCommentRequest(
        **scope.where(), task_id=task_id, issue_id=issue_id, text=text
    )
    return Call(_SERVICE + "AddComment", request, comments_pb2.AddCommentResponse, scope.project)


def list_comments(
    scope: Scope,
    *,
    task_id: str = "",
    issue_id: str = "",
    page_size: int = 0,
    page_token: str = "",
    min_seq: int = 0,
) -> Call[comments_pb2.ListCommentsResponse]:
    """List what was said about a task and its issues, or about one issue, the oldest first."""
    request = comments_pb2.ListCommentsRequest(
        **scope.where(),
        task_id=task_id,
        issue_id=issue_id,
        page_size=page_size,
        page_token=page_token,
        min_seq=min_seq,
    )
    return Call(_SERVICE + "ListComments", request, comments_pb2.ListCommentsResponse)
