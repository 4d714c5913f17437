"""History records: what the harness writes is read as it was meant, or refused by line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from audit.history import HistoryError, Record, numbered, parse, read
from audit.review_state import EXPERT, REVIEWS, STAGE

LINE = {
    "client": "ann-1",
    "call": 4,
    "project": "acme",
    "method": "Submit",
    "session": "000000000000000c0123456789abcdef",
    "n": 3,
    "queue": "digits",
    "person": "ann",
    "task": "17-2",
    "token": 99,
    "started_ns": 5,
    "ended_ns": 6,
    "outcome": "ok",
    "seq": 120,
    "result": {},
}


def test_a_line_is_a_record(tmp_path: Path):
    file = tmp_path / "history.jsonl"
    file.write_text(json.dumps(LINE) + "\n\n" + json.dumps(LINE | {"session": 12}) + "\n")

    first, second = read([file])

    assert first == second
    assert (first.session, first.entry_slot) == (12, (17, 2))
    assert first.ok
    assert first.changed
    assert not first.refused
    assert str(first) == "ann-1 call 4 (Submit, ok)"


def test_names_become_numbers():
    record = numbered(parse(json.dumps(LINE)), 7, {("person", "ann"): 2, ("queue", "digits"): 1})
    assert (record.project, record.person, record.queue) == (7, 2, 1)

    stranger = numbered(parse(json.dumps(LINE | {"queue": "", "person": 5})), 7, {})
    assert (stranger.person, stranger.queue) == (5, 0)
    assert numbered(parse(json.dumps(LINE)), 7, {}).person == -1


def test_reviews_are_of_a_stage_of_their_queue():
    numbers = {("person", "ann"): 2, ("queue", "digits"): 1}
    asked = {"method": "ReserveReviews", "task": "", "token": 0, "result": {"kind": EXPERT}}
    record = numbered(parse(json.dumps(LINE | asked)), 7, numbers)
    assert (record.method, record.queue) == ("Reserve", EXPERT * STAGE + 1)

    record = numbered(parse(json.dumps(LINE | {"method": "Decide", "task": "r17"})), 7, numbers)
    assert (record.entry_slot, record.queue) == ((REVIEWS + 17, 1), 0)


@pytest.mark.parametrize(
    ("outcome", "refused"),
    [("ok", False), ("UNAVAILABLE", False), ("SESSION_UNKNOWN", False), ("LEASE_LOST", True)],
)
def test_only_some_outcomes_say_that_nothing_happened(outcome: str, refused: object):
    assert parse(json.dumps(LINE | {"outcome": outcome})).refused is refused


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        "{}",
        json.dumps(LINE | {"more": 1}),
        json.dumps(LINE | {"session": "xyz"}),
        json.dumps(LINE | {"session": []}),
        json.dumps(LINE | {"task": "17"}),
        json.dumps(LINE | {"ended_ns": 4}),
    ],
)
def test_another_line_is_refused(line: str):
    with pytest.raises(HistoryError):
        parse(line)


def test_a_record_without_a_task_has_none():
    record = Record(
        client="c", call=1, project=1, method="Reserve", started_ns=1, ended_ns=1, outcome="ok"
    )
    assert record.entry_slot == (0, 0)
    assert not record.changed
