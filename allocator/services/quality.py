"""GetQuality: what reviews found, of everybody's work or of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from allocator.permissions import Right
from allocator.ports import (
    Backlog,
    Consistency,
    Directory,
    Quality,
    QualityAsk,
    QualityReads,
    Returns,
    ReviewerFigures,
    Reviews,
    Views,
)
from allocator.quality_words import GetQuality, QualityReport
from allocator.services.door import Door, Place, Scope

QUALITY: Final = "ReportService.GetQuality"
MOST_LINES: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What of the report the actor is told: with `own` only what is about them."""

    place: Place
    ask: QualityAsk
    own: bool


class QualityReports:
    """Reads, and who is told of them."""

    def __init__(
        self,
        *,
        directory: Directory,
        views: Views,
        reviews: Reviews,
        reads: QualityReads,
        door: Door,
    ) -> None:
        self._directory = directory
        self._views = views
        self._reviews = reviews
        self._reads = reads
        self._door = door

    async def quality(self, ask: GetQuality) -> QualityReport:
        """What reviews found. Raises QueueNotFound, PersonNotFound, PermissionDenied."""
        seen = await self._seen(ask)
        project, wanted = seen.place.project, seen.ask
        await self._views.wait_for(project, ask.look.min_seq)
        [total] = await self._reads.quality(project, replace(wanted, by=()))
        figures = await self._reads.quality(project, wanted) if ask.by else []
        reasons = await self._reads.reasons(project, wanted)
        returns = await self._returns(seen)
        reviewers = await self._reviewers(seen)
        backlog = await self._backlog(seen)
        consistency = await self._consistency(seen)
        lists = (figures, reasons, returns, reviewers, backlog, consistency)
        return QualityReport(
            total=total,
            figures=figures[:MOST_LINES],
            reasons=reasons[:MOST_LINES],
            returns=returns[:MOST_LINES],
            reviewers=reviewers[:MOST_LINES],
            backlog=backlog[:MOST_LINES],
            consistency=consistency[:MOST_LINES],
            truncated=max(map(len, lists)) > MOST_LINES,
            queue_ids=await self._directory.queue_ids(
                project, _queues((*figures, *returns, *backlog, *consistency)) - {0}
            ),
            people_ids=await self._directory.people_ids(
                project, _people(figures, returns, (*reviewers, *consistency)) - {0}
            ),
        )

    async def _seen(self, ask: GetQuality) -> _Seen:
        """Everything of the queues that are the actor's matter, or what they did themselves."""
        about_oneself = ask.look.actor in (ask.author, ask.reviewer)
        right = Right.LISTS if about_oneself else None
        place, scope = await self._door.scope(ask.look, QUALITY, queue=ask.queue_id, right=right)
        own = about_oneself and not scope.everything
        author, reviewer = [
            await self._door.person(place.project, name) if name else 0
            for name in (ask.author, ask.reviewer)
        ]
        wanted = QualityAsk(
            by=ask.by,
            queues=await self._queues(ask, place, scope, own=own),
            author=author,
            reviewer=reviewer,
            from_ms=ask.from_ms,
            to_ms=ask.to_ms,
            limit=MOST_LINES + 1,
        )
        return _Seen(place=place, ask=wanted, own=own)

    async def _queues(
        self, ask: GetQuality, place: Place, scope: Scope, *, own: bool
    ) -> tuple[int, ...] | None:
        """Of which queues is told; None: of all."""
        if ask.queue_id:
            queue = await self._door.queue(place.project, ask.queue_id)
            await self._door.there(place.project, queue)
            return (queue,)
        return None if own or scope.everything else scope.queues

    async def _returns(self, seen: _Seen) -> Sequence[Returns]:
        """One's own are those of what one submitted, whoever reviewed it."""
        if seen.own and seen.ask.author != seen.place.actor:
            return []
        return await self._reads.returns(seen.place.project, seen.ask)

    async def _reviewers(self, seen: _Seen) -> Sequence[ReviewerFigures]:
        """One's own is that of what one reviewed."""
        if seen.own and seen.ask.reviewer != seen.place.actor:
            return []
        return await self._reads.reviewers(seen.place.project, seen.ask)

    async def _consistency(self, seen: _Seen) -> Sequence[Consistency]:
        """One's own is that of what one submitted."""
        if seen.own and seen.ask.author != seen.place.actor:
            return []
        return await self._reads.consistency(seen.place.project, seen.ask)

    async def _backlog(self, seen: _Seen) -> Sequence[Backlog]:
        """That of a queue is nobody's own."""
        if seen.own:
            return []
        found = await self._reviews.backlog(seen.place.project, seen.ask.queues)
        return [one for one in found if one.waiting or one.held]


def _queues(rows: Iterable[Quality | Returns | Backlog | Consistency]) -> set[int]:
    return {one.queue for one in rows}


def _people(
    figures: Sequence[Quality],
    returns: Sequence[Returns],
    people: Iterable[ReviewerFigures | Consistency],
) -> set[int]:
    both = {who for one in figures for who in (one.author, one.reviewer)}
    return both | {one.author for one in returns} | {one.person for one in people}
