"""`dibs import` as a process that dies: what it began is gone on with, exactly."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dibs.v1 import dataset_pb2 as pb
from tests import calls
from tests.api import fleet
from tests.api.world import World
from tests.conftest import ON_ONE_KIND

pytestmark = ON_ONE_KIND

ITEMS = 12_000
# Every 500th is there before, every 700th comes twice: errors on known lines.
BEFORE = [f"item-{n:05}" for n in range(0, ITEMS, 500)]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("manifest") / "many.jsonl"
    with file.open("w") as out:
        for n in range(ITEMS):
            name = f"item-{n if n % 700 else n // 2:05}"
            row = {"external_id": name, "weight": 1 + n % 3, "attributes": {"k": "é" * (n % 9)}}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return file


class Import:
    """The command, with a service and a project to import to."""

    def __init__(self, world: World, port: int, file: Path) -> None:
        self._world = world
        self._port = port
        self.file = file

    @property
    def journal(self) -> Path:
        return self.file.with_name(f".{self.file.name}.{self._world.project}.d.import")

    async def begin(self, *options: str) -> asyncio.subprocess.Process:
        calls.saw()
        where = ("--project", self._world.project, "--queue", "q", "--dataset", "d")
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "allocator.cli", "import", str(self.file), *where),
            *("--actor", "ada", "--json", *options),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=os.environ | {"DIBS_TARGET": f"127.0.0.1:{self._port}"},
        )

    async def run(self, *options: str) -> dict[str, Any]:
        process = await self.begin(*options)
        out, err = await process.communicate()
        told: dict[str, Any] = json.loads(out if process.returncode == 0 else err)
        return told

    async def killed_at(self, size: int) -> None:
        """Begin, and kill it once its journal is that long (or when it is done)."""
        process = await self.begin()
        while process.returncode is None and self._written() < size:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.communicate()

    def _written(self) -> int:
        return self.journal.stat().st_size if self.journal.exists() else 0


async def _all_items(world: World) -> list[pb.Item]:
    found: list[pb.Item] = []
    token = ""
    while True:
        page = await world.stubs.datasets.ListItems(
            pb.ListItemsRequest(**world.where(), dataset_id="d", page_size=1000, page_token=token)
        )
        found += page.items
        token = page.next_page_token
        if not token:
            return found


async def _prepared(world: World, workers: fleet.Fleet, file: Path) -> Import:
    world.stubs = type(world.stubs)(fleet.Watched(lambda: workers.channel))
    await world.dataset("d", BEFORE)
    return Import(world, workers.port, file)


def _comparable(told: dict[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in ("dataset", "queue", "added", "not_added", "line_errors")}


async def test_an_import_that_was_killed_anywhere_ends_like_one_that_ran_through(
    world: World, workers: fleet.Fleet, manifest: Path, request: pytest.FixtureRequest
) -> None:
    whole = await _prepared(world, workers, manifest)
    through = await whole.run()
    expected = await _all_items(world)
    fate = random.Random(request.node.nodeid)

    other = await World.make(world.stubs)
    again = await _prepared(other, workers, manifest)
    deaths = 0
    for size in sorted(fate.sample(range(1, 1500), 3)):
        await again.killed_at(size)
        deaths += again.journal.exists()
        if again.journal.exists():  # as if the kill had come while a line was written
            data = again.journal.read_bytes()
            cut = fate.randrange(data.index(b"\n") + 1, len(data) + 1)
            again.journal.write_bytes(data[:cut])
    resumed = await again.run()

    assert deaths > 0
    assert through["added"] + through["not_added"] == ITEMS
    assert through["line_errors"][0].startswith("line 1: ")
    assert through["line_errors"][1].startswith("line 501: ")
    assert _comparable(resumed) == _comparable(through)
    assert await _all_items(other) == expected
    assert not again.journal.exists()


def _changed(file: Path) -> None:
    with file.open("ab") as out:
        out.write(b'{"external_id": "one-more"}\n')


@pytest.mark.parametrize(
    ("change", "options", "field"),
    [
        (_changed, (), "file"),
        (lambda _: None, ("--actor", "bob"), "actor"),
        (lambda _: None, ("--format", "csv"), "format"),
    ],
)
async def test_an_import_goes_on_with_nothing_else_than_it_began_with(
    world: World,
    workers: fleet.Fleet,
    manifest: Path,
    tmp_path: Path,
    change: Callable[[Path], None],
    options: tuple[str, ...],
    field: str,
) -> None:
    file = tmp_path / manifest.name
    file.write_bytes(manifest.read_bytes())
    begun = await _prepared(world, workers, file)
    await begun.killed_at(1)
    assert begun.journal.exists()
    change(file)
    before = await _all_items(world)
    told = await begun.run(*options)

    assert told["error"]["reason"] == "INVALID_ARGUMENT"
    assert told["error"]["field"] == field
    assert "--restart" in told["error"]["sentence"]
    assert await _all_items(world) == before


async def test_an_import_may_be_forgotten_and_begun_anew(
    world: World, workers: fleet.Fleet, manifest: Path, tmp_path: Path
) -> None:
    file = tmp_path / manifest.name
    file.write_bytes(manifest.read_bytes())
    begun = await _prepared(world, workers, file)
    await begun.killed_at(300)
    _changed(file)
    listed = tmp_path / "errors"
    told = await begun.run("--restart", "--errors", str(listed))

    assert told["resumed_after"] == 0
    assert len(await _all_items(world)) >= told["added"]
    assert len(listed.read_text().splitlines()) == told["not_added"]


async def test_what_another_service_took_in_is_not_gone_on_with(
    world: World, workers: fleet.Fleet, manifest: Path, tmp_path: Path
) -> None:
    file = tmp_path / manifest.name
    file.write_bytes(manifest.read_bytes())
    begun = await _prepared(world, workers, file)
    await begun.killed_at(300)
    elsewhere = await World.make(world.stubs)
    moved = Import(elsewhere, workers.port, file)
    begun.journal.rename(moved.journal)
    told = await moved.run()

    assert told["error"]["field"] == "target"
    assert "must be the service that took in" in told["error"]["sentence"]
