"""A person at the service: typed calls, each written down with what was answered."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from google.protobuf.message import Message

from audit.history import Record
from dibs import review_calls, stage_calls, task_calls
from dibs.call import Call
from dibs.errors import DibsError, StoreUnavailable
from dibs.v1.allocation_pb2 import (
    EnsureReservationsResponse,
    LoadBatchResponse,
    Nothing,
    NothingReason,
    RenewResponse,
    ReserveResponse,
    ReviewUnit,
    StartAnnotationResponse,
    StartResponse,
    SubmitResponse,
)
from dibs.v1.common_pb2 import Task, TaskKind
from dibs.v1.issues_pb2 import MissingLabel
from dibs.v1.queue_pb2 import GetQueueDepthResponse
from dibs.v1.review_pb2 import (
    DecideResponse,
    ReserveReviewsResponse,
    Review,
    UnitDecision,
    Verdict,
)
from dibs.v1.review_settings_pb2 import ReviewSettings
from dibs.v1.skipping_pb2 import SkipResponse
from loadtest.history import History
from loadtest.twins import TwinClient

R = TypeVar("R", bound=Message)
Said = tuple[str, dict[str, Any]]
Decisions = Sequence[UnitDecision] | Verdict
MOST_GRANTED = 100
KIND_OF_STAGE = {TaskKind.TASK_KIND_REVIEW: 1, TaskKind.TASK_KIND_EXPERT_REVIEW: 2}
"""As the log numbers who decides: reviewers, or experts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a call is about, as its record names it."""

    method: str
    queue: str = ""
    person: str = ""
    task: str = ""
    token: int = 0
    named: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True, kw_only=True)
class Caller:
    """One client of one project; whoever its scope says acts."""

    client: TwinClient
    history: History
    _calls: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def person(self) -> str:
        """Who calls."""
        return self.client.scope.actor

    async def reserve(self, queue: str, count: int = 1) -> ReserveResponse:
        call = task_calls.reserve(self.client.scope, queue, count=count)
        about = About(method="Reserve", queue=queue, person=self.person)
        answer = await self.made(call, about, lambda answer: _reserved(answer, count, 0))
        self.history.witness.tasks(answer.tasks)
        return answer

    async def ensure(self, queue: str, count: int) -> EnsureReservationsResponse:
        call = task_calls.ensure_reservations(self.client.scope, queue, count)
        about = About(method="EnsureReservations", queue=queue, person=self.person)
        answer = await self.made(call, about, lambda answer: _reserved(answer, count, count))
        self.history.witness.tasks(answer.tasks)
        return answer

    async def begin(self, queue: str) -> Sequence[Task]:
        """The task that one begins with, if there is any."""
        call = stage_calls.start_annotation(self.client.scope, queue)
        about = About(method="StartAnnotation", queue=queue, person=self.person)
        answer = await self.made(call, about, _begun)
        tasks = [answer.task] if answer.HasField("task") else []
        self.history.witness.tasks(tasks)
        return tasks

    async def load_batch(self, queue: str) -> LoadBatchResponse:
        call = task_calls.load_batch(self.client.scope, queue)
        about = About(method="LoadBatch", queue=queue, person=self.person)
        answer = await self.made(call, about, _loaded)
        self.history.witness.tasks(answer.tasks)
        return answer

    async def clear_batch(self, queue: str, person: str, *, include_started: bool) -> Message:
        """For whoever may assign."""
        call = task_calls.clear_batch(
            self.client.scope, queue, person=person, include_started=include_started
        )
        return await self.made(call, About(method="ClearBatch", queue=queue, person=person))

    async def start(self, task: str, token: int) -> StartResponse:
        call = task_calls.start(self.client.scope, task, token)
        about = About(method="Start", person=self.person, task=task, token=token)
        return await self.made(call, about, lambda answer: _held([(task, answer.lease)]))

    async def renew(
        self, leases: Sequence[tuple[str, int]], *, takeover: bool = False
    ) -> RenewResponse:
        call = task_calls.renew(self.client.scope, leases, takeover=takeover)
        about = About(method="Renew", person=self.person, named=tuple(leases))
        return await self.made(call, about, _renewed)

    async def renew_all(self, queue: str = "", *, takeover: bool = False) -> RenewResponse:
        call = task_calls.renew_all(self.client.scope, queue=queue, takeover=takeover)
        return await self.made(call, About(method="Renew", person=self.person), _renewed)

    async def submit(
        self, task: str, token: int, status: str = "", units: Iterable[ReviewUnit] = ()
    ) -> SubmitResponse:
        call = task_calls.submit(self.client.scope, task, token, status=status, units=units)
        about = About(method="Submit", person=self.person, task=task, token=token)
        return await self.made(call, about, lambda answer: ("ok", {"late": answer.late}))

    async def save_draft(self, task: str, token: int, content: bytes) -> Message:
        call = task_calls.save_draft(self.client.scope, task, token, content)
        about = About(method="SaveDraft", person=self.person, task=task, token=token)
        return await self.made(call, about, _happened)

    async def release(self, task: str, token: int) -> Message:
        call = task_calls.release(self.client.scope, task, token)
        about = About(method="Release", person=self.person, task=task, token=token)
        return await self.made(call, about, _happened)

    async def skip(self, task: str, token: int) -> SkipResponse:
        call = task_calls.skip(self.client.scope, task, token, reason="not for me")
        about = About(method="Skip", person=self.person, task=task, token=token)
        answer = await self.made(call, about, _happened)
        self.history.witness.tasks(answer.tasks)
        return answer

    async def review_by(self, queue: str, settings: ReviewSettings) -> Message:
        """For whoever may set how the work of a queue is reviewed: what is set, changes."""
        scope, paths = self.client.scope, [field.name for field, _ in settings.ListFields()]
        call = review_calls.update_review_settings(scope, queue, settings, paths=paths)
        return await self.made(call, About(method="UpdateReviewSettings", queue=queue))

    async def reserve_reviews(
        self, queue: str, count: int = 1, kind: TaskKind = TaskKind.TASK_KIND_REVIEW
    ) -> ReserveReviewsResponse:
        call = review_calls.reserve_reviews(self.client.scope, queue, count=count, kind=kind)
        about = About(method="ReserveReviews", queue=queue, person=self.person)
        answer = await self.made(call, about, lambda answer: _to_review(answer, count, kind))
        self.history.witness.tasks(review.task for review in answer.reviews)
        return answer

    async def decide(self, review: Review, token: int, said: Decisions) -> DecideResponse:
        """About units by id, or one verdict about all that are pending."""
        named, all_units = ((), said) if isinstance(said, Verdict) else (said, None)
        call = review_calls.decide(
            *(self.client.scope, review.review_id, token), decisions=named, all_units=all_units
        )
        about = About(method="Decide", person=self.person, task=review.review_id, token=token)
        return await self.made(call, about)

    async def report_missing(self, review: Review, token: int, label: MissingLabel) -> Message:
        call = review_calls.report_missing(self.client.scope, review.review_id, token, [label])
        about = About(
            method="ReportMissing", person=self.person, task=review.review_id, token=token
        )
        return await self.made(call, about)

    async def mark_fixed(self, task: str) -> Message:
        """All that is to be corrected of a returned task."""
        call = review_calls.mark_fixed(self.client.scope, task)
        return await self.made(call, About(method="MarkFixed", person=self.person, task=task))

    async def depth(self, queue: str) -> GetQueueDepthResponse:
        """A read: no record, but a witness."""
        answer = await self.client.get_queue_depth(queue)
        self.history.witness.depth(queue, answer)
        return answer

    async def holding(self) -> Sequence[Task]:
        """Another read: the tasks that one holds."""
        answer = await self.client.list_my_tasks(page_size=1000)
        self.history.witness.holding(self.person, answer)
        return answer.tasks

    async def made(self, call: Call[R], about: About, said: Callable[[R], Said] | None = None) -> R:
        """Make a change, and write down what came of it.

        Raises DibsError. If one of several identical requests is told OK, it happened.
        """
        said = said or _happened
        started = time.monotonic_ns()
        self.history.in_flight += 1
        answer: R | None = None
        failure: DibsError | None = None
        try:
            answer = await self.client.execute(call)
        except DibsError as error:
            failure = error
        finally:
            self.history.in_flight -= 1
            ended = time.monotonic_ns()
            twins = await self.client.twins_of(call)
        answer = self._agreed(about, answer, twins, said)
        outcome, result = said(answer) if answer is not None else _failed(failure, about)
        seq = answer.seq if answer is not None else 0  # type: ignore[attr-defined]
        self._write(
            call,
            about,
            (started, ended if not twins else time.monotonic_ns()),
            outcome,
            seq,
            result,
        )
        if answer is None:
            assert failure is not None
            raise failure
        return answer

    def _agreed(
        self, about: About, answer: R | None, twins: list[R], said: Callable[[R], Said]
    ) -> R | None:
        """The answer that counts: one that tells of a change, if there is any."""
        told = [one for one in (answer, *twins) if one is not None]
        changed = [one for one in told if _changed(said(one))]
        if len({one.seq for one in changed}) > 1:  # type: ignore[attr-defined]
            self.history.witness.contradictions.append(f"{self.person}: {about}: {changed}")
        return next(iter(changed or told), None)

    def _write(
        self,
        call: Call[Any],
        about: About,
        when: tuple[int, int],
        outcome: str,
        seq: int,
        result: dict[str, Any],
    ) -> None:
        request_id = call.request.request_id
        signed = call.session not in (None, "")  # sessions of no project are not in its log
        self.history.add(
            Record(
                client=self.person,
                call=next(self._calls),
                project=self.client.scope.project,
                method=about.method,
                session=int.from_bytes(request_id.session_id[:8]) if signed else 0,
                n=request_id.n if signed else 0,
                queue=about.queue,
                person=about.person,
                task=about.task,
                token=about.token,
                started_ns=when[0],
                ended_ns=when[1],
                outcome=outcome,
                seq=seq,
                result=result,
            )
        )


def _changed(said: Said) -> bool:
    return said[0] == "ok" and said[1].get("changed", True) is not False


def _happened(_: Message) -> Said:
    return "ok", {}


def _failed(error: DibsError | None, about: About) -> Said:
    """Outcome and result of a refusal. OUTCOME_UNKNOWN claims nothing."""
    assert error is not None
    if isinstance(error, StoreUnavailable) and error.reason != StoreUnavailable.reason:
        return "UNAVAILABLE", {}
    named = {"tasks": [list(one) for one in about.named]} if about.named else {}
    return error.reason, named


def _reserved(
    answer: ReserveResponse | EnsureReservationsResponse, asked: int, target: int
) -> Said:
    asked = min(asked, MOST_GRANTED)
    tasks = [[task.task_id, task.lease.lease_token] for task in answer.tasks]
    if answer.HasField("nothing"):
        reason = _reason(answer.nothing)
        return "nothing", {"asked": asked, "target": target, "reason": reason}
    granted = any(token == answer.seq for _, token in tasks)
    return "ok", {"asked": asked, "tasks": tasks, "changed": granted}


def _to_review(answer: ReserveReviewsResponse, asked: int, kind: TaskKind) -> Said:
    about = {"asked": asked, "kind": KIND_OF_STAGE[kind]}
    if answer.HasField("nothing"):
        return "nothing", {**about, "target": 0, "reason": _reason(answer.nothing)}
    tasks = [[review.review_id, review.lease.lease_token] for review in answer.reviews]
    return "ok", {**about, "tasks": tasks}


def _begun(answer: StartAnnotationResponse) -> Said:
    if answer.HasField("nothing"):
        return "nothing", {"asked": 1, "target": 0, "reason": _reason(answer.nothing)}
    return _held([(answer.task.task_id, answer.task.lease)])


def _reason(nothing: Nothing) -> str:
    return NothingReason.Name(nothing.reason).removeprefix("NOTHING_REASON_")


def _loaded(answer: LoadBatchResponse) -> Said:
    if answer.HasField("nothing"):
        return "ok", {"changed": False}
    return _held([(one.task_id, one.lease) for one in answer.tasks])


def _renewed(answer: RenewResponse) -> Said:
    said = _held([(one.task_id, one.lease) for one in answer.renewed])
    return said if answer.renewed else ("ok", {"changed": False})


def _held(leases: Iterable[tuple[str, Any]]) -> Said:
    return "ok", {"tasks": [[task, lease.lease_token] for task, lease in leases]}
