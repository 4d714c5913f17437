"""Ranges: contiguous parts of a queue's order, each somebody's (L1, L2).

The ranges of a queue are a tuple, in order. No two of them overlap; what none
covers is free. Creating one takes free places only; a split and a merge change
nothing about which places are whose.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from allocator.strategies.wrong import WrongInputError


class WrongRangeError(WrongInputError):
    """Something is wrong with a range that was asked for."""


class Range(NamedTuple):
    """The places `first` to `last` of a queue's order, both included, the first place being 1.

    `number` tells it from all others, for good.
    """

    first: int
    last: int
    person: int
    number: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1


Ranges = tuple[Range, ...]


def create(ranges: Ranges, new: Range, *, places: int) -> Ranges:
    """With one more, in a queue of so many places.

    Raises WrongRangeError, of "first" or "last".
    """
    if not 1 <= new.first <= places:
        raise WrongRangeError("first", f"must be 1 to {places}, a place in the queue's order")
    if not new.first <= new.last <= places:
        raise WrongRangeError("last", f"must be {new.first} to {places}")
    other = _first_ending_from(ranges, new.first)
    if other is not None and other.first <= new.last:
        name = "first" if other.first <= new.first else "last"
        raise WrongRangeError(name, f"must not lie in the range {other.first} to {other.last}")
    more = list(ranges)
    insort(more, new)
    return tuple(more)


def range_at(ranges: Ranges, place: int) -> Range | None:
    """The range that covers a place, if any."""
    found = _first_ending_from(ranges, place)
    return found if found is not None and found.first <= place else None


def split(ranges: Ranges, number: int, *, at: int, new: int) -> Ranges:
    """The places from `at` on become a range of their own with the number `new`; same person.

    Raises WrongRangeError, of "number" or "at".
    """
    place = _place(ranges, number, "number")
    whole = ranges[place]
    if whole.size == 1:
        raise WrongRangeError("number", "must be of a range with more than one place")
    if not whole.first < at <= whole.last:
        right = f"must be {whole.first + 1} to {whole.last}, so that neither part is empty"
        raise WrongRangeError("at", right)
    parts = (whole._replace(last=at - 1), whole._replace(first=at, number=new))
    return (*ranges[:place], *parts, *ranges[place + 1 :])


def merge(ranges: Ranges, number: int, other: int) -> Ranges:
    """Two neighbours of the same person become one, which has the number of the first in order.

    Raises WrongRangeError, of "number" or "other".
    """
    place, next_ = sorted((_place(ranges, number, "number"), _place(ranges, other, "other")))
    one, two = ranges[place], ranges[next_]
    if one.last + 1 != two.first:
        raise WrongRangeError("other", "must begin where the range ends, or end where it begins")
    if one.person != two.person:
        raise WrongRangeError("other", "must be of the same person")
    return (*ranges[:place], one._replace(last=two.last), *ranges[next_ + 1 :])


def heirs(
    ranges: Iterable[tuple[int, int, int]], tasks: Iterable[int], given: Mapping[int, int]
) -> dict[int, int]:
    """Whose each range is to be, by its number, when of somebody's `tasks` some are `given` away.

    A range is its number and the entries at its ends. One of which everything goes
    to one person is theirs; one of which everything goes, to several, is nobody's: 0.
    Of which something stays, or nothing is there to go, is whose it was.
    """
    entries, found = sorted(tasks), {}
    for number, first, last in ranges:
        inside = entries[bisect_left(entries, first) : bisect_right(entries, last)]
        people = {given.get(entry) for entry in inside}
        if people and None not in people:
            [one, *more] = (person for person in people if person is not None)
            found[number] = 0 if more else one
    return found


def _first_ending_from(ranges: Sequence[Range], place: int) -> Range | None:
    """The first that ends at the place or behind it; they are in order by their ends, too."""
    at = bisect_left(ranges, place, key=lambda each: each.last)
    return ranges[at] if at < len(ranges) else None


def _place(ranges: Ranges, number: int, name: str) -> int:
    for place, each in enumerate(ranges):
        if each.number == number:
            return place
    raise WrongRangeError(name, "must be a range of the queue")
