"""Which lines of docs/checklist.md are shown: the mark, its rules, the report.

A test marked `@pytest.mark.shows("D71")` shows one to three lines through the
public API. It fails if it made no call of the API, or asserts nothing that came
out of one. `pytest --checklist` runs nothing and prints what is shown.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import calls

CHECKLIST = Path(__file__).parents[1] / "docs" / "checklist.md"
MOST = 3
# What checks an answer without an `assert` statement.
CHECKS = {"raises", "refused"}
_ID = re.compile(r"\b[DPEL]\d{1,3}\b")


def lines(text: str) -> dict[str, str]:
    """The capabilities of a checklist: id to what the source says of it."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith(("- ", "**")):
            continue
        starts = [m for m in _ID.finditer(line) if _begins(line, m)]
        ends = [*(m.start() for m in starts[1:]), len(line)]
        for start, end in zip(starts, ends, strict=False):
            found.setdefault(start[0], line[start.end() : end].strip(" .·;—,"))
    return found


def _begins(line: str, match: re.Match[str]) -> bool:
    """Not an end of a range such as P70–P80, nor a mention in brackets."""
    before = line[: match.start()]
    return before[-1:] not in "–…(" and before.count("(") == before.count(")")


def asserts_an_answer(function: Callable[..., Any]) -> bool:
    """Whether the test checks something that a call gave it.

    What is awaited (or in a synchronous test called) is an answer, and so is
    every name that an answer went into.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    source = ast.Await if isinstance(tree, ast.AsyncFunctionDef) else ast.Call
    answers: set[str] = set()
    while True:
        known = len(answers)
        for targets, value in _bindings(tree):
            if _comes_from(value, source, answers):
                answers |= {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        if len(answers) == known:
            break
    return any(_comes_from(check, source, answers) for check in _checks(tree))


def _bindings(tree: ast.AST) -> Iterator[tuple[list[ast.expr], ast.AST]]:
    for node in ast.walk(tree):
        match node:
            case ast.Assign():
                yield node.targets, node.value
            case ast.AnnAssign(value=ast.expr() as value) | ast.NamedExpr(value=value):
                yield [node.target], value
            case ast.AugAssign():
                yield [node.target], node.value
            case ast.For() | ast.AsyncFor() | ast.comprehension():
                yield [node.target], node.iter
            case ast.withitem(optional_vars=ast.expr() as name):
                yield [name], node.context_expr
            case ast.Call(func=ast.Attribute(value=ast.Name() as name, attr="append" | "extend")):
                yield [name], node


def _comes_from(value: ast.AST, source: type[ast.AST], answers: set[str]) -> bool:
    return any(
        isinstance(node, source | ast.AsyncFor)
        or (isinstance(node, ast.comprehension) and node.is_async)
        or (isinstance(node, ast.Name) and node.id in answers)
        for node in ast.walk(value)
    )


def _checks(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            yield node.test
        elif isinstance(node, ast.With | ast.AsyncWith):
            if any(_name(item.context_expr) in CHECKS for item in node.items):
                yield from node.body
        elif isinstance(node, ast.Await) and _name(node.value) in CHECKS:
            yield node


def _name(call: ast.AST) -> str:
    if not isinstance(call, ast.Call):
        return ""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def mistakes(item: pytest.Item, known: dict[str, str]) -> list[str]:
    """What is wrong with the marks of one test."""
    found = []
    marks = list(item.iter_markers("shows"))
    ids = [each for mark in marks for each in mark.args]
    if marks and not 1 <= len(ids) <= MOST:
        found.append(f"shows {len(ids)} lines; must be 1 to {MOST}")
    found += [f"shows {each}, which docs/checklist.md has not" for each in ids if each not in known]
    return [f"{item.nodeid}: {each}" for each in found]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--checklist", action="store_true", help="Run nothing; print which lines are shown."
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    known = lines(CHECKLIST.read_text())
    found = [each for item in items for each in mistakes(item, known)]
    if found:
        raise pytest.UsageError(*found)


@pytest.hookimpl(hookwrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    before = calls.made()
    outcome: Any = yield
    if outcome.excinfo or not any(pyfuncitem.iter_markers("shows")):
        return
    if calls.made() == before:
        pytest.fail("shows lines of the checklist, but made no call of the API")
    if not asserts_an_answer(pyfuncitem.function):
        pytest.fail("shows lines of the checklist, but asserts nothing of an answer")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> object:
    """Instead of running: the report."""
    if not session.config.option.checklist:
        return None
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    reporter.ensure_newline()
    for line in report(lines(CHECKLIST.read_text()), _shown(session.items)):
        reporter.write_line(line)
    return True


def _shown(items: list[pytest.Item]) -> dict[str, list[str]]:
    """Ids to the tests that show them, parameters left out."""
    found: dict[str, list[str]] = defaultdict(list)
    for item in items:
        name = item.nodeid.partition("[")[0]
        for mark in item.iter_markers("shows"):
            for each in mark.args:
                if name not in found[each]:
                    found[each].append(name)
    return found


def report(known: dict[str, str], shown: dict[str, list[str]]) -> Iterator[str]:
    """One line for each line of the checklist, and how many are shown."""
    for each, words in known.items():
        first, *more = shown.get(each) or ["not shown"]
        also = f" and {len(more)} more" if more else ""
        yield f"{each:5} {words[:60]:60}  {first}{also}"
    missing = [each for each in known if each not in shown]
    yield f"shown: {len(known) - len(missing)} of {len(known)}"
    yield "not shown: " + " ".join(missing)
