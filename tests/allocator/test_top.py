"""What `dibs top` makes of the figures of a service."""

from __future__ import annotations

from collections import Counter
from io import StringIO

from rich.console import Console

from allocator.cli import figures, top
from allocator.cli.figures import Figures

TEXT = """
# TYPE dibs_rpc_seconds histogram
dibs_rpc_seconds_count{code="OK",method="Reserve"} %d
dibs_rpc_seconds_count{code="ABORTED",method="Submit"} 3
# TYPE dibs_leases counter
dibs_leases_total{outcome="granted"} %d
dibs_leases_total{outcome="renewed"} 7
# TYPE dibs_commit_lag_events gauge
dibs_commit_lag_events{project="p"} 12
"""


def _look(calls: int, granted: int, at_s: float) -> Figures:
    return figures.parsed(TEXT % (calls, granted), at_s=at_s)


def test_rates_are_what_rose_between_two_looks() -> None:
    before, now = _look(10, 5, 1.0), _look(50, 25, 3.0)

    assert now.calls_a_second(before) == {"Reserve": 20}
    assert now.a_second(before, "dibs_leases_total granted") == 10
    assert (now.counted["dibs_leases_total"], now.failed, now.lag) == (
        32,
        {"ABORTED": 3},
        {"p": 12},
    )


def test_a_frame_says_what_is_left_out() -> None:
    rows = [
        top.Row(
            queue=f"q{n}",
            status="IN_PROGRESS",
            percent=n * 10,
            states={"QUEUED": n, "ODD": 1},
            available=n,
            oldest_s=90.0 * n,
        )
        for n in range(1, 4)
    ]
    held = Counter({(f"person-{n}", "ASSIGNED"): n for n in range(1, 20)})
    frame = top.Frame(
        project="p", rows=rows, queues=9, held=held, now=_look(9, 5, 2), before=_look(1, 1, 1)
    )
    console = Console(width=120, record=True, file=StringIO())
    console.print(top.drawn(frame))
    shown = console.export_text()

    assert "and 6 more queues" in shown
    assert "and 7 more people" in shown
    assert "commit lag 12 events" in shown
    assert "granted 4.0/s" in shown
    assert "1.5 m" in shown
    assert "odd" in shown
    assert "in progress" in shown
    assert "30 %" in shown
    assert "person-19" in shown
    assert "person-1 " not in shown


def test_a_project_where_nothing_happens_is_shown_too() -> None:
    frame = top.Frame(
        project="p", rows=[], queues=0, held=Counter(), now=Figures(), before=Figures()
    )
    console = Console(width=100, record=True, file=StringIO())
    console.print(top.drawn(frame))

    assert "nobody holds a task" in console.export_text()
