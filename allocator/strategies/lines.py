"""Who is next in line, where waiting never brings anybody forward."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from heapq import heapify, heappop, heappush, heapreplace


class Line:
    """Places by a number that only grows for each of them, looked up again at the head."""

    def __init__(self, places: Iterable[int], number: Callable[[int], int]) -> None:
        self._number = number
        self._heap = [(number(place), place) for place in places]
        heapify(self._heap)

    def add(self, place: int) -> None:
        heappush(self._heap, (self._number(place), place))

    def head(self) -> tuple[int, int] | None:
        """The smallest number, and whose it is."""
        while self._heap:
            told, place = self._heap[0]
            number = self._number(place)
            if number == told:
                return told, place
            heapreplace(self._heap, (number, place))
        return None

    def pop(self) -> int:
        return heappop(self._heap)[1]

    def first(self, without: Set[int]) -> tuple[int, int] | None:
        """The head of those who are not in `without`."""
        aside = []
        while (head := self.head()) and head[1] in without:
            aside.append(self.pop())
        for place in aside:
            self.add(place)
        return head
