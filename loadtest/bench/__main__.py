"""`python -m loadtest.bench [--only B1,B6] [--short]`.

Writes RESULTS.md and RESULTS.json; with --only the figures of other benches
stay. Exit code 1 if a figure could not be taken, 0 whether or not it is met.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import pkgutil
import platform
import re
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import uvloop

import loadtest.bench
from allocator import logs
from loadtest.bench import results
from loadtest.bench.results import Bench, Figure, Machine, Section

HERE = Path(__file__).resolve().parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for, and return the exit code."""
    parser = argparse.ArgumentParser(prog="loadtest.bench", description=__doc__)
    parser.add_argument("--only", default="", help="ids, with commas between: B1,B6")
    parser.add_argument("--short", action="store_true", help="seconds each; writes no results")
    parser.add_argument("--into", type=Path, default=None, help=f"where results go ({HERE})")
    given = parser.parse_args(arguments)
    logs.configure("error")
    ids = chosen(given.only)
    sections = uvloop.run(_until_stopped(measured(ids, short=given.short)))
    into = given.into or (None if given.short else HERE)
    if into is not None:
        results.write(into, results.merged(into, sections))
    return 0 if all(section.sound for section in sections) else 1


def chosen(only: str) -> list[str]:
    """The ids asked for, or all that there are; raises SystemExit for one there is not."""
    names = (module.name for module in pkgutil.iter_modules(loadtest.bench.__path__))
    known = sorted((name.upper() for name in names if re.fullmatch(r"b\d+", name)), key=_number)
    wanted = [one.strip().upper() for one in only.split(",") if one.strip()]
    unknown = [one for one in wanted if one not in known]
    if unknown:
        raise SystemExit(f"no bench {', '.join(unknown)}; there are {', '.join(known)}")
    return wanted or known


async def measured(ids: Sequence[str], *, short: bool) -> list[Section]:
    """The benches, one after the other; one that breaks has no figure and stops no other."""
    sections = []
    for id_ in ids:
        bench = cast(Bench, importlib.import_module(f"loadtest.bench.{id_.lower()}"))
        _say(f"{id_}: {bench.MEASURES}")
        started = time.monotonic()
        try:
            figures = tuple(await bench.run(short=short))
        except Exception as error:  # the others still count
            traceback.print_exc()
            figures = (broken(error),)
        section = Section(
            id=id_,
            measures=bench.MEASURES,
            figures=figures,
            machine=machine(),
            commit=await asyncio.to_thread(commit),
            date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            seconds=time.monotonic() - started,
            short=short,
        )
        _say(results.markdown([section]).split("|---|---|---|---|---|\n")[1])
        sections.append(section)
    return sections


async def _until_stopped(work: Coroutine[Any, Any, list[Section]]) -> list[Section]:
    """SIGTERM is as Ctrl-C: what was started is stopped, and its files go."""
    task = asyncio.ensure_future(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def broken(error: Exception) -> Figure:
    """In place of the figures of a bench that broke."""
    return Figure(name="all", unit="", found=None, void=f"{type(error).__name__}: {error}")


def machine() -> Machine:
    """What we run on."""
    info = Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*: (.*)$", info, re.MULTILINE)
    return Machine(
        cpu=found[1] if found else platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        kernel=platform.release(),
    )


def commit() -> str:
    """The commit that is measured, with a + if files differ from it."""

    def git(*words: str) -> str:
        command = ["git", "-C", str(HERE), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ":!RESULTS.*")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+" if changed else "")


def _number(id_: str) -> int:
    return int(id_[1:])


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
