"""What is asked of the services that review. One class an RPC, as in `requests`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from allocator.model import TaskId, TaskKind
from allocator.requests import Change, Hold, Look, Page, Reserve
from reviewqueue.settings import ReviewSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateReviewSettings:
    """What `paths` name is to be as in `settings`; people are named by external ids.

    `class_reviewers` and `annotator_reviewers` are mappings, `rates` those of annotators.
    """

    change: Change
    queue_id: str
    paths: tuple[str, ...]
    settings: ReviewSettings
    rates: tuple[tuple[str, float], ...] = ()
    class_reviewers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    annotator_reviewers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    experts: tuple[str, ...] = ()
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveReviews(Reserve):
    """Up to `count` reviews of a queue's work for a person."""

    kind: TaskKind = TaskKind.REVIEW


class Action(IntEnum):
    """What is decided about a unit, as numbered on the wire and in the log."""

    APPROVE = 1
    REJECT = 2
    DELETE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A decision, and why."""

    action: Action
    reason: str = ""
    comment: str = ""
    edits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfUnit:
    """A verdict of one unit, named by its id or by its issue."""

    unit_id: str
    issue_id: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """Verdicts of single units, or one about all pending units (on a frame)."""

    change: Change
    person: str
    hold: Hold
    units: tuple[OfUnit, ...] = ()
    several: Verdict | None = None
    frame: int | None = None
    then_next: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingLabel:
    """What is not there and should be."""

    class_name: str
    frames: tuple[tuple[int, int], ...]
    comment: str

    @property
    def said(self) -> dict[str, Any]:
        """As content keeps it."""
        said: dict[str, Any] = {"text": self.comment}
        if self.class_name:
            said["class_name"] = self.class_name
        if self.frames:
            said["frames"] = [list(one) for one in self.frames]
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMissing:
    """Labels that are missing in what somebody reviews."""

    change: Change
    person: str
    hold: Hold
    labels: tuple[MissingLabel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkFixed:
    """Units of a returned task that are corrected: by their ids, by issues, or (neither) all."""

    change: Change
    person: str
    task: TaskId
    unit_ids: tuple[str, ...] = ()
    issue_ids: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """What is wrong with a unit."""

    unit_id: str
    reason: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportIssues:
    """What is wrong with an item that somebody checks, in the work on this slot of it."""

    change: Change
    person: str
    hold: Hold
    slot: int
    objections: tuple[Objection, ...]
    missing: tuple[MissingLabel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnTask:
    """A submitted task that is to go back to its author, and why."""

    change: Change
    task: TaskId
    objections: tuple[Objection, ...]
    missing: tuple[MissingLabel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddComment:
    """What is said of a task, or (None) of an issue."""

    change: Change
    task: TaskId | None
    issue_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListComments:
    """What was said of a task and its issues, or (None) of an issue."""

    look: Look
    page: Page
    task: TaskId | None
    issue_id: str


class CheckVerdict(IntEnum):
    """What a rule service wants done about a submission, as numbered on the wire."""

    PASS = 1
    REVIEW = 2
    RETURN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitCheckResult:
    """What a rule says about these units, or (none) all, of what was submitted."""

    change: Change
    task: TaskId
    rule: str
    verdict: CheckVerdict
    unit_ids: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteUnits:
    """Units of finished work that are to be there no more, and why."""

    change: Change
    task: TaskId
    unit_ids: tuple[str, ...]
    reason: str
