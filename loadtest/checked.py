"""What a review was worth: labels against the truth, with it and without, and who passed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg
from rich.table import Table

from audit.review_state import APPROVE, REVIEW, STAGE
from audit.source import log, projects
from dibs.v1.review_lists_pb2 import (
    UNIT_STATE_APPROVED,
    UNIT_STATE_NOT_SAMPLED,
    UNIT_STATE_REJECTED,
    UnitRecord,
    UnitState,
)
from store.events import decode

FINAL: Final = (UNIT_STATE_NOT_SAMPLED, UNIT_STATE_APPROVED, UNIT_STATE_REJECTED)
SAMPLED: Final = (0.15, 0.25)
"""Of a fifth that is drawn, what is drawn indeed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What somebody said of an image, look by look, and what it is."""

    author: str
    truth: str
    said: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """The work of one annotator, in numbers."""

    name: str
    labels: int
    reviewed: int
    """Labels that somebody looked at."""
    at_once: int
    """Of these, what was approved at the first look."""
    right: int
    """Of all labels, those that were right at first."""

    @property
    def first_pass(self) -> float:
        """Part of what was looked at that was approved at once."""
        return self.at_once / self.reviewed if self.reviewed else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The reviewed queue, in numbers."""

    labels: int
    sampled: int
    returned: int
    """Labels that were given again."""
    rejected: int
    """Labels that an expert rejected for good."""
    without_review: float
    """Part of the labels that would have been right if all had been accepted as they came."""
    with_review: float
    """Part of the accepted labels that are right."""
    people: Sequence[Passed]
    open: int
    """Labels in no final state, drawn without a decision, or decided about without a draw."""
    own: int
    """Labels that their author decided about."""
    strange: int
    """Labels that are not the last that was said."""

    def told(self) -> str:
        """In a sentence."""
        return (
            f"{self.sampled} of {self.labels} labels reviewed, {self.returned} corrected,"
            f" {self.rejected} rejected for good;"
            f" right: {self.without_review:.1%} without review, {self.with_review:.1%} with it"
        )


async def first_looks(dsn: str, project: str) -> dict[str, bool]:
    """Out of the log: of each task that was reviewed, whether it was approved at the first look."""
    looks: dict[str, bool] = {}
    connection = await asyncpg.connect(dsn)
    try:
        [named] = await projects(connection, project)
        async for row in log(connection, named.project):
            event = decode(row.payload, project=named.project, seq=row.seq)
            if event.kind == "decided" and event.body["queue"] // STAGE == REVIEW:
                entry, slot = event.body["of"]
                for _, action, _ in event.body["units"]:
                    looks.setdefault(f"{entry}-{slot}", action == APPROVE)
    finally:
        await connection.close()
    return looks


def fate_of(
    labels: Mapping[str, Label], units: Sequence[UnitRecord], looks: Mapping[str, bool]
) -> Checked:
    """What became of the labels, by what was said of them and what the service says."""
    states = Counter(unit.state for unit in units)
    known = {unit.task_id: unit for unit in units}
    accepted = {task: known[task] for task in labels if _is_accepted(known, task)}
    right = sum(unit.class_name == labels[task].truth for task, unit in accepted.items())
    at_first = sum(label.said[0] == label.truth for label in labels.values())
    return Checked(
        labels=len(labels),
        sampled=len(looks),
        returned=sum(len(label.said) > 1 for label in labels.values()),
        rejected=states[UNIT_STATE_REJECTED],
        without_review=at_first / max(1, len(labels)),
        with_review=right / max(1, len(accepted)),
        people=_people(labels, looks),
        open=sum(not _is_final(known.get(task), looked_at=task in looks) for task in labels),
        own=sum(unit.reviewer == unit.author for unit in units),
        strange=sum(
            unit.task_id not in labels or unit.class_name != labels[unit.task_id].said[-1]
            for unit in units
        ),
    )


def _is_accepted(known: Mapping[str, UnitRecord], task: str) -> bool:
    return task in known and known[task].state != UNIT_STATE_REJECTED


def _is_final(unit: UnitRecord | None, *, looked_at: bool) -> bool:
    """A label that was drawn is decided about; one that was not, nobody looked at."""
    drawn = UnitState.UNIT_STATE_NOT_SAMPLED
    return unit is not None and unit.state in FINAL and (unit.state != drawn) == looked_at


def _people(labels: Mapping[str, Label], looks: Mapping[str, bool]) -> list[Passed]:
    people = []
    for person in sorted({label.author for label in labels.values()}):
        theirs = {task: label for task, label in labels.items() if label.author == person}
        reviewed = [looks[task] for task in theirs if task in looks]
        people.append(
            Passed(
                name=person,
                labels=len(theirs),
                reviewed=len(reviewed),
                at_once=sum(reviewed),
                right=sum(label.said[0] == label.truth for label in theirs.values()),
            )
        )
    return people


def failures(checked: Checked, tasks: int) -> list[str]:
    """What of all this did not hold."""
    return [f"review: {sentence}" for sentence, holds in _claims(checked, tasks) if not holds]


def _claims(checked: Checked, tasks: int) -> Iterator[tuple[str, bool]]:
    least, most = (round(part * tasks) for part in SAMPLED)
    yield f"{checked.labels} of {tasks} images were labelled", checked.labels == tasks
    yield f"{checked.sampled} labels were reviewed", least <= checked.sampled <= most
    yield "nothing was returned", checked.returned > 0
    yield "no expert rejected anything", checked.rejected > 0
    yield f"{checked.open} labels were forgotten", checked.open == 0
    yield f"{checked.own} labels were reviewed by their author", checked.own == 0
    yield f"{checked.strange} labels are not what was submitted last", checked.strange == 0
    worth = checked.with_review > checked.without_review
    yield f"the review was worth nothing: {checked.told()}", worth


def table(checked: Checked) -> Table:
    """By annotator: how much of their work was right, and how much of it passed at once."""
    shown = Table(title="reviewed labels by annotator")
    for heading in ("person", "labels", "right", "reviewed", "passed at first", "first-pass rate"):
        shown.add_column(heading, justify="left" if heading == "person" else "right")
    for one in checked.people:
        numbers = (one.labels, f"{one.right / one.labels:.1%}", one.reviewed, one.at_once)
        shown.add_row(one.name, *map(str, numbers), f"{one.first_pass:.1%}")
    shown.add_section()
    labels, reviewed = checked.labels, max(1, checked.sampled)
    at_once = sum(one.at_once for one in checked.people)
    numbers = (labels, f"{checked.without_review:.1%}", checked.sampled, at_once)
    shown.add_row("all", *map(str, numbers), f"{at_once / reviewed:.1%}")
    return shown


def accuracy(checked: Checked) -> Table:
    """Accepted labels against the truth."""
    shown = Table(title="labels that are right", show_header=False)
    shown.add_row("without review", f"{checked.without_review:.2%}")
    shown.add_row("with review", f"{checked.with_review:.2%}")
    return shown
