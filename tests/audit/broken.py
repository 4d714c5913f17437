"""A table of logs that break a rule each, for tests that the auditor finds it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.audit.log import Log

Break = Callable[[], Log]


class Broken:
    """The logs of one test module: a check that cannot fail shows nothing."""

    def __init__(self) -> None:
        self._cases: list[tuple[int, str, Break]] = []

    def breaks(self, invariant: int, sentence: str) -> Callable[[Break], Break]:
        """The log violates this invariant, and the auditor says so with these words."""

        def register(make: Break) -> Break:
            self._cases.append((invariant, sentence, make))
            return make

        return register

    def each(self) -> pytest.MarkDecorator:
        """One test a log."""
        names = [make.__name__ for _, _, make in self._cases]
        return pytest.mark.parametrize(("invariant", "sentence", "make"), self._cases, ids=names)


def assert_found(invariant: int, sentence: str, make: Break) -> None:
    violations = make().violations()
    found = [v for v in violations if v.invariant == invariant and sentence in v.sentence]
    assert found, violations
