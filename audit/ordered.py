"""A sorted set of integers on plain lists.

The auditor may not use the index that it audits (no G, no T, no rank-gap),
but it may walk a sorted list. Blocks keep an insertion from moving the whole.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

BLOCK = 1_000


class Ordered:
    """A set of integers that is walked in ascending order."""

    def __init__(self, values: Iterable[int] = ()) -> None:
        self._blocks: list[list[int]] = []
        self._lasts: list[int] = []
        self._size = 0
        for value in values:
            self.add(value)

    def add(self, value: int) -> None:
        """Puts `value` into its place, if it is not there."""
        if not self._blocks:
            self._blocks, self._lasts = [[]], [value]
        at = min(bisect_left(self._lasts, value), len(self._blocks) - 1)
        block = self._blocks[at]
        place = bisect_left(block, value)
        if place < len(block) and block[place] == value:
            return
        insort(block, value)
        self._lasts[at] = block[-1]
        self._size += 1
        if len(block) > 2 * BLOCK:
            self._split(at)

    def discard(self, value: int) -> None:
        """Takes `value` out, if it is there."""
        at, place = self._find(value)
        if at < 0:
            return
        block = self._blocks[at]
        del block[place]
        self._size -= 1
        if block:
            self._lasts[at] = block[-1]
        else:
            del self._blocks[at], self._lasts[at]

    def first(self) -> int | None:
        """The smallest, or None."""
        return self._blocks[0][0] if self._blocks else None

    def __contains__(self, value: int) -> bool:
        return self._find(value)[0] >= 0

    def __iter__(self) -> Iterator[int]:
        for block in self._blocks:
            yield from block

    def __len__(self) -> int:
        return self._size

    def _find(self, value: int) -> tuple[int, int]:
        at = bisect_left(self._lasts, value)
        if at < len(self._blocks):
            block = self._blocks[at]
            place = bisect_left(block, value)
            if place < len(block) and block[place] == value:
                return at, place
        return -1, -1

    def _split(self, at: int) -> None:
        block = self._blocks[at]
        head, tail = block[:BLOCK], block[BLOCK:]
        self._blocks[at : at + 1] = [head, tail]
        self._lasts[at : at + 1] = [head[-1], tail[-1]]
