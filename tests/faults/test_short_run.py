"""Twenty seconds of `make faults`: every kind at least once, and nothing is lost."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

DURATION_S = 20
# Changes a minute: other tests run beside it, and how fast this is does not matter here.
LEAST = 1_000
LAST_LINE = re.compile(r"faults: (\d+) injected, (\d+) acknowledged, 0 violations")


@pytest.mark.timeout(300)
async def test_twenty_seconds_of_faults_lose_nothing(tmp_path: Path) -> None:
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "loadtest.faults"),
        *("--duration", str(DURATION_S), "--least", str(LEAST), "--keep", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await run.communicate()
    finally:
        if run.returncode is None:
            run.kill()
    text = said.decode()
    assert run.returncode == 0, text
    last = LAST_LINE.fullmatch(text.splitlines()[-1])
    assert last is not None, text
    assert int(last[1]) >= 8
