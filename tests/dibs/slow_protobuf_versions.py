"""The client installs and works with protobuf 5, 6 and 7.

Each version gets a throw-away environment, into which the package is installed
as a user would. Not part of the default run, because it installs packages: `make versions`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).parent / "uv"
PACKAGES = ("allocator", "audit", "dibs", "loadtest", "reviewqueue", "store")

PROGRAM = """
import asyncio, sys, dibs, google.protobuf
from dibs import errors

def import_and_work(client):
    result = client.import_items("d", ["a", {"external_id": "b", "attributes": {"k": "v"}}])
    assert result.added == 2, result
    with client.work("digits", wait=False) as tasks:
        for task in tasks:
            task.submit()

async def main(target):
    async with dibs.AsyncClient(target, project="demo", actor="ann") as client:
        answer = await client.reserve("digits", count=2)
        assert [t.task_id for t in answer.tasks] == ["1-1", "2-1"], answer
        try:
            await client.submit("1-1", 999)
        except errors.LeaseLost as error:
            assert error.holder == "bob"

asyncio.run(main(sys.argv[1]))
with dibs.Client(sys.argv[1], project="demo", actor="ann") as client:
    import_and_work(client)
for name in dibs.__all__:
    getattr(dibs, name)
print(google.protobuf.__version__)
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, so that the build leaves nothing in the checkout."""
    copy = tmp_path_factory.mktemp("source")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "data")
        )
    return copy


@pytest.mark.timeout(600)
@pytest.mark.parametrize("major", [5, 6, 7])
def test_the_client_works_with_protobuf(major, source, tmp_path, target, server):
    environment = tmp_path / "venv"
    env = {**os.environ, "VIRTUAL_ENV": str(environment), "PYTHONPATH": ""}
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, environment], check=True)
    wanted = f"protobuf>={major},<{major + 1}"
    subprocess.run([UV, "pip", "install", "--quiet", source, wanted], check=True, env=env)
    ran = subprocess.run(
        [environment / "bin" / "python", "-W", "error::UserWarning", "-c", PROGRAM, target],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(f"{major}.")
    assert server.done == [f"{n}-1" for n in range(3, 11)]
