"""When the rest will be done, how sure that is, and how likely it is too late (SEMANTICS §8).

ETA = remaining weight ÷ rate, the rate being that of the last hour or of the
last 50 finished tasks, whichever is longer. What is not known is how fast the
window's people really are, and what the rest will happen to take. Both are in
the 80 % interval: 1,000 times, blocks of the window are drawn with
replacement, so few that they vary as much as the two together. Blocks, and not
single tasks, because people finish at regular distances, of which the times
between any two finishes say nothing. If everyone's tasks take nearly the same
time, the interval is wider than it need be.

The draws are the same every time: same input, same output.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from random import Random
from typing import Final, NamedTuple

WINDOW_MS: Final = 60 * 60 * 1000
WINDOW_TASKS: Final = 50
LEAST: Final = 20
"""Below so many finished tasks there is no figure."""
RESAMPLES: Final = 1000
_SEED: Final = 1
_BLOCKS: Final = 25
"""As many blocks as that, or a few more, if the window has enough tasks."""
_BLOCKS_LEFT: Final = 5
"""What is left is some blocks, too, else they would say nothing about it."""


class Finished(NamedTuple):
    """Tasks that were finished until then since the last ones: one, or a minute's."""

    at_ms: int
    weight: float = 1
    tasks: int = 1


class Remaining(NamedTuple):
    """What is left to do."""

    tasks: int
    weight: float


class _Block(NamedTuple):
    took_ms: int
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How long the rest takes: on average, and in 80 % of all cases between low and high."""

    takes_ms: int
    draws_ms: tuple[int, ...]
    """What it took in each of the resamples, ascending."""

    @property
    def low_ms(self) -> int:
        return self.draws_ms[len(self.draws_ms) // 10 - 1]

    @property
    def high_ms(self) -> int:
        return self.draws_ms[-(len(self.draws_ms) // 10)]

    def risk(self, left_ms: int) -> float:
        """How likely it takes longer than `left_ms`: 0 to 1."""
        return 1 - bisect_right(self.draws_ms, left_ms) / len(self.draws_ms)


def estimate(finished: Sequence[Finished], remaining: Remaining, *, now_ms: int) -> Estimate | None:
    """From what was finished, in the order of time.

    None: too little was finished to tell, or nothing is left.
    """
    window = _window(finished, now_ms)
    tasks = sum(mark.tasks for mark in window)
    if tasks < LEAST or remaining.tasks <= 0 or window[0].at_ms == now_ms:
        return None
    blocks = _blocks(window, max(1, min(tasks // _BLOCKS, remaining.tasks // _BLOCKS_LEFT)), now_ms)
    if not blocks:
        return None
    pace = sum(block.took_ms for block in blocks) / sum(block.weight for block in blocks)
    paces = sorted(_paces(blocks, pace, left=remaining.tasks * len(blocks) / tasks))
    return Estimate(
        takes_ms=round(remaining.weight * pace),
        draws_ms=tuple(round(remaining.weight * drawn) for drawn in paces),
    )


def _window(finished: Sequence[Finished], now_ms: int) -> Sequence[Finished]:
    """Those of the last hour, or the last 50 if that goes further back."""
    start, tasks = len(finished), 0
    while start and (tasks < WINDOW_TASKS or finished[start - 1].at_ms > now_ms - WINDOW_MS):
        start -= 1
        tasks += finished[start].tasks
    return finished[start:]


def _blocks(window: Sequence[Finished], size: int, now_ms: int) -> list[_Block]:
    """The time from the first mark until now in parts, each with `size` tasks or more."""
    blocks: list[_Block] = []
    start, tasks, weight = window[0].at_ms, 0, 0.0
    for mark in window[1:]:
        tasks, weight = tasks + mark.tasks, weight + mark.weight
        if tasks >= size:
            blocks.append(_Block(mark.at_ms - start, weight))
            start, tasks, weight = mark.at_ms, 0, 0.0
    if blocks:
        last = blocks.pop()
        blocks.append(_Block(last.took_ms + now_ms - start, last.weight + weight))
    return blocks


def _paces(blocks: Sequence[_Block], pace: float, *, left: float) -> Iterator[float]:
    """Milliseconds per weight in each of the resamples; `left`: in blocks, what is left.

    A mean of so many that it varies as the mean of all and what is left together:
    variances add up. What rounding takes or adds is made good by the distance
    from the mean, and so it is where less is left than one block.
    """
    variance = 1 / max(1, len(blocks) - 1) + 1 / left
    size = max(1, round(1 / variance))
    wider = sqrt(size * variance)
    times, weights = zip(*blocks, strict=True)
    for places in _places(len(blocks)):
        some = places[:size]
        drawn = sum(times[at] for at in some) / sum(weights[at] for at in some)
        yield max(0.0, pace + wider * (drawn - pace))


@lru_cache(maxsize=32)
def _places(blocks: int) -> list[list[int]]:
    """Which blocks each resample has; who needs fewer takes the first of them."""
    random = Random(_SEED)
    return [random.choices(range(blocks), k=blocks) for _ in range(RESAMPLES)]
