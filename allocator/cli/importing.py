"""`dibs import`: a manifest into a dataset that feeds a queue."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import Progress

from allocator.cli import manifest
from dibs import Client, ImportResult, errors

SHOWN_LINE_ERRORS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to import, and where to."""

    file: Path
    format: manifest.Format | None
    project: str
    queue: str
    dataset: str
    slots: int
    actor: str
    target: str

    @property
    def dataset_id(self) -> str:
        """The dataset named, else one named like the file."""
        return self.dataset or re.sub(r"[^a-z0-9]+", "-", self.file.stem.lower()).strip("-")[:63]


def run(plan: Plan, *, quiet: bool) -> dict[str, Any]:
    """Import; returns what came of it. Nothing is sent before every line was read."""
    form = plan.format or manifest.format_of(plan.file)
    with (
        Progress(disable=quiet, transient=True) as progress,
        Client(plan.target, project=plan.project, actor=plan.actor) as client,
    ):
        reading = progress.track(manifest.items(plan.file, form), description="reading")
        total = sum(1 for _ in reading)
        _make(client, plan)
        bar = progress.add_task("importing", total=total)

        def show(result: ImportResult) -> None:
            progress.update(bar, completed=result.added + len(result.line_errors))

        items = manifest.items(plan.file, form)
        first = 2 if form is manifest.Format.CSV else 1
        result = client.import_items(plan.dataset_id, items, first_line=first, on_chunk=show)
        with suppress(errors.AttachmentAlreadyExists):
            client.attach_dataset(plan.queue, plan.dataset_id)
    return _summary(plan, result)


def _make(client: Client, plan: Plan) -> None:
    """Make what is missing."""
    with suppress(errors.ProjectAlreadyExists):
        client.create_project(plan.project)
    with suppress(errors.DatasetAlreadyExists):
        client.create_dataset(plan.dataset_id)
    with suppress(errors.QueueAlreadyExists):
        client.create_queue(plan.queue, slots=plan.slots)


def _summary(plan: Plan, result: ImportResult) -> dict[str, Any]:
    shown = [f"line {e.line}: {e.message}" for e in result.line_errors[:SHOWN_LINE_ERRORS]]
    return {
        "project": plan.project,
        "dataset": plan.dataset_id,
        "queue": plan.queue,
        "added": result.added,
        "not_added": len(result.line_errors),
        "line_errors": shown,
    }
