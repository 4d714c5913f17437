"""Issues, reviews and units, on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from allocator import answers_reviews as told
from allocator import requests
from allocator.answers import Listed
from allocator.wire import comments, common
from dibs.v1 import issues_pb2
from dibs.v1 import review_lists_pb2 as pb
from reviewqueue.record import Explanation


def get_issue(request: issues_pb2.GetIssueRequest) -> requests.LookAt:
    return requests.LookAt(look=common.look(request), id=request.issue_id)


def list_issues(request: issues_pb2.ListIssuesRequest) -> requests.ListOf:
    ask = common.list_of(request)
    return dataclasses.replace(ask, include_archived=request.include_archived)


def list_reviews(request: pb.ListReviewsRequest) -> requests.ListOf:
    ask = common.list_of(request)
    return dataclasses.replace(ask, include_archived=request.include_archived)


def get_units(request: pb.GetReviewUnitsRequest) -> requests.LookAtTask:
    return requests.LookAtTask(look=common.look(request), task=common.task_id(request.task_id))


def find_units(request: pb.ListUnitsRequest) -> requests.ListOf:
    return requests.ListOf(
        look=common.look(request),
        page=common.page(request),
        parent=request.queue_id,
        filter=request.unit_id,
    )


def got_issue(
    answer: tuple[told.Issue, Sequence[told.Comment]],
) -> issues_pb2.GetIssueResponse:
    found, said = answer
    return issues_pb2.GetIssueResponse(issue=issue(found), comments=map(comments.comment, said))


def issues(answer: Listed[told.Issue]) -> issues_pb2.ListIssuesResponse:
    return issues_pb2.ListIssuesResponse(
        issues=[issue(row) for row in answer.rows],
        next_page_token=answer.next_token,
        total_size=answer.total,
        total_is_lower_bound=answer.at_least,
    )


def reviews(answer: Listed[told.ReviewLine]) -> pb.ListReviewsResponse:
    return pb.ListReviewsResponse(
        reviews=[_line(row) for row in answer.rows],
        next_page_token=answer.next_token,
        total_size=answer.total,
        total_is_lower_bound=answer.at_least,
    )


def units(answer: Sequence[told.UnitRecord]) -> pb.GetReviewUnitsResponse:
    return pb.GetReviewUnitsResponse(units=[_unit(row) for row in answer])


def found_units(answer: Listed[told.UnitRecord]) -> pb.ListUnitsResponse:
    return pb.ListUnitsResponse(
        units=[_unit(row) for row in answer.rows], next_page_token=answer.next_token
    )


def issue(found: told.Issue) -> issues_pb2.Issue:
    return issues_pb2.Issue(
        issue_id=found.issue_id,
        task_id=str(found.task),
        dataset_id=found.item.dataset,
        external_id=found.item.external_id,
        item_number=found.item.number,
        assignment_id=found.assignment,
        unit_id=found.unit_id,
        kind=found.kind,  # type: ignore[arg-type]
        state=found.state,  # type: ignore[arg-type]
        reason=found.reason,
        comment=found.comment,
        reviewer=found.reviewer,
        open_time=common.timestamp(found.opened_ms or None),
        fix_time=common.timestamp(found.fixed_ms or None),
        close_time=common.timestamp(found.closed_ms or None),
        class_name=found.class_name,
        queue_id=found.queue_id,
        author=found.author,
        update_time=common.timestamp(found.updated_ms or None),
    )


def _line(row: told.ReviewLine) -> pb.ReviewLine:
    return pb.ReviewLine(
        review_id=str(row.review),
        queue_id=row.queue_id,
        kind=common.number(row.kind),
        task_id=str(row.task),
        dataset_id=row.item.dataset,
        external_id=row.item.external_id,
        round=row.round,
        author=row.author,
        state=common.number(row.state),
        waits_for=row.waits_for,
        person=row.person,
        units=row.units,
        pending_units=row.pending,
        create_time=common.timestamp(row.made_ms or None),
        grant_time=common.timestamp(row.granted_ms or None),
        end_time=common.timestamp(row.ended_ms or None),
    )


def _unit(row: told.UnitRecord) -> pb.UnitRecord:
    return pb.UnitRecord(
        task_id=str(row.task),
        queue_id=row.queue_id,
        unit_id=row.unit_id,
        class_name=row.class_name,
        state=row.state,  # type: ignore[arg-type]
        round=row.round,
        author=row.author,
        rejections=row.rejections,
        last_action=row.action,  # type: ignore[arg-type]
        reviewer=row.reviewer,
        action_time=common.timestamp(row.acted_ms or None),
        issue_id=row.issue_id,
        missing=row.missing,
        sampling=_sampling(row.why) if row.why else None,
    )


def _sampling(why: Explanation) -> pb.Sampling:
    return pb.Sampling(
        rule=common.number(why.applied.rule),
        rate=why.applied.rate,
        draw=why.draw,
        sampled=why.sampled,
        inputs=why.applied.inputs,
    )
