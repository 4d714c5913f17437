"""What an audit found: violations, and how many cases each invariant was tried on.

A check that examined nothing has shown nothing, so every `expect` counts,
and the table prints the count beside the verdict.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

RULES: Final = 0
REVIEWED: Final = 15
INVARIANTS: Final[dict[int, str]] = {
    RULES: "every event is legal where it stands (numbers, cursors, clocks, recalls)",
    1: "seq has no gap and the chain recomputes, epoch steps included",
    2: "a request id is in the log at most once, and within its session's window",
    3: "every OK that a client saw is in the log, with the same result",
    4: "what was acknowledged before a call began comes before it in the log",
    5: "a grant is exactly the first eligible tasks, in order, lowest free slot",
    6: "holders are distinct, eligible, within max_held; no task has two leases",
    7: "only the newest token, not below a fence, starts, renews, submits, releases",
    8: "every task reached its end state exactly once, k slots by k people",
    9: "LEASE_LOST only with a cause in the log before the answer",
    10: "nothing to give only when there was nothing for that person",
    11: "Redis's live state is a replay of the log",
    12: "all counters are a replay of the log",
    13: "no key outside dibs:{<int>}:",
    14: "Postgres's live leases are a replay of the log",
    15: "each sampled unit is decided once, never by an author, and none is forgotten",
}
"""reliability.md §5.2, reviews, and line 0 for what an event may not do to begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken promise: which, at which event, in a sentence."""

    invariant: int
    seq: int
    sentence: str
    project: int = 0

    def __str__(self) -> str:
        return f"[{self.invariant}] project {self.project} seq {self.seq}: {self.sentence}"


class Judge:
    """Counts what is examined and keeps what does not hold.

    At most `keep` violations are kept in words; all are counted.
    """

    def __init__(self, project: int = 0, *, keep: int = 1_000) -> None:
        self.project = project
        self.seq = 0
        self.examined: Counter[int] = Counter()
        self.violated: Counter[int] = Counter()
        self.violations: list[Violation] = []
        self._keep = keep

    def expect(self, invariant: int, holds: object, sentence: str, *values: object) -> bool:
        """Whether `holds`; if not, the sentence with `values` put in is a violation."""
        self.examined[invariant] += 1
        if not holds:
            self._violated(invariant, sentence.format(*values))
        return bool(holds)

    def fault(self, invariant: int, sentence: str, *values: object) -> None:
        """A case that was examined and does not hold."""
        self.examined[invariant] += 1
        self._violated(invariant, sentence.format(*values))

    def _violated(self, invariant: int, sentence: str) -> None:
        self.violated[invariant] += 1
        if len(self.violations) < self._keep:
            self.violations.append(
                Violation(
                    invariant=invariant, seq=self.seq, sentence=sentence, project=self.project
                )
            )


@dataclass(slots=True, kw_only=True)
class Report:
    """The result over any number of projects. `notes` name what could not be decided."""

    events: int = 0
    examined: Counter[int] = field(default_factory=Counter)
    violated: Counter[int] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    finished_by: Counter[tuple[int, int]] = field(default_factory=Counter)

    @property
    def ok(self) -> bool:
        """Whether nothing is violated."""
        return not self.violated

    def take(self, judge: Judge) -> None:
        """Adds what one judge saw."""
        self.examined.update(judge.examined)
        self.violated.update(judge.violated)
        self.violations.extend(judge.violations)

    def merge(self, other: Report) -> None:
        """Adds what another report holds."""
        self.events += other.events
        self.examined.update(other.examined)
        self.violated.update(other.violated)
        self.violations.extend(other.violations)
        self.notes.extend(other.notes)
        self.kinds.update(other.kinds)
        self.finished_by.update(other.finished_by)

    def unexamined(self) -> list[int]:
        """Invariants that were tried on no case at all."""
        return [number for number in INVARIANTS if number and not self.examined[number]]

    def table(self) -> str:
        """One line an invariant, then the first violations and the notes."""
        lines = [f"{'#':>2}  {'examined':>9}  {'violated':>8}  invariant"]
        lines += [
            f"{number:>2}  {self.examined[number]:>9}  {self.violated[number]:>8}  {sentence}"
            for number, sentence in INVARIANTS.items()
        ]
        lines += [str(violation) for violation in self.violations[:20]]
        if (more := sum(self.violated.values()) - 20) > 0:
            lines.append(f"… and {more} more")
        return "\n".join(lines + [f"note: {note}" for note in self.notes])

    def last_line(self) -> str:
        """The line that scripts read."""
        return f"audit: {self.events} events, {sum(self.violated.values())} violations"

    def __str__(self) -> str:
        return f"{self.table()}\n{self.last_line()}"
