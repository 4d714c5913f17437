"""`dibs import`: a manifest into a dataset that feeds a queue.

An import that was killed is gone on with by running it again: see journal.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from allocator.cli import journal, manifest
from allocator.cli.formats import Format
from allocator.cli.journal import Begun, Journal
from dibs import Client, ImportResult, ImportSession, Item, errors

SHOWN_LINE_ERRORS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to import, and where to."""

    file: Path
    format: Format | None
    project: str
    queue: str
    dataset: str
    slots: int
    actor: str
    target: str
    restart: bool = False
    errors: Path | None = None

    @property
    def dataset_id(self) -> str:
        """The dataset named, else one named like the file."""
        return self.dataset or re.sub(r"[^a-z0-9]+", "-", self.file.stem.lower()).strip("-")[:63]

    @property
    def journal(self) -> Path:
        """Beside the manifest, one for each place that it is imported to."""
        return self.file.with_name(f".{self.file.name}.{self.project}.{self.dataset_id}.import")


class _Rate(ProgressColumn):
    """Items a second, over the last half minute."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed or 0:,.0f}/s")


def run(plan: Plan, *, quiet: bool) -> dict[str, Any]:
    """Import; returns what came of it. Nothing is sent before every line was read."""
    columns = (
        *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()),
        *(_Rate(), TimeRemainingColumn()),
    )
    started = time.monotonic()
    with (
        Progress(*columns, disable=quiet, transient=True) as progress,
        Client(plan.target, project=plan.project, actor=plan.actor) as client,
    ):
        kept = _opened(plan, client, progress)
        before = kept.done
        try:
            _send(plan, client, kept, progress)
        except errors.SessionUnknown:  # nothing was sent for a day
            kept.in_session(client.open_session().session_id.hex())
            _send(plan, client, kept, progress)
        with suppress(errors.AttachmentAlreadyExists):
            client.attach_dataset(plan.queue, plan.dataset_id)
    kept.finished()
    return _summary(plan, kept, before, time.monotonic() - started)


def _opened(plan: Plan, client: Client, progress: Progress) -> Journal:
    """What to go on with, or a new import that nothing was sent of."""
    sha256 = journal.fingerprint(plan.file)
    form = plan.format or manifest.format_of(plan.file)
    left = None if plan.restart else Journal.read(plan.journal)
    if left is not None:
        journal.same(left.begun, sha256=sha256, format=str(form), actor=plan.actor)
        _still_there(client, left)
        return left
    reading = progress.add_task("reading", total=None)
    items = sum(1 for _ in progress.track(manifest.checked(plan.file, form), task_id=reading))
    progress.remove_task(reading)
    _make(client, plan)
    begun = Begun(
        sha256=sha256,
        format=str(form),
        items=items,
        project=plan.project,
        dataset=plan.dataset_id,
        actor=plan.actor,
        session=client.open_session().session_id.hex(),
    )
    return Journal.begin(plan.journal, begun)


def _still_there(client: Client, left: Journal) -> None:
    """Raise InvalidArgument unless the service has what the journal says it took in."""
    try:
        dataset = client.get_dataset(left.begun.dataset, min_seq=left.seq).dataset
        there = dataset.item_count
    except (errors.NotFound, errors.StoreUnavailable):
        there = -1
    if there < left.added:
        raise errors.InvalidArgument(
            "target",
            f"must be the service that took in {left.added} items of the interrupted import;"
            " --restart forgets that import",
        )


def _make(client: Client, plan: Plan) -> None:
    """Make what is missing."""
    with suppress(errors.ProjectAlreadyExists):
        client.create_project(plan.project)
    with suppress(errors.DatasetAlreadyExists):
        client.create_dataset(plan.dataset_id)
    with suppress(errors.QueueAlreadyExists):
        client.create_queue(plan.queue, slots=plan.slots)


def _send(plan: Plan, client: Client, kept: Journal, progress: Progress) -> None:
    """Send what was not answered yet, and write down each answer."""
    form = Format(kept.begun.format)
    rows = _Ahead(manifest.rows(plan.file, form, kept.end))
    bar = progress.add_task("importing", total=kept.begun.items, completed=kept.done)
    first = kept.done + 1

    def answered(result: ImportResult) -> None:
        newest = result.newest
        done = newest.added + len(newest.line_errors)
        chunk = rows.pop(done)
        wrong = [(chunk[e.line - kept.done - 1].where, e.message) for e in newest.line_errors]
        kept.answered(done=done, end=chunk[-1].end, seq=newest.seq, wrong=wrong)
        result.line_errors.clear()
        progress.update(bar, completed=kept.done)

    session = ImportSession(bytes.fromhex(kept.begun.session), answered=kept.chunks)
    client.import_items(
        plan.dataset_id, rows.items(), first_line=first, on_chunk=answered, session=session
    )


class _Ahead:
    """Rows that were read and are not answered yet."""

    def __init__(self, rows: Iterator[manifest.Row]) -> None:
        self._rows = rows
        self._open: deque[manifest.Row] = deque()

    def items(self) -> Iterator[Item]:
        for row in self._rows:
            self._open.append(row)
            yield row.item

    def pop(self, count: int) -> list[manifest.Row]:
        return [self._open.popleft() for _ in range(count)]


def _summary(plan: Plan, kept: Journal, before: int, seconds: float) -> dict[str, Any]:
    told = [f"{where}: {why}" for where, why in kept.line_errors]
    if plan.errors is not None:
        plan.errors.write_text("".join(f"{each}\n" for each in told))
    return {
        "project": plan.project,
        "dataset": plan.dataset_id,
        "queue": plan.queue,
        "added": kept.added,
        "not_added": len(told),
        "line_errors": told[:SHOWN_LINE_ERRORS],
        "resumed_after": before,
        "seconds": round(seconds, 1),
        "items_per_second": round((kept.done - before) / max(seconds, 0.001)),
    }
