"""What clients saw: the history records that the load and fault harnesses write.

One JSON object a line, written once per **logical** call, after its last
attempt. A call that is retried under the same request id is one record, with
the time of its FIRST invocation, else invariant 4 would be weaker than the
promise.

- `client`, `call`: name of the client, and the call's number within it; for messages only.
- `project`: number in the log, or the external id (audit/source.py looks it up).
- `method`: `Reserve`, `EnsureReservations`, `Start`, `Renew`, `Submit`, `Release`, or the name
  of another RPC (`answers.KIND_OF` lists those whose event is known).
- `session`: the session's number, or the 32 hex digits of its 16 bytes; 0: no request id.
- `n`: the request id's n; 0: none.
- `queue`, `person`: number, or external id; 0 or "": does not apply.
- `task`: "<entry>-<slot>", "r<n>" of a review task, or "".
- `token`: the lease token that the call was made with; 0: none.
- `started_ns`, `ended_ns`: monotonic clock of ONE machine: first attempt sent, last answer read.
- `outcome`: `ok`; `nothing`: an empty answer with a reason; or the error's reason
  (`LEASE_LOST`, `NOT_FOUND`, `NOT_ELIGIBLE` …). A word of `UNKNOWN`, such as `UNAVAILABLE`,
  means that the client does not know.
- `seq`: of the answer; errors that claim something carry it too. 0: the answer had none.
- `result`: what the answer said:
  - ok of Reserve, EnsureReservations: `{"asked": n, "tasks": [["123-1", token], …]}`; where no
    token is the seq, EnsureReservations granted nothing, and seq is that of a state, no event;
  - ok of Start, Renew: `{"tasks": [["123-1", token], …]}`, held now, with the token that counts;
  - of ReserveReviews: that of Reserve, and `"kind"`, 1 of reviewers, 2 of experts (without it: 1);
  - ok of others: anything; a read, which has no event, says `"changed": false`;
  - nothing: `{"asked": n, "target": n, "reason": "ALL_LEASED"}` (`target`: EnsureReservations);
  - `LEASE_LOST` of a Renew that named its tasks: `{"tasks": [["123-1", token], …]}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from audit.review_state import REVIEW, REVIEWS, stage_of

UNKNOWN: Final = frozenset(
    {
        *("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "UNKNOWN", "INTERNAL"),
        *("REQUEST_ID_REUSED", "REQUEST_TOO_OLD", "SESSION_UNKNOWN"),
    }
)
"""Outcomes that say nothing about whether this request has happened."""


class HistoryError(ValueError):
    """A line that is not a history record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One logical call of one client. The module says what each field means."""

    client: str
    call: int
    project: int | str
    method: str
    session: int = 0
    n: int = 0
    queue: int | str = 0
    person: int | str = 0
    task: str = ""
    token: int = 0
    started_ns: int
    ended_ns: int
    outcome: str
    seq: int = 0
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the client was told that it happened."""
        return self.outcome == "ok"

    @property
    def changed(self) -> bool:
        """Whether the answer is that of an event."""
        if self.method == "EnsureReservations" and "changed" not in self.result:
            return self.ok and any(token == self.seq for _, token in self.result.get("tasks", ()))
        return self.ok and self.result.get("changed", True) is not False and self.seq > 0

    @property
    def refused(self) -> bool:
        """Whether the client was told that it did not happen."""
        return not self.ok and self.outcome not in UNKNOWN

    @property
    def entry_slot(self) -> tuple[int, int]:
        """The task's numbers; (0, 0) without one."""
        return entry_slot(self.task) if self.task else (0, 0)

    def __str__(self) -> str:
        return f"{self.client} call {self.call} ({self.method}, {self.outcome})"


def entry_slot(task: str) -> tuple[int, int]:
    """The numbers of "<entry>-<slot>", or of "r<n>", a review task."""
    if task.startswith("r"):
        return REVIEWS + int(task[1:]), 1
    entry, _, slot = task.partition("-")
    return int(entry), int(slot)


def parse(line: str) -> Record:
    """The record on one line. Raises HistoryError, naming what is wrong."""
    try:
        fields = json.loads(line)
        fields["session"] = _session(fields.get("session", 0))
        record = Record(**fields)
        record.entry_slot  # noqa: B018  a bad task id is found here, not in the middle of an audit
    except (TypeError, ValueError, AttributeError) as error:
        raise HistoryError(f"not a history record: {error}: {line[:120]!r}") from error
    if record.ended_ns < record.started_ns:
        raise HistoryError(f"ended before it started: {line[:120]!r}")
    return record


def read(files: Iterable[Path | str]) -> Iterator[Record]:
    """All records of the files, in no particular order."""
    for file in files:
        with Path(file).open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield parse(line)


def numbered(record: Record, project: int, numbers: Mapping[tuple[str, str], int]) -> Record:
    """The record with numbers for names: ("queue" | "person", external id) -> number, else -1.

    ReserveReviews is Reserve in a stage of the queue; which stage a review task is of, it says
    itself.
    """

    def resolved(kind: str, value: int | str) -> int:
        return (
            numbers.get((kind, value), -1) if isinstance(value, str) and value else int(value or 0)
        )

    queue, method = resolved("queue", record.queue), record.method
    if method == "ReserveReviews":
        queue, method = stage_of(queue, record.result.get("kind", REVIEW)), "Reserve"
    return replace(
        record,
        project=project,
        method=method,
        queue=0 if record.task.startswith("r") else queue,
        person=resolved("person", record.person),
    )


def _session(value: object) -> int:
    """The number in a session id: the first 8 of its 16 bytes."""
    if isinstance(value, str):
        return int(value[:16], 16) if value else 0
    if isinstance(value, int):
        return value
    raise TypeError(f"session {value!r}")
