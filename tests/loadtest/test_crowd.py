"""The swarm: its shapes, its figures, and ten seconds of it."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from loadtest.crowd import figures
from loadtest.crowd.shapes import SHAPES, users_at

ROOT = Path(__file__).parents[2]


def _curve(shape: str) -> list[int]:
    found = (users_at(shape, second, most=300, duration_s=60) for second in range(60))
    return [users for users in found if users is not None]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_lasts_as_long_as_it_should_and_never_has_too_many(shape: str) -> None:
    curve = _curve(shape)

    assert len(curve) == 60
    assert max(curve) == 300
    assert min(curve) >= 1
    assert users_at(shape, 60, most=300, duration_s=60) is None


def test_shapes_are_what_their_names_say() -> None:
    steady, shift, drain = (_curve(name) for name in ("steady", "shift-start", "drain"))

    assert set(steady[10:]) == {300}
    jumps = [after - before for before, after in pairwise(shift)]
    assert sorted(jumps)[-3:] == [270, 270, 270]
    assert drain[25:] == sorted(drain[25:], reverse=True)
    assert drain[-1] < 20


def test_percentiles_are_times_that_were_measured() -> None:
    times = {1.0: 90, 5.0: 9, 70.0: 1}

    assert figures.percentile(times, 0.5) == 1
    assert figures.percentile(times, 0.95) == 5
    assert figures.percentile(times, 0.999) == 70
    assert figures.percentile({}, 0.5) == 0


def test_ten_seconds_of_the_swarm_end_with_a_clean_audit() -> None:
    run = subprocess.run(
        [
            *(sys.executable, "-m", "loadtest.crowd", "--users", "60", "--duration", "10"),
            *("--think", "0.3", "--shape", "shift-start", "--json"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    told = json.loads(run.stdout)
    answered = {line["rpc"]: line["calls"] for line in told["calls"] if line["answer"] == "OK"}

    assert told["violations"] == 0
    assert {"Reserve", "Start", "Submit", "Release", "Skip"} <= set(answered)
    assert answered["Submit"] > 50
    assert sum(line["failed"] for line in told["calls"]) == 0
