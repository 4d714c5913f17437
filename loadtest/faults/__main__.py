"""`python -m loadtest.faults --duration 60 [--seed N]`; exit code 1 unless all held."""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

import uvloop

from allocator import logs
from loadtest.faults.run import Plan, run
from loadtest.faults.verdict import LEAST_A_MINUTE


def main() -> int:
    """Run, and return the exit code."""
    parser = argparse.ArgumentParser(prog="loadtest.faults", description=__doc__)
    parser.add_argument("--duration", type=float, default=60.0, help="seconds of load and faults")
    parser.add_argument("--seed", type=int, default=None, help="the same faults in the same order")
    parser.add_argument("--redis", choices=("valkey", "redis7"), default="valkey")
    parser.add_argument(
        "--least", type=int, default=LEAST_A_MINUTE, help="changes a minute, or it shows too little"
    )
    parser.add_argument("--keep", type=Path, default=None, help="leave logs and histories here")
    given = parser.parse_args()
    seed = random.randrange(1_000_000) if given.seed is None else given.seed
    logs.configure("error")
    plan = Plan(
        duration_s=given.duration,
        seed=seed,
        server=given.redis,
        least=given.least,
        keep=given.keep,
        say=_say,
    )
    return uvloop.run(run(plan)).code


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
