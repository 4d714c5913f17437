"""Levelling: tasks go to whoever has least to do, like water to the lowest place (SEMANTICS §4).

The heaviest tasks go first, and among equals those which the fewest people may
do. If all weigh the same, the loads come out as level as skills allow: a task
still moves on as long as it, or a chain of such moves, makes a gap smaller. If
they do not, and everybody may do everything, nobody is more than the largest
task above another who could have had it. Every decision is made in whole
numbers; 100,000 tasks over 250 people take less than one second.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

from allocator.strategies.amounts import Amount, scale_of, whole
from allocator.strategies.distribution import Addition
from allocator.strategies.lines import Line


def level(
    loads: Mapping[int, Amount], additions: Sequence[Addition], *, weighted: bool = False
) -> tuple[int | None, ...]:
    """Who gets each addition, so that the loads are level afterwards; None: nobody may do it.

    `loads` is what each has to do before, in listing order, in tasks or weights.
    The slots of one item go to different people.
    """
    vessels = _Vessels(loads, additions, weighted=weighted)
    vessels.fill()
    if len(set(vessels.weights)) == 1:
        _Currents(vessels).run()
    return tuple(None if at is None else vessels.people[at] for at in vessels.where)


class _Vessels:
    """Who has how much, and where each addition is, by place in the list of people."""

    def __init__(
        self, loads: Mapping[int, Amount], additions: Sequence[Addition], *, weighted: bool
    ) -> None:
        scale = scale_of(loads.values(), (a.weight for a in additions) if weighted else ())
        self.people = tuple(loads)
        self.loads = [whole(scale, load) for load in loads.values()]
        self.additions = additions
        self.weights = [whole(scale, a.weight if weighted else 1) for a in additions]
        self.where: list[int | None] = [None] * len(additions)
        self._place = {person: place for place, person in enumerate(self.people)}
        self.able = cache(self._able)

    def _able(self, may: frozenset[int] | None) -> frozenset[int]:
        if may is None:
            return frozenset(self._place.values())
        return frozenset(self._place[person] for person in may if person in self._place)

    def fill(self) -> None:
        """Put every addition where it is lowest."""
        line_of = cache(lambda may: Line(self.able(may), self.loads.__getitem__))
        had: dict[int, set[int]] = {}
        for number in sorted(range(len(self.additions)), key=self._turn):
            addition = self.additions[number]
            others = had.setdefault(addition.entry, set())
            without = self.able(addition.without).union(others)
            lowest = line_of(addition.may).first(without)
            if lowest is not None:
                others.add(lowest[1])
                self.where[number] = lowest[1]
                self.loads[lowest[1]] += self.weights[number]

    def _turn(self, number: int) -> tuple[int, int]:
        addition = self.additions[number]
        return -self.weights[number], len(self.able(addition.may)) - len(addition.without)


class _Currents:
    """Moves additions of one weight on, from the fullest along whoever may do them."""

    def __init__(self, vessels: _Vessels) -> None:
        self._vessels, self._loads = vessels, vessels.loads
        self._weight = vessels.weights[0]
        self._held: list[dict[frozenset[int], list[int]]] = [{} for _ in vessels.people]
        slots = Counter(addition.entry for addition in vessels.additions)
        for number, place in enumerate(vessels.where):
            addition = vessels.additions[number]
            if place is not None and slots[addition.entry] == 1:
                able = self._who(addition)
                self._held[place].setdefault(able, []).append(number)

    def _who(self, addition: Addition) -> frozenset[int]:
        able = self._vessels.able
        return (
            able(addition.may) - able(addition.without) if addition.without else able(addition.may)
        )

    def run(self) -> None:
        """Until no chain of moves makes a gap smaller."""
        moved = True
        while moved:
            moved = False
            for source in sorted(range(len(self._loads)), key=lambda at: -self._loads[at]):
                while chain := self._chain(source):
                    self._move(chain)
                    moved = True

    def _chain(self, source: int) -> list[int] | None:
        """From `source` to somebody who has so much less that it pays."""
        enough = self._loads[source] - self._weight
        if min(self._loads) >= enough:
            return None
        came: dict[int, int] = {source: source}
        ahead = deque([source])
        while ahead:
            at = ahead.popleft()
            if self._loads[at] < enough:
                return self._back(came, at)
            for able in self._held[at]:
                for place in sorted(able - came.keys()):
                    came[place] = at
                    ahead.append(place)
        return None

    @staticmethod
    def _back(came: Mapping[int, int], at: int) -> list[int]:
        chain = [at]
        while came[chain[-1]] != chain[-1]:
            chain.append(came[chain[-1]])
        return chain[::-1]

    def _move(self, chain: Sequence[int]) -> None:
        """As many as halve the gap, if all along the chain have so many."""
        source, end = chain[0], chain[-1]
        most = max(1, (self._loads[source] - self._loads[end]) // (2 * self._weight))
        steps = [
            (giver, taker, self._fitting(giver, taker, most)) for giver, taker in pairwise(chain)
        ]
        size = min(most, *(len(kinds) for _, _, kinds in steps))
        for giver, taker, kinds in reversed(steps):
            for able in kinds[:size]:
                self._hand_over(giver, taker, able)
        self._loads[source] -= size * self._weight
        self._loads[end] += size * self._weight

    def _fitting(self, giver: int, taker: int, most: int) -> list[frozenset[int]]:
        """Of up to `most` that `giver` has and `taker` may do: who may do each."""
        kinds: list[frozenset[int]] = []
        for able, numbers in self._held[giver].items():
            if taker in able:
                kinds += [able] * min(most, len(numbers))
        return kinds[:most]

    def _hand_over(self, giver: int, taker: int, able: frozenset[int]) -> None:
        """The latest of a kind."""
        held = self._held[giver]
        number = held[able].pop()
        if not held[able]:
            del held[able]
        self._held[taker].setdefault(able, []).append(number)
        self._vessels.where[number] = taker
