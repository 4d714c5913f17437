"""What the benches found: plain values, and how they read as Markdown and JSON."""

from __future__ import annotations

import dataclasses
import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number, with what it should be; `found` is None if there is none, and `void` says why."""

    name: str
    unit: str
    found: float | None
    low: float | None = None
    high: float | None = None
    reach: float | None = None
    """What is to be reached; None: the figure is context."""
    at_most: bool = False
    """Whether `reach` is a ceiling and not a floor."""
    absolute: str = ""
    """The figures behind it, which belong to this machine."""
    profile: str = ""
    """One line: where the time goes."""
    void: str = ""

    @classmethod
    def of(cls, repeats: Sequence[float], **about: Any) -> Self:
        """The median of some repeats, with the lowest and the highest."""
        return cls(found=statistics.median(repeats), low=min(repeats), high=max(repeats), **about)

    @property
    def met(self) -> bool | None:
        """Whether it is reached; None if there is nothing to say about that."""
        if self.found is None or self.reach is None:
            return None
        return self.found <= self.reach if self.at_most else self.found >= self.reach

    @property
    def verdict(self) -> str:
        """Met, or missed by how much."""
        if self.found is None:
            return f"no figure: {self.void}"
        if self.reach is None:
            return "context"
        if self.met:
            return "met"
        return f"missed by {abs(self.found - self.reach) / self.reach:.0%}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where a bench ran."""

    cpu: str
    cores: int
    kernel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One bench: what it measures, what it found, on which machine and commit, when."""

    id: str
    measures: str
    figures: tuple[Figure, ...]
    machine: Machine
    commit: str
    date: str
    seconds: float
    short: bool = False

    @property
    def sound(self) -> bool:
        """Whether every figure is there."""
        return all(figure.found is not None for figure in self.figures)


class Bench(Protocol):
    """A module that measures. Raises whatever goes wrong: then it has no figure."""

    MEASURES: str
    """One sentence."""

    async def run(self, *, short: bool) -> Sequence[Figure]:
        """Measure, check the answers, and leave nothing behind.

        `short`: a few seconds, to see that it works; its figures mean nothing.
        """
        ...


def merged(directory: Path, new: Sequence[Section]) -> list[Section]:
    """The sections of an earlier run, those that there are anew replaced, by id."""
    sections = {section.id: section for section in [*read(directory), *new]}
    return sorted(sections.values(), key=lambda section: int(section.id[1:]))


def read(directory: Path) -> list[Section]:
    """The sections that RESULTS.json has; none if there is no such file."""
    file = directory / "RESULTS.json"
    if not file.exists():
        return []
    return [
        Section(
            **{
                **section,
                "machine": Machine(**section["machine"]),
                "figures": tuple(Figure(**figure) for figure in section["figures"]),
            }
        )
        for section in json.loads(file.read_text())["benches"]
    ]


def write(directory: Path, sections: Sequence[Section]) -> None:
    """RESULTS.json, and RESULTS.md beside it."""
    benches = [dataclasses.asdict(section) for section in sections]
    text = json.dumps({"benches": benches}, indent=1, ensure_ascii=False)
    (directory / "RESULTS.json").write_text(text + "\n")
    (directory / "RESULTS.md").write_text(markdown(sections))


def markdown(sections: Sequence[Section]) -> str:
    """The page: all figures in one table, then what stands behind each."""
    rows = [_row(section, figure) for section in sections for figure in section.figures]
    lines = [
        "# Measurements",
        "",
        "Written by `make bench`; what each id means: `loadtest/bench/`. Ratios are taken within"
        " one run on one machine: median of the repeats (lowest – highest). Absolute figures"
        " are context.",
        "",
        "| id | figure | found | reach | |",
        "|---|---|---|---|---|",
        *rows,
    ]
    for section in sections:
        lines += ["", f"## {section.id}", "", *_details(section)]
    return "\n".join(lines) + "\n"


def _row(section: Section, figure: Figure) -> str:
    verdict = figure.verdict + (" (short run)" if section.short else "")
    return f"| {section.id} | {figure.name} | {_found(figure)} | {_reach(figure)} | {verdict} |"


def _details(section: Section) -> list[str]:
    machine = section.machine
    lines = [
        section.measures,
        "",
        f"{machine.cpu}, {machine.cores} cores, Linux {machine.kernel}; commit {section.commit},"
        f" {section.date}, {section.seconds:.0f} s.",
        "",
    ]
    for figure in section.figures:
        lines.append(f"- **{figure.name}**: {_found(figure)}, {figure.verdict}. {figure.absolute}")
        if figure.profile:
            lines.append(f"  Profile: {figure.profile}")
    return lines


def _reach(figure: Figure) -> str:
    if figure.reach is None:
        return ""
    return f"{'≤' if figure.at_most else '≥'} {_number(figure.reach)} {figure.unit}"


def _found(figure: Figure) -> str:
    if figure.found is None:
        return "–"
    text = f"{_number(figure.found)} {figure.unit}"
    if figure.low is None or figure.high is None or figure.low == figure.high:
        return text
    return f"{text} ({_number(figure.low)} – {_number(figure.high)})"


def _number(value: float) -> str:
    """Three digits, and no exponent."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 10 else f"{value:.3g}"
