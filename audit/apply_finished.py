"""Events about tasks and items that do not begin, keep or end a lease: priorities."""

from __future__ import annotations

from audit.moves import rerank
from audit.report import RULES, Judge
from audit.state import Project
from store.events import Event


def prioritised(project: Project, event: Event, judge: Judge) -> None:
    """Items that are in the queue get another priority; who holds what stays as it is."""
    body = event.body
    rank, items = body["rank"], body["entries"]
    judge.expect(RULES, 0 <= rank <= 3, "entries of rank {}", rank)
    judge.expect(RULES, len(items) <= 100, "{} entries in one event", len(items))
    once = len({item[0] for item in items}) == len(items)
    judge.expect(RULES, once, "an entry twice in {}", items)
    for number, lane, before, waits in items:
        entry = project.entries.get(number)
        here = entry is not None and entry.queue == body["queue"] and not entry.gone
        if not judge.expect(RULES, here, "entry {} is not in the queue", number) or not entry:
            continue
        is_so = (lane, before, bool(waits)) == (entry.lane, entry.rank, not entry.slots)
        judge.expect(RULES, is_so, "class, rank and touch of entry {}", number)
        judge.expect(RULES, rank != before, "entry {} has rank {} already", number, rank)
        rerank(project, entry, rank)
