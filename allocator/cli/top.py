"""`dibs top`: a project live in a terminal: its queues, its people, or its deadlines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from allocator.cli import figures, top_loads, top_queues
from allocator.cli.client_commands import View
from allocator.cli.figures import Figures
from dibs import Client

MOST_METHODS = 6
RATES = {
    "granted": "dibs_leases_total granted",
    "submitted": "dibs_submissions_total",
    "decided": "dibs_review_decisions_total",
    "expired": "dibs_expiries_total",
    "imported": "dibs_imported_items_total",
}


class Screen(Protocol):
    """What is below the rates."""

    def drawn(self) -> RenderableType:
        """As people see it."""

    def fields(self) -> Mapping[str, Any]:
        """The same for scripts."""


SCREENS: Final[Mapping[View, Callable[[Client, str], Screen]]] = {
    View.QUEUES: top_queues.look,
    View.PEOPLE: top_loads.people,
    View.DEADLINES: top_loads.deadlines,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """All that is shown at a moment."""

    project: str
    screen: Screen
    now: Figures
    before: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What somebody looks at."""

    client: Client
    pages: str
    view: View
    queue: str
    """Empty: all of the project."""
    interval_s: float

    def run(self, *, once: bool) -> None:
        """Show frames until Ctrl-C, or one of them."""
        before = self._before()
        if once:
            Console().print(drawn(self._frame(before)))
            return
        with Live(screen=True, auto_refresh=False) as live:
            while True:
                frame = self._frame(before)
                live.update(drawn(frame), refresh=True)
                before = frame.now
                time.sleep(self.interval_s)

    def as_json(self) -> dict[str, Any]:
        """One frame for scripts."""
        frame = self._frame(self._before())
        return {
            "project": frame.project,
            **frame.screen.fields(),
            "rates": dict(_rates(frame)),
            "commit_lag_events": frame.now.lag.get(frame.project, 0),
        }

    def _before(self) -> Figures:
        """A look that is an interval old."""
        before = figures.look(self.pages)
        time.sleep(self.interval_s)
        return before

    def _frame(self, before: Figures) -> Frame:
        now = figures.look(self.pages)
        screen = SCREENS[self.view](self.client, self.queue)
        return Frame(project=self.client.scope.project, screen=screen, now=now, before=before)


def drawn(frame: Frame) -> RenderableType:
    """A frame, as people see it."""
    return Group(_head(frame), frame.screen.drawn())


def _head(frame: Frame) -> Text:
    rates = "   ".join(f"{name} {rate:,.1f}/s" for name, rate in _rates(frame))
    calls = list(frame.now.calls_a_second(frame.before).items())[:MOST_METHODS]
    lag = frame.now.lag.get(frame.project, 0)
    lines = (
        f"{frame.project}   commit lag {lag:,.0f} events   {rates}",
        "calls: " + (", ".join(f"{name} {rate:,.0f}/s" for name, rate in calls) or "none"),
    )
    return Text("\n".join(lines))


def _rates(frame: Frame) -> Iterator[tuple[str, float]]:
    for name, counter in RATES.items():
        yield name, round(frame.now.a_second(frame.before, counter), 1)
