"""Results of checks on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from typing import Any

from allocator import answers_reviews as told
from allocator import requests
from allocator import requests_reviews as asked
from allocator.answers import Listed
from allocator.wire import common
from dibs.v1 import checks_pb2 as pb

SERVICE = "/dibs.v1.ReviewService/"


def submit_check_result(request: pb.SubmitCheckResultRequest) -> asked.SubmitCheckResult:
    return asked.SubmitCheckResult(
        task=common.task_id(request.task_id),
        rule=request.rule,
        verdict=asked.CheckVerdict(request.verdict),
        unit_ids=tuple(request.unit_ids),
        text=request.text,
        change=common.change(SERVICE + "SubmitCheckResult", request),
    )


def list_check_results(
    request: pb.ListCheckResultsRequest,
) -> tuple[requests.LookAtTask, requests.Page]:
    ask = requests.LookAtTask(look=common.look(request), task=common.task_id(request.task_id))
    return ask, common.page(request)


def checked(answer: told.Checked) -> pb.SubmitCheckResultResponse:
    return pb.SubmitCheckResultResponse(
        seq=answer.seq, reviews=answer.reviews, issue_ids=answer.issue_ids
    )


def results(answer: Listed[told.CheckResult]) -> pb.ListCheckResultsResponse:
    return pb.ListCheckResultsResponse(
        results=map(_result, answer.rows), next_page_token=answer.next_token
    )


def _result(one: told.CheckResult) -> pb.CheckResult:
    verdict: Any = one.verdict
    return pb.CheckResult(
        seq=one.seq,
        task_id=str(one.task),
        round=one.round,
        rule=one.rule,
        verdict=verdict,
        unit_ids=one.unit_ids,
        text=one.text,
        checker=one.checker,
        create_time=common.timestamp(one.said_ms),
    )
