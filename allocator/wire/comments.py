"""Comments on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import answers_reviews as told
from allocator import requests_reviews as asked
from allocator.answers import Listed
from allocator.wire import common
from dibs.v1 import comments_pb2 as pb


def add_comment(request: pb.AddCommentRequest) -> asked.AddComment:
    return asked.AddComment(
        task=common.task_id(request.task_id) if request.task_id else None,
        issue_id=request.issue_id,
        text=request.text,
        change=common.change("ReviewService.AddComment", request),
    )


def added(answer: told.Comment) -> pb.AddCommentResponse:
    return pb.AddCommentResponse(seq=answer.seq, comment=comment(answer))


def list_comments(request: pb.ListCommentsRequest) -> asked.ListComments:
    return asked.ListComments(
        look=common.look(request),
        page=common.page(request),
        task=common.task_id(request.task_id) if request.task_id else None,
        issue_id=request.issue_id,
    )


def comments(answer: Listed[told.Comment]) -> pb.ListCommentsResponse:
    return pb.ListCommentsResponse(
        comments=map(comment, answer.rows), next_page_token=answer.next_token
    )


def comment(said: told.Comment) -> pb.Comment:
    return pb.Comment(
        comment_id=said.seq,
        task_id=str(said.task),
        issue_id=said.issue_id,
        person=said.person,
        text=said.text,
        create_time=common.timestamp(said.said_ms),
    )
