"""Invariants 3 and 4: what clients were told against what the log says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from audit.history import Record, entry_slot
from audit.report import Judge
from audit.state import QUIET_MS, Slot
from store.events import Event

ACKNOWLEDGED: Final = 3
REAL_TIME: Final = 4
IN_ORDER: Final = 5

KIND_OF: Final[Mapping[str, str]] = {
    "CreateProject": "project_created",
    "UpdateProject": "project_changed",
    "DeleteProject": "project_deleted",
    "UndeleteProject": "project_undeleted",
    "AddMembers": "members_changed",
    "UpdateMember": "members_changed",
    "RemoveMembers": "members_changed",
    "OpenSession": "session_opened",
    "CreateDataset": "dataset_created",
    "ImportItems": "items_added",
    "CreateQueue": "queue_created",
    "AttachDataset": "dataset_attached",
    "AddItems": "entries_added",
    "RemoveItems": "operation_begun",
    "RemoveMatchingItems": "operation_begun",
    "BulkSetPriority": "operation_begun",
    "BulkReopen": "operation_begun",
    "DetachDataset": "operation_begun",
    "ClearWaiting": "cleared",
    "DeleteQueue": "queue_deleted",
    "SubmitData": "data_submitted",
    "Reserve": "granted",
    "EnsureReservations": "granted",
    "LoadBatch": "granted",
    "ClearBatch": "batch_cleared",
    "Start": "started",
    "StartTask": "picked",
    "StartAnnotation": "picked",
    "Renew": "renewed",
    "Submit": "submitted",
    "SaveDraft": "drafted",
    "Skip": "skipped",
    "ClearSkips": "skips_cleared",
    "Release": "released",
    "UpdateReviewSettings": "review_changed",
    "Decide": "decided",
    "ReportMissing": "decided",
    "MarkFixed": "fixed",
    "AddReviews": "operation_begun",
    "Resample": "operation_begun",
    "ReturnTask": "objected",
    "ReportIssues": "objected",
    "AddComment": "commented",
    "SubmitCheckResult": "checked",
    "DeleteUnits": "units_deleted",
}
"""The kind of event that an OK of each method stands for."""
OTHERWISE: Final[Mapping[str, tuple[str, ...]]] = {
    "AddItems": ("delayed",),
    "StartAnnotation": ("started", "granted"),
    "SubmitCheckResult": ("reviews_added", "objected"),
}
"""What else it may be: items come later, a task was held already, a batch is given first.

What a check asks for is done by the event that says so.
"""

BY_TOKEN: Final = frozenset({"Submit", "Release", "Skip"})
"""Idempotent by (task, token) besides: a second request may get the first one's answer."""


def acknowledged(
    event: Event, record: Record, judge: Judge, *, more: bool = False, lists: bool = False
) -> bool:
    """3: the OK is this event, by request, kind, person, task and token.

    `more` says that the model could have granted more than the event did (5). `lists`: in the
    record's queue Reserve lists what is held, and need have no event of its own.
    Returns whether the event is this very request's.
    """
    own = _is_own(event, record)
    if lists and not own and record.method in ("Reserve", "EnsureReservations"):
        _seen(event, record, judge)
        return False
    unasked = event.kind in ("project_created", "session_opened")
    repeated = record.method in BY_TOKEN or record.session == 0 or unasked
    judge.expect(
        ACKNOWLEDGED, own or repeated, "{} was told OK, the event is of {}", record, event.request
    )
    kinds = (KIND_OF.get(record.method, event.kind), *OTHERWISE.get(record.method, ()))
    if judge.expect(
        ACKNOWLEDGED, event.kind in kinds, "{} was told OK, the event is {}", record, event.kind
    ):
        wrong = _differs(event.body, event.seq, record)
        judge.expect(ACKNOWLEDGED, not wrong, "{}: {} is not what it was told", record, wrong)
    if record.method == "Reserve" and event.kind == "granted":
        given, asked = len(event.body["tasks"]), record.result.get("asked", 0)
        judge.expect(
            IN_ORDER,
            not (more and given < min(asked, 100)),
            "{} asked for {} and got {}, there was more",
            record,
            asked,
            given,
        )
    return own


def is_kept(event: Event, record: Record) -> bool:
    """Whether the OK is that of a draft that needed no event."""
    return record.method == "SaveDraft" and not _is_own(event, record)


def kept(slot: Slot, record: Record, clock_ms: int, judge: Judge) -> None:
    """3: a draft without an event of its own renews nothing, so its hold was touched recently."""
    held = slot.held and (slot.person, slot.token) == (record.person, record.token)
    judge.expect(
        ACKNOWLEDGED,
        held and slot.draft and clock_ms - slot.touched <= QUIET_MS,
        "{} was told OK without an event, of {}",
        record,
        slot,
    )


def _is_own(event: Event, record: Record) -> bool:
    return event.request is not None and tuple(event.request[:2]) == (record.session, record.n)


