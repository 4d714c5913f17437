"""Commands that call a running service: reserve, submit, top, watch."""

from __future__ import annotations

import getpass
from enum import StrEnum
from typing import Annotated

import typer

DEFAULT_TARGET = "127.0.0.1:7443"
try:
    DEFAULT_ACTOR = getpass.getuser()
except (KeyError, OSError):
    DEFAULT_ACTOR = "dibs"

Target = Annotated[str, typer.Option(envvar="DIBS_TARGET", help="Where the service is.")]
Actor = Annotated[str, typer.Option(envvar="DIBS_ACTOR", help="Who acts.")]
Project = Annotated[str, typer.Option(envvar="DIBS_PROJECT", help="The project.")]
Person = Annotated[str, typer.Option(help="Whom it concerns; else the actor.")]
Pages = Annotated[str, typer.Option(envvar="DIBS_PAGES", help="Where the service's /metrics is.")]
DEFAULT_PAGES = "http://127.0.0.1:7480"


class View(StrEnum):
    """What `dibs top` shows."""

    QUEUES = "queues"
    PEOPLE = "people"
    DEADLINES = "deadlines"


Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(reserve)
    app.command()(submit)
    app.command()(top)
    app.command()(watch)


def reserve(
    project: Project,
    queue: Annotated[
        str, typer.Option(help="The queue to give from; else the first that has work for them.")
    ] = "",
    count: Annotated[int, typer.Option(help="Most tasks to give.")] = 1,
    person: Person = "",
    actor: Actor = DEFAULT_ACTOR,
    target: Target = DEFAULT_TARGET,
    *,
    json: Json = False,
) -> None:
    """Give a person the next tasks of a queue, or of the project."""
    from allocator.cli import show
    from dibs import Client

    with Client(target, project=project, actor=actor) as client:
        answer = client.reserve(queue, person=person, count=count)
    show.tasks(answer, as_json=json)


def submit(
    task_id: Annotated[str, typer.Argument(help="The task, as reserve showed it.")],
    lease_token: Annotated[int, typer.Argument(help="Its token, as reserve showed it.")],
    project: Project,
    status: Annotated[str, typer.Option(help="One of the queue's statuses.")] = "",
    unit: Annotated[
        list[str] | None,
        typer.Option(help="A unit of it, ID or ID:CLASS, any number of times."),
    ] = None,
    person: Person = "",
    actor: Actor = DEFAULT_ACTOR,
    target: Target = DEFAULT_TARGET,
    *,
    resolve_issues: Annotated[
        bool, typer.Option("--resolve-issues", help="All that was objected to is corrected.")
    ] = False,
    json: Json = False,
) -> None:
    """Finish a task, or hand it to reviewers."""
    from allocator.cli import show
    from dibs import Client
    from dibs.v1.allocation_pb2 import ReviewUnit

    named = (each.partition(":") for each in unit or ())
    units = [ReviewUnit(unit_id=name, class_name=of) for name, _, of in named]
    with Client(target, project=project, actor=actor) as client:
        answer = client.submit(
            *(task_id, lease_token),
            person=person,
            status=status,
            units=units,
            resolve_issues=resolve_issues,
        )
    show.found(answer, as_json=json)


def top(
    project: Project,
    view: Annotated[
        View, typer.Option(help="What waits; who has how much; or when the rest will be done.")
    ] = View.QUEUES,
    queue: Annotated[str, typer.Option(help="Only this queue.")] = "",
    interval: Annotated[float, typer.Option(min=0.1, help="Seconds between frames.")] = 1.0,
    pages: Pages = DEFAULT_PAGES,
    actor: Actor = DEFAULT_ACTOR,
    target: Target = DEFAULT_TARGET,
    *,
    once: Annotated[bool, typer.Option("--once", help="One frame, and out.")] = False,
    json: Json = False,
) -> None:
    """Watch a project live: its queues, its people's loads or its deadlines. Ctrl-C ends it."""
    from contextlib import suppress

    from allocator.cli import show
    from allocator.cli.top import Window
    from dibs import Client

    with suppress(KeyboardInterrupt), Client(target, project=project, actor=actor) as client:
        window = Window(client=client, pages=pages, view=view, queue=queue, interval_s=interval)
        if json:
            show.answer(window.as_json(), as_json=True)
        else:
            window.run(once=once)


def watch(
    project: Project,
    queue: Annotated[str, typer.Option(help="Only this queue.")] = "",
    from_seq: Annotated[
        int, typer.Option(min=0, help="The first event to tell of; 0: from now on.")
    ] = 0,
    actor: Actor = DEFAULT_ACTOR,
    target: Target = DEFAULT_TARGET,
    *,
    json: Json = False,
) -> None:
    """Say what happens, as it happens: a line an event. Ctrl-C ends it."""
    import os
    import signal

    from allocator.cli import show
    from dibs import Client

    # An exception inside a callback of gRPC is lost, and what it left locked is waited for.
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    with Client(target, project=project, actor=actor) as client:
        for happened in client.watch(queue, from_seq=from_seq):
            show.happened(happened, as_json=json)
