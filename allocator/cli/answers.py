"""Answers that take more than one call: whole lists, and operations that end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dibs.v1 import operation_pb2 as pb

RUNNING = {pb.OPERATION_STATE_UNSPECIFIED, pb.OPERATION_STATE_RUNNING}


def all_pages(call: Callable[..., Any], asked: dict[str, Any]) -> Any:
    """One answer with everything that all pages have."""
    asked = {"page_size": 1000, **asked}
    answer = call(**asked)
    token = answer.next_page_token
    while token:
        page = call(**{**asked, "page_token": token})
        token = page.next_page_token
        answer.MergeFrom(page)
        answer.next_page_token = token
    return answer


def waited(client: Any, answer: Any) -> Any:
    """The same answer, with its operation as it is once it ended."""
    while answer.operation.state in RUNNING:
        latest = client.wait_operation(answer.operation.operation_id)
        answer.operation.CopyFrom(latest.operation)
    return answer
