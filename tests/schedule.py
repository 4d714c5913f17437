"""Who runs what in `make test`: whole modules, those first that take longest.

xdist hands out work as it is done: whatever takes long and begins late is waited for by everybody.
What a module does on the old kind of Redis has servers of its own: it may run beside the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pytest
from xdist.scheduler import LoadScopeScheduling

LONGEST: Final = (
    *("api/test_anything.py", "faults/test_planted_bugs.py", "loadtest/test_bench.py"),
    *("faults/test_short_run.py", "store/test_kernel.py", "store/test_embedded.py"),
    *("api/test_bulk_kills.py", "loadtest/test_crowd.py", "api/test_watching_kills.py"),
    *("api/test_serve.py", "api/test_delayed_tasks.py", "store/test_presence.py"),
    *("store/test_replay.py", "api/test_importing.py", "api/test_outages.py"),
)
OLD_KIND: Final = "redis7"


class Modules(LoadScopeScheduling):
    """Modules in the order of the collection; those on two kinds of Redis are two each."""

    def _split_scope(self, nodeid: str) -> str:
        module, _, test = nodeid.partition("::")
        return f"{module} {OLD_KIND}" if OLD_KIND in test.partition("[")[2] else module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Modules:
    config.option.loadscopereorder = False
    return Modules(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest first; the rest stays as it is."""
    items.sort(key=lambda item: _place(item.nodeid, LONGEST))


def _place(nodeid: str, first: Sequence[str]) -> int:
    places = (at for at, name in enumerate(first) if nodeid.startswith(f"tests/{name}::"))
    return next(places, len(first))
