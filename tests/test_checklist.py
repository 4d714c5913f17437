"""The rules of the mark `shows`, and the report."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import checklist

ROOT = Path(__file__).parents[1]
KNOWN = checklist.lines(checklist.CHECKLIST.read_text())
WANTED = {"D": 131, "P": 86, "E": 107, "L": 32}

CASES = """
import pytest
from tests import calls

def call():
    calls.saw()
    return "answer"

async def ask():
    return call()

@pytest.mark.shows("D1")
def test_good():
    answer = call()
    assert answer == "answer"

@pytest.mark.shows("D2")
async def test_good_and_asynchronous():
    found = [await ask() for _ in range(2)]
    assert len(found) == 2

@pytest.mark.shows("D3")
def test_no_call():
    answer = str(1)
    assert answer == "1"

@pytest.mark.shows("D4")
async def test_no_assertion_on_the_answer():
    expected = 1
    answer = await ask()
    assert expected == 1

@pytest.mark.shows("D5")
def test_no_assertion():
    call()

def test_not_marked():
    call()
"""


def _pytest(directory: Path, source: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    file = directory / "test_cases.py"
    file.write_text(source)
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "tests.checklist"),
            *("-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"), *arguments, str(file)),
        ],
        env=os.environ | {"COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def test_every_line_of_the_checklist_is_known() -> None:
    wanted = {f"{kind}{n}" for kind, most in WANTED.items() for n in range(1, most + 1)}
    assert set(KNOWN) == wanted
    assert KNOWN["D71"] == "**remaining items**"


def test_a_marked_test_must_call_and_must_look_at_the_answer(tmp_path: Path) -> None:
    run = _pytest(tmp_path, CASES)

    assert "3 failed, 3 passed" in run.stdout
    assert "test_no_call - Failed: shows lines of the checklist, but made no call" in run.stdout
    for name in ("test_no_assertion", "test_no_assertion_on_the_answer"):
        assert f"{name} - Failed: shows lines of the checklist, but asserts nothing" in run.stdout


def test_the_report_tells_what_is_shown_and_what_is_not(tmp_path: Path) -> None:
    run = _pytest(tmp_path, CASES, "--checklist")

    assert run.returncode == 0, run.stdout + run.stderr
    assert "::test_good\n" in run.stdout
    assert f"shown: 5 of {len(KNOWN)}" in run.stdout
    [missing] = [line for line in run.stdout.splitlines() if line.startswith("not shown: ")]
    assert "D6" in missing.split()
    assert "D5" not in missing.split()
    assert "passed" not in run.stdout


@pytest.mark.parametrize(
    ("mark", "complaint"),
    [
        ('"D1", "D2", "D3", "D4"', "shows 4 lines; must be 1 to 3"),
        ("", "shows 0 lines; must be 1 to 3"),
        ('"D999"', "shows D999, which docs/checklist.md has not"),
    ],
)
def test_wrong_marks_stop_the_run(tmp_path: Path, mark: str, complaint: str) -> None:
    run = _pytest(
        tmp_path, f"import pytest\n@pytest.mark.shows({mark})\ndef test_it():\n    assert 1\n"
    )

    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert complaint in run.stderr + run.stdout


async def _ask(*_: Any) -> list[int]:
    return [1]


async def _refused() -> None:
    with pytest.raises(ValueError, match="x"):
        await _ask()


async def _constant() -> None:
    await _ask()
    assert True


async def _through_a_loop() -> None:
    total = 0
    for each in await _ask():
        total += each
    assert total


def test_answers_are_followed_through_names() -> None:
    assert checklist.asserts_an_answer(_refused)
    assert checklist.asserts_an_answer(_through_a_loop)
    assert not checklist.asserts_an_answer(_constant)
