"""What `dibs top` makes of the figures of a service."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from io import StringIO

from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console

from allocator.cli import figures, top, top_loads, top_queues, top_reviews
from allocator.cli.figures import Figures
from dibs.v1 import report_pb2 as pb

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


def _shown(screen: top.Screen, now: Figures = Figures(), before: Figures = Figures()) -> str:
    """A screen as it is recorded."""
    console = Console(width=140, record=True, file=StringIO())
    console.print(top.drawn(top.Frame(project="p", screen=screen, now=now, before=before)))
    return console.export_text()


def _row(n: int, *, paused: bool = False, manual: bool = False) -> top_queues.Row:
    return top_queues.Row(
        queue=f"q{n}",
        status="IN_PROGRESS",
        paused=paused,
        manual=manual,
        percent=n * 10,
        states={"QUEUED": n, "ODD": 1},
        available=n,
        oldest_s=90.0 * n,
    )


def test_a_frame_says_what_is_left_out() -> None:
    held = Counter({(f"person-{n}", "ASSIGNED"): n for n in range(1, 20)})
    screen = top_queues.Queues(rows=[_row(n) for n in range(1, 4)], queues=9, held=held)
    shown = _shown(screen, now=_look(9, 5, 2), before=_look(1, 1, 1))

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


def test_a_queue_says_why_nobody_pulls_what_is_available() -> None:
    rows = [_row(1, manual=True), _row(2, paused=True, manual=True), _row(3)]
    shown = _shown(top_queues.Queues(rows=rows, queues=3, held=Counter()))

    assert "q1 in progress, manual 10 %" in _words(shown)
    assert "q2 in progress, paused, manual 20 %" in _words(shown)
    assert "q3 in progress 30 %" in _words(shown)


def test_a_project_where_nothing_happens_is_shown_too() -> None:
    shown = [
        _shown(top_queues.Queues(rows=[], queues=0, held=Counter())),
        _shown(top_loads.People(report=pb.GetWorkloadResponse(), now_s=0)),
        _shown(top_loads.Deadlines(forecasts=[], queues=0)),
    ]

    assert "nobody holds a task" in shown[0]
    assert "0 people   0 overloaded   0 idle" in shown[1]
    assert "nobody has anything open" in shown[2]


def test_what_is_to_be_reviewed_is_a_line_a_queue() -> None:
    busy = top_reviews.Reviewing(
        enabled=True,
        in_review=41,
        waiting=1_200,
        held=7,
        expert_waiting=3,
        expert_held=2,
        oldest_s=5_400,
        returned=9,
        items_with_open_issues=8,
        items_for_review=1,
        backpressure=True,
        first_pass_rate=0.875,
    )
    off = replace(
        busy, enabled=False, waiting=0, oldest_s=None, first_pass_rate=None, backpressure=False
    )
    rows = [replace(_row(1), reviewing=busy), replace(_row(2), reviewing=off), _row(3)]
    screen = top_queues.Queues(rows=rows, queues=3, held=Counter())
    shown = _words(_shown(screen)).partition("reviews (")[2]

    assert "q1 1,200 7 3 2 1.5 h 9 8 88%" in shown
    assert "q2 7 3 2 9 8 back pressure: q1 off: q2" in shown
    assert "q3" not in shown
    assert [row["review"] and row["review"]["waiting"] for row in screen.fields()["queues"]] == [
        *(1_200, 0, None),
    ]


def _words(shown: str) -> str:
    return " ".join(shown.split())


def test_people_are_shown_with_what_they_have_and_the_overloaded_first() -> None:
    report = pb.GetWorkloadResponse(tasks=60, urgent_tasks=15, urgent_share=0.25)
    report.workloads.add(person_id="ann", open_tasks=3, open_weight=90, done_today=4, done_tasks=7)
    ben = report.workloads.add(person_id="ben", open_tasks=12, open_weight=12.5, started_tasks=2)
    ben.returned_tasks, ben.overloaded, ben.last_seen_time.seconds = 1, True, 1_000
    ben.median_handling.seconds = 90
    for n in range(50):
        report.workloads.add(person_id=f"idle-{n}", idle=True)
    shown = _words(_shown(top_loads.People(report=report, now_s=1_120)))

    assert "52 people 1 overloaded 50 idle 25% of 60 tasks urgent" in shown
    assert (
        "ben 12 12.5 2 1 1.5 m 2.0 m ago overloaded ann 3 90 4 7 never idle-0 never idle" in shown
    )
    assert "and 12 more people" in shown


def test_deadlines_are_shown_with_how_sure_they_are_and_what_stands_out_first() -> None:
    told = pb.GetForecastResponse(now=Timestamp(seconds=100_000))
    _estimated(told.queue, finish_s=103_600, due_s=107_200)
    told.queue.deadline_risk, told.queue.at_risk = 0.25, True
    quiet = told.assignments.add(assignment_id="1-2", person_id="ann", too_small=True)
    quiet.forecast.remaining_tasks, quiet.last_change_time.seconds = 2, 99_970
    loud = told.assignments.add(assignment_id="1-3-r1", person_id="ben", aging=True)
    _estimated(loud.forecast, finish_s=186_400, due_s=96_400)
    loud.forecast.overdue, loud.last_change_time.seconds = True, 13_600
    shown = _words(_shown(top_loads.Deadlines(forecasts=[("q", told)], queues=3)))

    assert "q 7 10.5 1.0 h 30.0 m and 2.0 h 2.0 h 25% at risk" in shown
    assert "and 2 more queues" in shown
    assert "1-3-r1 q ben 1.0 d ago 7 10.5 1.0 d 23.5 h and 1.0 d 1.0 h ago aging, overdue" in shown
    assert "1-2 q ann 30 s ago 2 0 no telling too small" in shown
    assert shown.index("1-3-r1") < shown.index("1-2 q")


def _estimated(forecast: pb.Forecast, finish_s: int, due_s: int) -> None:
    """Seven tasks, done half an hour earlier at best and an hour later at worst."""
    forecast.remaining_tasks, forecast.remaining_weight = 7, 10.5
    forecast.finish_time.seconds = finish_s
    forecast.earliest_finish_time.seconds = finish_s - 1_800
    forecast.latest_finish_time.seconds = finish_s + 3_600
    forecast.due_time.seconds = due_s
