"""The commands; each imports what it needs when it runs, so that --help is quick."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from allocator.cli import client_commands
from allocator.cli.formats import Format

app = typer.Typer(
    help="Hands out annotation tasks: durable, in order, never the same one to two people.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for scripts.")]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Where servers of our own keep their data.")
]


def main() -> None:
    """Run the command line; what dibs refuses is one line on stderr, exit code 1."""
    try:
        if not _is_own(sys.argv[1:]):
            from allocator.cli import review_commands, verbs

            verbs.add_to(app)
            review_commands.add_to(app)
        app()
    except Exception as error:
        from allocator.cli import show

        if not show.refusal(error, as_json="--json" in sys.argv):
            raise
        sys.exit(1)


def _is_own(words: list[str]) -> bool:
    """Whether no command of the client's is meant: making those takes half of the time."""
    names = {
        made.name or getattr(made.callback, "__name__", "") for made in app.registered_commands
    }
    return bool(words) and words[0] in names


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to serve at.")] = None,
    port: Annotated[int | None, typer.Option(help="Port for gRPC.")] = None,
    http_port: Annotated[int | None, typer.Option(help="Port for health and metrics.")] = None,
    workers: Annotated[int | None, typer.Option(help="How many processes.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve, on servers of our own unless DIBS_REDIS_URL and DIBS_POSTGRES_DSN are set."""
    from allocator.nursery import Nursery

    settings = _settings(
        host=host, port=port, http_port=http_port, workers=workers, data_dir=data_dir
    )
    with Nursery(settings.figures) as nursery:
        from allocator import supervisor  # while the nursery imports what workers need

        asyncio.run(supervisor.serve(settings, nursery, ready=typer.echo))


@app.command()
def migrate(data_dir: DataDir = None, *, json: Json = False) -> None:
    """Bring the tables in Postgres up to date."""
    from allocator.cli import server_commands, show

    applied = asyncio.run(server_commands.migrate(_settings(data_dir=data_dir)))
    show.answer({"applied": applied}, as_json=json)


@app.command()
def audit(
    project: Annotated[str | None, typer.Option(help="Only this project.")] = None,
    history: Annotated[list[Path] | None, typer.Option(help="What clients were told.")] = None,
    data_dir: DataDir = None,
    *,
    json: Json = False,
) -> None:
    """Check the log, the live state and the views against the invariants."""
    from allocator.cli import server_commands

    violations = asyncio.run(
        server_commands.audit(_settings(data_dir=data_dir), project, history or [], as_json=json)
    )
    raise typer.Exit(1 if violations else 0)


@app.command(name="rebuild-views")
def rebuild_views(
    project: Annotated[str | None, typer.Option(help="Only this project.")] = None,
    data_dir: DataDir = None,
    *,
    json: Json = False,
) -> None:
    """Make the views anew from the log, while others read the old ones."""
    from allocator.cli import server_commands, show

    made = asyncio.run(server_commands.rebuild_views(_settings(data_dir=data_dir), project))
    show.answer({"events": made}, as_json=json)
    raise typer.Exit(0 if made or project is None else 1)


@app.command()
def snapshot(
    project: Annotated[str | None, typer.Option(help="Only this project.")] = None,
    data_dir: DataDir = None,
    *,
    json: Json = False,
) -> None:
    """Make a snapshot now, so that the next rebuild is short: before planned work on Redis."""
    from allocator.cli import server_commands, show

    made = asyncio.run(server_commands.snapshot(_settings(data_dir=data_dir), project))
    show.answer({"events": made}, as_json=json)
    raise typer.Exit(0 if made or project is None else 1)


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    project: Annotated[str, typer.Option(help="Made if it is missing.")],
    queue: Annotated[str, typer.Option(help="Made if it is missing.")],
    dataset: Annotated[str, typer.Option(help="Made if it is missing; else the file's name.")] = "",
    format_: Annotated[Format | None, typer.Option("--format", help="How it is written.")] = None,
    slots: Annotated[int, typer.Option(help="People an item, if the queue is made.")] = 1,
    errors: Annotated[Path | None, typer.Option(help="Write what was not added here.")] = None,
    actor: client_commands.Actor = client_commands.DEFAULT_ACTOR,
    target: client_commands.Target = client_commands.DEFAULT_TARGET,
    *,
    restart: Annotated[bool, typer.Option(help="Forget an import that was interrupted.")] = False,
    json: Json = False,
) -> None:
    """Import the items of a manifest into a dataset that feeds a queue.

    Run it again to go on with an import that was interrupted.
    """
    from allocator.cli import importing, show

    plan = importing.Plan(
        file=file,
        format=format_,
        project=project,
        queue=queue,
        dataset=dataset,
        slots=slots,
        actor=actor,
        target=target,
        restart=restart,
        errors=errors,
    )
    show.answer(importing.run(plan, quiet=json), as_json=json)


@app.command()
def demo(*, json: Json = False) -> None:
    """Run a whole annotation project in two minutes, faults included, and audit it."""
    from loadtest.demo import run

    raise typer.Exit(run(as_json=json))


def _settings(**given: Any) -> Any:
    """The settings of a command that uses the servers; from here on it may log, to stderr."""
    from pydantic import ValidationError

    from allocator import logs
    from allocator.settings import Settings

    try:
        made = Settings(**{name: value for name, value in given.items() if value is not None})
        logs.configure(made.log_level)
        return made
    except ValidationError as error:
        wrong = [f"DIBS_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        raise typer.BadParameter("; ".join(wrong)) from None


client_commands.add_to(app)
