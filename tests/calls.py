"""How many calls of the API this process has seen so far, from either end.

Three places see them: a worker in this process, the channel of the tests' raw
stubs (whatever process serves it), and a command that was run as a process.
Only whether the number rose is of interest, so one call may count twice.
"""

from __future__ import annotations

from allocator import metrics

_seen = 0


def saw() -> None:
    """Count a call that no worker in this process may have seen."""
    global _seen  # noqa: PLW0603
    _seen += 1


def made() -> int:
    """Calls so far."""
    served = sum(
        int(sample.value)
        for metric in metrics.RPC_SECONDS.collect()
        for sample in metric.samples
        if sample.name.endswith("_count")
    )
    return served + _seen
