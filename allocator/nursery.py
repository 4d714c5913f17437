"""A process that has imported what a worker needs, and forks one for each order.

Importing takes half a second of CPU, forking a moment: so a worker is there at
once, and all of them share the memory of what was imported. gRPC may be forked
as long as nobody has used it; the nursery imports it and does nothing else.

It ends with the process that opened it, and its workers end with it, however
that goes: each asks the kernel to be stopped when its parent is gone.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import socket
import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Self

from allocator.lifeline import Order, Pulse, die_with_parent

LARGEST_ORDER = 65_536
FIGURES_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


class Nursery:
    """The nursery of this process, opened anew if it died.

    Its workers leave what they count in `figures`, where nothing of others is kept; without
    `figures` nobody asks them.
    """

    def __init__(self, figures: Path | None = None) -> None:
        # The code that we run, wherever we were started.
        self._environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
        if figures is not None:
            _empty(figures)
            self._environment[FIGURES_VARIABLE] = str(figures)
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The process that forks, if it was started."""
        return self._process.pid if self._process else None

    def open(self) -> None:
        """Start it, if it does not run; it imports while others do something else."""
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, str(theirs.fileno()), str(os.getpid())],
                env=os.environ | self._environment,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def order(self, order: Order) -> Connection:
        """Have a worker made; returns where its pulses arrive, the first of which tells its pid.

        They end when the worker does; at once, if none could be made.
        """
        self.open()
        assert self._orders is not None
        pulses, theirs = Pipe(duplex=False)
        with theirs, contextlib.suppress(BrokenPipeError, ConnectionResetError):
            socket.send_fds(self._orders, [pickle.dumps(order)], [theirs.fileno()])
        return pulses

    def close(self) -> None:
        """End it, and with it the workers that are left."""
        if self._orders is not None:
            self._orders.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._orders = None


def _empty(figures: Path) -> None:
    figures.mkdir(parents=True, exist_ok=True)
    for left in figures.glob("*.db"):
        left.unlink(missing_ok=True)


def main(orders: socket.socket, opener: int) -> None:
    """Fork until the opener is gone; each fork becomes a worker here."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor decides
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for workers
    die_with_parent(opener)
    from allocator import worker  # late: whoever only opens a nursery does without
    from store.library import library

    library()  # put together once, not by each of them
    gc.collect()
    gc.freeze()  # a collection in a worker would else copy what it shares
    nursery = os.getpid()
    while (received := _received(orders)) is not None:
        order, pulses = received
        if os.fork() == 0:
            orders.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            die_with_parent(nursery)
            # `pulses` itself is left to the kernel: the supervisor sees the process's very end.
            with Connection(os.dup(pulses), readable=False) as supervisor:
                supervisor.send(Pulse(pid=os.getpid()))
                worker.main(order, supervisor)
            return
        os.close(pulses)


def _received(orders: socket.socket) -> tuple[Order, int] | None:
    """The next order, and the file to which its pulses go; None when the opener is gone."""
    sent, files, _, _ = socket.recv_fds(orders, LARGEST_ORDER, 1)
    return (pickle.loads(sent), files[0]) if sent else None


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
