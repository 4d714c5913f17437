"""Events about groups: who is in which, and what that does to their records."""

from __future__ import annotations

from dataclasses import replace

from audit.report import RULES, Judge
from audit.state import MAX_GROUPS, Member, Project
from store.events import Event


def group_created(project: Project, event: Event, judge: Judge) -> None:
    """A new group, empty; the number of a deleted one is not used again."""
    number = event.body["group"]
    judge.expect(RULES, number not in project.groups, "group {} exists already", number)
    project.groups[number] = True


def group_named(project: Project, event: Event, judge: Judge) -> None:
    """Only a group that is there has a name; nothing depends on which."""
    _there(project, event, judge)


def group_deleted(project: Project, event: Event, judge: Judge) -> None:
    """No queue may name it; records keep the number, which means nothing from here on."""
    naming = [q.queue for q in project.queues.values() if event.body["group"] in q.rules.groups]
    judge.expect(RULES, not naming, "a group was deleted that queues {} name", naming)
    if _there(project, event, judge):
        project.groups[event.body["group"]] = False


def group_changed(project: Project, event: Event, judge: Judge) -> None:
    """Members of the project join, or people leave, which recalls them; 100 at most."""
    body = event.body
    number, added, removed = body["group"], body["added"], body["removed"]
    _there(project, event, judge)
    judge.expect(RULES, not (added and removed), "group {}: both ways at once", number)
    judge.expect(RULES, len(added) + len(removed) <= 100, "{} join or leave", (added, removed))
    for person in added:
        one = project.member(person)
        right = one.member and number not in one.groups and len(others(project, one)) < MAX_GROUPS
        judge.expect(RULES, right, "person {} joins group {}: {}", person, number, one)
        _put(project, one, others(project, one, number) | {number}, event.seq)
    for person in removed:
        one = project.member(person)
        judge.expect(RULES, number in one.groups, "person {} is not in group {}", person, number)
        _put(project, one, others(project, one, number), event.seq)
        project.recalls[person] = ""


def others(project: Project, one: Member, group: int = 0) -> frozenset[int]:
    """The groups of a person that are still there, without `group`."""
    return frozenset(g for g in one.groups if project.groups.get(g) and g != group)


def _put(project: Project, one: Member, groups: frozenset[int], seq: int) -> None:
    project.members[one.person] = replace(one, groups=groups, changed=seq)


def _there(project: Project, event: Event, judge: Judge) -> bool:
    number = event.body["group"]
    return judge.expect(RULES, project.groups.get(number), "there is no group {}", number)
