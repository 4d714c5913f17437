"""What a fault run has shown: violations, or why it shows nothing."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from audit.report import Report
from loadtest.faults.driver import Struck
from loadtest.faults.kinds import ALL, KINDS
from loadtest.history import History

LEAST_A_MINUTE = 5_000
REVIEWED = ("decided", "fixed")
"""Kinds of events without which nothing is shown of reviews."""


def both(resting: Report, final: Report) -> Report:
    """The final audit, with what was tried and found when leases were still held."""
    return replace(
        final,
        examined=final.examined + resting.examined,
        violated=final.violated + resting.violated,
        violations=resting.violations + final.violations,
        notes=resting.notes + final.notes,
    )


@dataclass(slots=True, kw_only=True)
class Verdict:
    """Everything the last lines are made of."""

    load_s: float
    acknowledged: int
    struck: Sequence[Struck]
    rounds: int
    report: Report | None
    contradictions: Sequence[str]
    """Answers that do not fit together, or do not fit the log."""
    looked_at: Mapping[str, int] = field(default_factory=dict)
    """How many cases of each kind were compared beyond the audit."""
    rebuilds: Mapping[str, int] = field(default_factory=dict)
    """How many rebuilds of a live state began where: with a snapshot, or with the log."""
    least: int = LEAST_A_MINUTE
    """Acknowledged changes a minute below which the run shows too little."""
    failures: list[str] = field(default_factory=list)
    """What broke off the run: no recovery, no drain, an answer nobody should get."""

    @property
    def a_minute(self) -> float:
        """Acknowledged changes a minute, under the faults."""
        return self.acknowledged / self.load_s * 60 if self.load_s else 0.0

    @property
    def violations(self) -> int:
        """Broken promises: of the log, and answers that contradict each other."""
        found = sum(self.report.violated.values()) if self.report else 0
        return found + len(self.contradictions)

    def doubts(self) -> list[str]:
        """Why the run is inconclusive, if it is."""
        found = list(self.failures)
        for kind in KINDS:
            times = sum(one.kind == kind and one.under_load for one in self.struck)
            if times < self.rounds:
                found.append(f"{kind}: struck {times} times under load, {self.rounds} are needed")
        if self.a_minute < self.least:
            found.append(f"{self.a_minute:.0f} operations a minute, {self.least} are needed")
        if self.rounds > 1 and not self.rebuilds.get("snapshot"):
            found.append("no rebuild began with a snapshot")
        if self.report is None:
            return [*found, "there was no audit"]
        found += [f"invariant {n} was tried on nothing" for n in self.report.unexamined()]
        found += [f"no event is {kind}" for kind in REVIEWED if not self.report.kinds[kind]]
        return found + self.report.notes

    @property
    def code(self) -> int:
        """The exit code."""
        return 1 if self.violations or self.doubts() else 0

    def lines(self, history: History) -> list[str]:
        """The whole verdict; the last line is the one that scripts read."""
        return [
            "",
            f"{'fault':<40}{'struck':>8}{'under load':>12}{'back after: median, longest':>33}",
            *(self._line(kind) for kind in ALL),
            *("", "calls by outcome"),
            *(
                f"  {method:<22}{outcome:<22}{n:>8}"
                for (method, outcome), n in sorted(history.outcomes.items())
            ),
            *self._log_lines(),
            *("", "compared with what clients saw: " + ", ".join(self._compared())),
            "rebuilds: "
            + ", ".join(f"{n} from the {of}" for of, n in sorted(self.rebuilds.items())),
            *(
                "",
                f"{self.a_minute:.0f} operations a minute acknowledged, {self.load_s:.1f} s long",
            ),
            *(f"contradiction: {one}" for one in self.contradictions[:20]),
            *(f"inconclusive: {doubt}" for doubt in self.doubts()),
            f"faults: {len(self.struck)} injected, {self.acknowledged} acknowledged,"
            f" {self.violations} violations",
        ]

    def _compared(self) -> list[str]:
        return [f"{n} {what}" for what, n in sorted(self.looked_at.items())]

    def _log_lines(self) -> list[str]:
        if self.report is None:
            return []
        kinds = sorted(self.report.kinds.items())
        events = [f"  {kind:<22}{n:>8}" for kind, n in kinds]
        return ["", "events", *events, "", self.report.table(), self.report.last_line()]

    def _line(self, kind: str) -> str:
        mine = [one for one in self.struck if one.kind == kind]
        took = [one.took_s for one in mine]
        times = f"{statistics.median(took):.2f} s, {max(took):.2f} s" if took else ""
        loaded = sum(one.under_load for one in mine)
        return f"{kind:<40}{len(mine):>8}{loaded:>12}{times:>33}"