def _seen(event: Event, record: Record, judge: Judge) -> None:
    """A list of what is held, as of another's event: what has its token, that event gave."""
    given = [(t[0], t[1]) for t in event.body.get("refill", event.body.get("tasks", ()))]
    theirs = event.body.get("person") == record.person
    if event.kind == "assigned":
        given = [(t[0], t[1]) for t in event.body["tasks"] if t[5] == record.person]
        theirs = bool(given)
    new = {entry_slot(task) for task, token in record.result["tasks"] if token == event.seq}
    judge.expect(
        ACKNOWLEDGED,
        theirs and new <= set(given),
        "{} lists {} as of {}, which gave {}",
        record,
        sorted(new),
        event.seq,
        given,
    )


def refused(event: Event, record: Record, judge: Judge) -> None:
    """3, the other way: who is told no from a state that has the event, is told wrong.

    After that state it may still happen, when a first attempt was under way
    for longer than the second.
    """
    judge.expect(
        ACKNOWLEDGED,
        event.seq > record.seq,
        "{} was told no as of {}, but it is event {}",
        record,
        record.seq,
        event.seq,
    )


def missing(records: Iterable[Record], judge: Judge) -> None:
    """3: an OK beyond the end of the log, or without a number, is an acknowledged loss."""
    for record in records:
        judge.seq = record.seq
        judge.fault(ACKNOWLEDGED, "{} was told OK with seq {}: lost", record, record.seq)


def real_time(answers: Iterable[tuple[Record, bool]], judge: Judge) -> None:
    """4: the log is in real-time order. `answers`: (record, whether it is an event of its own).

    What was answered before a call began comes before the call's event, and
    an answer without an event comes from a state that is not older.
    """
    placed = [(record, own) for record, own in answers if record.seq > 0]
    told = sorted((record.ended_ns, record.seq) for record, _ in placed)
    at, newest = 0, 0
    for record, own in sorted(placed, key=lambda one: one[0].started_ns):
        while at < len(told) and told[at][0] < record.started_ns:
            newest = max(newest, told[at][1])
            at += 1
        judge.seq = record.seq
        holds = record.seq > newest if own else record.seq >= newest
        judge.expect(
            REAL_TIME, holds, "{} is seq {}, but {} was told before", record, record.seq, newest
        )


def _differs(body: Mapping[str, Any], seq: int, record: Record) -> str:
    """The first thing in which the event is not what the client was told, or ''."""
    for name in ("person", "queue"):
        if getattr(record, name) and body.get(name, getattr(record, name)) != getattr(record, name):
            return name
    if "entry" in body and record.task:
        if (body["entry"], body["slot"]) != record.entry_slot:
            return "task"
        if "token" in body and body["token"] != record.token:
            return "token"
    elif record.task and list(record.entry_slot) not in [list(t[:2]) for t in body["tasks"]]:
        return "task"
    told = record.result.get("tasks")
    if told and record.method == "StartAnnotation":
        return _first_differs(body, seq, entry_slot(told[0][0]), told[0][1])
    if told is None or record.method not in ("Reserve", "EnsureReservations", "Renew"):
        return ""
    held = {entry_slot(t): token for t, token in told}
    if body.get("batch"):
        # A Reserve there answers with the first of all that the person has not finished.
        return "tokens" if _invented(body, seq, held) else ""
    return _tasks_differ(body, seq, record.method, held)


def _first_differs(body: Mapping[str, Any], seq: int, task: tuple[int, int], token: int) -> str:
    """Whether the task that somebody began is the first of a grant, or the one that was started."""
    if "tasks" in body:
        entry, slot, *_ = body["tasks"][0]
        return "" if (task, token) == ((entry, slot), seq) else "task"
    same = (task, token) == ((body["entry"], body["slot"]), body["token"])
    return "" if same else "task"


def _invented(body: Mapping[str, Any], seq: int, told: Mapping[tuple[int, int], int]) -> bool:
    """Whether a task is said to come from this event that does not."""
    happened = {(task[0], task[1]) for task in body["tasks"]}
    return bool({task for task, token in told.items() if token == seq} - happened)


def _tasks_differ(
    body: Mapping[str, Any], seq: int, method: str, told: Mapping[tuple[int, int], int]
) -> str:
    """Whether the tasks that the client holds by this answer are those of the event.

    A Reserve's and a Renew's are exactly these. EnsureReservations lists what
    is held when it answers: there, what has the event's token must come from
    the event.
    """
    happened = {(task[0], task[1]) for task in body["tasks"]}
    if method == "Reserve" and body["batch"]:
        method = "EnsureReservations"
        happened |= {task for task, token in told.items() if token != seq}
    if method != "EnsureReservations" and happened != told.keys():
        return "tasks"
    if method == "Renew":
        return "" if told == {(t[0], t[1]): t[3] for t in body["tasks"]} else "tokens"
    if happened and told and not happened & told.keys():
        return "tasks"
    if method == "Reserve" and any(token != seq for token in told.values()):
        return "tokens"
    return "tokens" if _invented(body, seq, told) else ""
