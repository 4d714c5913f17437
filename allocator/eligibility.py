"""Who may have which task: the one predicate, in Python.

The same sentence is written in Lua (store/functions) and, apart from both,
in audit/; a property test compares the three.
"""

from __future__ import annotations

from allocator.model import (
    MANAGES,
    MAY_ANNOTATE,
    MAY_REVIEW,
    Cause,
    Member,
    QueueSettings,
    Role,
    Task,
)


def allowed(person: Member, queue: QueueSettings) -> bool:
    """Whether the queue names the person, or a group they are in."""
    return person.person in queue.allowed or bool(person.groups & queue.groups)


def may_enter(person: Member, queue: QueueSettings) -> Cause | None:
    """Why `person` can have nothing at all in `queue`, or None."""
    if not (person.member and person.active):
        return Cause.NOT_A_MEMBER
    if not person.roles & (MAY_REVIEW if queue.is_qa else MAY_ANNOTATE):
        return Cause.ROLE
    if queue.restricted and not allowed(person, queue):
        return Cause.NOT_ALLOWED
    return None


def unseen(*, hidden: bool, owner: int, person: int, roles: Role) -> bool:
    """Whether what waits in a queue is kept from somebody, because they do not manage there."""
    return hidden and not (roles & MANAGES or owner == person)


def closed(queue: QueueSettings) -> Cause | None:
    """Why nobody is given anything in `queue` now, or None."""
    if queue.archived:
        return Cause.ARCHIVED
    return Cause.PAUSED if queue.paused else None


def eligible(task: Task, person: Member, queue: QueueSettings) -> Cause | None:
    """Why `person` may not be given `task` of `queue`, or None if they may."""
    hidden = unseen(
        hidden=queue.hidden, owner=queue.owner, person=person.person, roles=person.roles
    )
    refused = may_enter(person, queue) or (Cause.NOT_ALLOWED if hidden else closed(queue))
    if refused is not None:
        return refused
    if not task.required_skills <= person.skills:
        return Cause.SKILL
    if person.person in task.others:
        return Cause.EXCLUDED
    return None
