"""Workers are forks of a process that has imported everything; whoever dies, nobody is left."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from pydantic import SecretStr

from allocator.lifeline import Order, Pulse
from allocator.nursery import Nursery
from allocator.settings import Settings

# Nobody listens there: these workers wait for their stores.
ORDER = Order(
    settings=Settings(
        redis_url=SecretStr("redis://127.0.0.1:1/0"),
        postgres_dsn=SecretStr("postgresql://nobody@127.0.0.1:1/none"),
        log_level="critical",
    )
)
PATIENCE_S = 30


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    with Nursery() as made:
        yield made


def _first(pulses: Connection) -> Pulse:
    assert pulses.poll(PATIENCE_S)
    pulse: Pulse = pulses.recv()
    return pulse


def _end(pulses: Connection) -> None:
    """Returns when nobody can send any more."""
    with pytest.raises(EOFError):
        _first(pulses)


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_worker_is_a_fork_of_a_process_that_has_one_thread(nursery: Nursery) -> None:
    """Of a process with several, a fork would have one, and the locks of all others."""
    born = [_first(nursery.order(ORDER)) for _ in range(2)]

    assert {_parent(pulse.pid) for pulse in born} == {nursery.pid}
    assert not any(pulse.serving for pulse in born)
    assert len(list(Path(f"/proc/{nursery.pid}/task").iterdir())) == 1


def test_the_pulses_of_a_worker_end_with_it_and_with_no_other(nursery: Nursery) -> None:
    first, second = nursery.order(ORDER), nursery.order(ORDER)
    _first(first)
    os.kill(_first(second).pid, signal.SIGKILL)

    _end(second)
    assert not first.poll()


def test_workers_end_with_their_nursery_and_the_next_order_opens_another(nursery: Nursery) -> None:
    pulses = nursery.order(ORDER)
    _first(pulses)
    killed = nursery.pid
    assert killed
    os.kill(killed, signal.SIGKILL)

    _end(pulses)
    assert _parent(_first(nursery.order(ORDER)).pid) == nursery.pid != killed


def test_an_order_to_a_nursery_that_hangs_ends_with_it(nursery: Nursery) -> None:
    _first(nursery.order(ORDER))
    assert nursery.pid
    os.kill(nursery.pid, signal.SIGSTOP)
    pulses = nursery.order(ORDER)
    nursery.close()

    _end(pulses)
    _first(nursery.order(ORDER))
