"""The schedule of faults: from the seed alone, and every kind in its turn."""

import random
from itertools import islice

from loadtest.faults.driver import Driver, Struck, _apart_from
from loadtest.faults.kinds import EXTRAS, KINDS


def driver(seed: int, rounds: int = 1) -> Driver:
    return Driver(ground=None, rng=random.Random(seed), rounds=rounds, say=print)  # type: ignore[arg-type]


def test_the_same_seed_gives_the_same_faults() -> None:
    one, other = (list(islice(driver(7)._schedule(), 50)) for _ in range(2))
    assert one == other
    assert one != list(islice(driver(8)._schedule(), 50))


def test_every_kind_strikes_once_a_round() -> None:
    first = list(islice(driver(7)._schedule(), len(KINDS)))
    assert sorted(kinds[0] for kinds in first) == sorted(KINDS)


def test_what_is_owed_comes_before_anything_else() -> None:
    sparse = driver(3)
    kinds = {kind for some in islice(sparse._schedule(), 200) for kind in some}
    assert not kinds & EXTRAS.keys(), "nothing has struck yet"
    sparse.struck = [Struck(kind=kind, at_s=0, under_load=True, took_s=0) for kind in KINDS]
    assert sparse.owed() == []
    kinds = {kind for some in islice(sparse._schedule(), 200) for kind in some}
    assert kinds == KINDS.keys() | EXTRAS.keys()


def test_two_that_strike_together_strike_different_servers() -> None:
    assert "postgres killed" not in _apart_from("backend killed")
    assert not [kind for kind in _apart_from("redis paused") if kind.startswith("redis")]
