"""Which request_id a change gets: sessions without I/O.

A session keeps its last 16 answers, so a request_id may be repeated for as long
as its number is above the newest minus 16. A pool therefore has at most 8 calls
in flight in a session, and none that is 16 numbers behind the newest.
"""

from __future__ import annotations

from typing import NamedTuple

IN_FLIGHT = 8
KEPT = 16


class Session:
    """A session that the server opened, and the numbers in flight in it."""

    __slots__ = ("flying", "next_n", "session_id")

    def __init__(self, session_id: bytes) -> None:
        self.session_id = session_id
        self.next_n = 1
        self.flying: set[int] = set()

    def has_room(self) -> bool:
        if not self.flying:
            return True
        return len(self.flying) < IN_FLIGHT and self.next_n < min(self.flying) + KEPT


class Ticket(NamedTuple):
    """The right to make one change: becomes a RequestId."""

    session: Session
    n: int


class SessionPool:
    """The sessions of one project. Not safe for threads: the owner locks.

    Whoever finds no ticket adds itself to `waiting`, opens a session if
    `should_open`, which it counts in `opening`, or waits for a change.
    """

    def __init__(self) -> None:
        self._roomy: dict[Session, None] = {}
        self._dropped: set[Session] = set()
        self.waiting = 0
        self.opening = 0

    def take(self) -> Ticket | None:
        """The next number of a session that has room, or None."""
        session = next(iter(self._roomy), None)
        if session is None:
            return None
        ticket = Ticket(session, session.next_n)
        session.next_n += 1
        session.flying.add(ticket.n)
        if not session.has_room():
            del self._roomy[session]
        return ticket

    def give_back(self, ticket: Ticket) -> None:
        """The change has its answer, or nobody will ask for it again."""
        session = ticket.session
        session.flying.discard(ticket.n)
        if session in self._dropped:
            if not session.flying:
                self._dropped.discard(session)
        elif session.has_room():
            self._roomy[session] = None

    def drop(self, session: Session) -> None:
        """The server does not know the session: give no more of its numbers."""
        self._roomy.pop(session, None)
        if session.flying:
            self._dropped.add(session)

    def add(self, session_id: bytes) -> None:
        self._roomy[Session(session_id)] = None

    def should_open(self) -> bool:
        """Whether those who wait need more than what is being opened."""
        return self.waiting > self.opening * IN_FLIGHT
