"""What clients are told is written as the audit reads it, and a run waits on it."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from audit import history as audited
from audit.history import Record
from dibs.errors import LeaseLost, OutcomeUnknown, StoreUnavailable
from dibs.v1 import allocation_pb2 as allocation
from dibs.v1.common_pb2 import Lease, Task
from loadtest import calls
from loadtest.calls import About
from loadtest.history import History

RECORD = Record(
    client="ann",
    call=1,
    project="p",
    method="Reserve",
    session=5,
    n=1,
    queue="q",
    person="ann",
    started_ns=1,
    ended_ns=2,
    outcome="ok",
    seq=9,
    result={"asked": 1, "tasks": [["1-1", 9]]},
)


def test_what_is_written_is_what_the_audit_reads(tmp_path: Path) -> None:
    with History(tmp_path / "history.jsonl") as history:
        history.add(RECORD)

    assert list(audited.read([history.file])) == [RECORD]
    assert history.acknowledged == 1
    assert history.outcomes["Reserve", "ok"] == 1


@pytest.mark.parametrize(
    "unchanged",
    [
        {"result": {"tasks": [], "changed": False}},
        {"outcome": "nothing", "result": {}},
        {"outcome": "UNAVAILABLE", "seq": 0},
    ],
)
def test_only_a_change_counts_as_acknowledged(tmp_path: Path, unchanged: dict) -> None:
    with History(tmp_path / "history.jsonl") as history:
        history.add(replace(RECORD, **unchanged))
    assert history.acknowledged == 0


async def test_a_run_waits_for_what_is_acknowledged(tmp_path: Path) -> None:
    with History(tmp_path / "history.jsonl") as history:
        waiting = asyncio.create_task(history.after(2, within_s=10))
        for _ in range(2):
            await asyncio.sleep(0)
            history.add(RECORD)
        assert await waiting
        assert not await history.after(1, within_s=0.01)


async def test_recovered_is_who_answers_a_call_made_after_the_fault(tmp_path: Path) -> None:
    with History(tmp_path / "history.jsonl") as history:
        over = time.monotonic_ns()
        history.add(replace(RECORD, started_ns=over - 10, ended_ns=over + 10))
        assert not await history.since(over, within_s=0.01), "asked before it was over"
        history.add(replace(RECORD, started_ns=over + 10, ended_ns=over + 20))
        assert await history.since(over, within_s=0.01)


def test_a_call_may_be_answered_in_four_ways() -> None:
    held = Task(task_id="1-1", lease=Lease(lease_token=9))
    granted = allocation.ReserveResponse(seq=9, tasks=[held])
    listed = allocation.EnsureReservationsResponse(seq=12, tasks=[held])
    empty = allocation.ReserveResponse(
        seq=12, nothing=allocation.Nothing(reason=allocation.NOTHING_REASON_ALL_LEASED)
    )

    assert calls._reserved(granted, 1, 0) == (
        "ok",
        {"asked": 1, "tasks": [["1-1", 9]], "changed": True},
    )
    assert calls._reserved(listed, 1, 1)[1]["changed"] is False
    assert calls._reserved(empty, 200, 0) == (
        "nothing",
        {"asked": 100, "target": 0, "reason": "ALL_LEASED"},
    )
    assert calls._renewed(allocation.RenewResponse(seq=4)) == ("ok", {"changed": False})


def test_a_refusal_claims_what_its_reason_says() -> None:
    about = About(method="Renew", named=(("1-1", 9),))

    assert calls._failed(LeaseLost("1-1", cause="expired"), about) == (
        "LEASE_LOST",
        {"tasks": [["1-1", 9]]},
    )
    assert calls._failed(StoreUnavailable(), about)[0] == "STORE_UNAVAILABLE", "nothing happened"
    assert calls._failed(OutcomeUnknown(), about)[0] == "UNAVAILABLE", "that claims nothing"
