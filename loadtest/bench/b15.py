"""B15: reviews inside Redis: µs of a Reserve of them, and of a decision about 200 units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from loadtest.bench.bare import BOTH_ROLES, Server, server
from loadtest.bench.bare_reviews import Reviews
from loadtest.bench.ground import NotSound
from loadtest.bench.results import Figure
from loadtest.bench.windows import CALLERS, FEW, Case, forget, mean, p99, ratio, turns, window

MEASURES: Final = (
    "µs of Redis per ReserveReviews of one review, full path (header, event, chain, ring), and per"
    " Decide about all 200 units of one: mean of `INFO commandstats`, p99 of `INFO latencystats`,"
    " statistics reset before, only these calls running, 64 callers"
)
AUTHORS: Final = 1_000
UNITS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    waiting: int
    authors: int
    repeats: int
    windows: int
    calls: int
    """In a window: at most half of FEW, so that few stay few."""
    decisions: int

    @property
    def measured(self) -> int:
        """Calls of one case, the warm-up included."""
        return (self.repeats + 1) * self.windows * self.calls


FULL: Final = Size(waiting=200_000, authors=AUTHORS, repeats=5, windows=2, calls=500, decisions=500)
SHORT: Final = Size(waiting=2_000, authors=20, repeats=1, windows=1, calls=100, decisions=20)


async def run(*, short: bool) -> Sequence[Figure]:
    """Measure on one Valkey; every grant is checked for order, the smallest project audited."""
    size = SHORT if short else FULL
    async with server() as bare:
        few, many, own = cases = [await make(bare, size) for make in (_few, _many, _own)]
        ratios = []
        for number in range(-1, size.repeats):  # the first one warms up
            means = await turns(bare.redis, cases, number, windows=size.windows, calls=size.calls)
            if number < 0:
                forget(*cases)
            else:
                ratios.append(means[1] / means[0])
        decided = await _decided(bare, size)
        await few.project.audit(bare.redis)
    return (
        ratio(few, many, ratios),
        mean(own, 150),
        *map(p99, (few, many, own)),
        *decided,
    )


async def _few(bare: Server, size: Size) -> Case:
    reviews = await _reviewed(bare, authors=min(10, size.authors), waiting=FEW)
    return _case(f"{FEW:,} waiting", reviews, reviews.people[:CALLERS])


async def _many(bare: Server, size: Size) -> Case:
    """As many by each of the authors; who asks is none of them."""
    reviews = await _reviewed(bare, authors=size.authors, waiting=size.waiting, logged=False)
    name = f"{size.waiting:,} waiting, of {size.authors:,} authors"
    return _case(name, reviews, reviews.people[:CALLERS])


async def _own(bare: Server, size: Size) -> Case:
    """The author of all of them asks; behind comes what others have made, whom they may review."""
    reviews = await _reviewed(bare, authors=1, waiting=size.waiting, logged=False)
    asks = reviews.authors[0]
    reviews.authors = reviews.people[:CALLERS]
    await reviews.wait(size.measured)
    name = f"{size.waiting:,} of one's own ahead"
    return _case(name, reviews, [asks] * CALLERS, first=size.waiting + 1)


def _case(name: str, reviews: Reviews, people: Sequence[int], first: int = 1) -> Case:
    return Case(
        name=name,
        project=reviews.project,
        people=people,
        first=first,
        take=reviews.take,
        more=reviews.wait,
    )


async def _reviewed(
    bare: Server, *, authors: int, waiting: int, logged: bool = True, units: int = 1
) -> Reviews:
    """A project in which that many reviews wait, CALLERS people besides the authors."""
    project = await bare.project(slots=1, people=CALLERS + authors, roles=BOTH_ROLES, logged=logged)
    reviews = Reviews(project, project.people[CALLERS:], units)
    await reviews.open()
    await reviews.wait(waiting)
    return reviews


async def _decided(bare: Server, size: Size) -> Sequence[Figure]:
    """Decide about all units of reviews, each in one call, in windows of their own."""
    reviews = await _reviewed(bare, authors=10, waiting=0, units=UNITS)
    case = _case(f"{UNITS} units decided about", reviews, reviews.people[:CALLERS])
    case.take = reviews.decide
    for number in range(-1, size.repeats):
        if number == 0:
            forget(case)
        await reviews.wait(size.decisions)
        await reviews.hand_out(case.people, size.decisions)
        mean_us, slow = await window(bare.redis, case, size.decisions)
        case.means.append(mean_us)
        case.p99s.append(slow)
    if reviews.left:
        raise NotSound(f"{reviews.left} reviews were not finished by one call")
    await reviews.project.audit(bare.redis)
    return mean(case, 1_000), p99(case, 5_000)
