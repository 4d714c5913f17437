"""Issues, as they are named to the outside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from allocator.model import TaskId
from allocator.ports import UnitView
from dibs import errors

_ISSUE: Final = re.compile(r"([1-9][0-9]{0,14})-([1-9][0-9]?)-([0-9]{1,9})-([1-9][0-9]{0,14})")


class IssueId(NamedTuple):
    """The issue of a unit of a task that decision `seq` opened."""

    task: TaskId
    unit: int
    seq: int


def issue_id(entry: int, slot: int, unit: int, seq: int) -> str:
    """An issue, to the outside."""
    return f"{entry}-{slot}-{unit}-{seq}"


def parsed(text: str) -> IssueId:
    """The issue that a text names. Raises IssueNotFound for what names none."""
    found = _ISSUE.fullmatch(text)
    if found is None:
        raise errors.IssueNotFound(text)
    entry, slot, unit, seq = map(int, found.groups())
    return IssueId(TaskId(entry=entry, slot=slot), unit, seq)


def unit_of(text: str, units: Mapping[int, UnitView]) -> int:
    """Which of the units an issue is about, if it is the last one of it. Raises IssueNotFound."""
    issue = parsed(text)
    one = units.get(issue.unit)
    if one is None or IssueId(TaskId(entry=one.entry, slot=one.slot), one.unit, one.issue) != issue:
        raise errors.IssueNotFound(text)
    return issue.unit
