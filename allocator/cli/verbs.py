"""A command for every method of the client: `set_priority` is `dibs set-priority`.

What a method needs is typed in its order, what it can do without is an option.
So whatever the client learns to ask, the command line can ask too.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import typer
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.message import Message

from allocator.cli import answers, client_commands, show, values
from dibs import Client

OWN = (
    *("import_items", "reserve", "submit", "ping", "open_session"),
    *("update_review_settings", "reserve_reviews", "decide", "report_missing"),
    *("return_task", "report_issues"),
)
"""Have a command that does more, or none."""
PANELS = (
    ("Reviews", "review_calls"),
    ("Assignments", "assigning_calls"),
    ("Tasks", "task_calls", "ending_calls", "skip", "named_calls", "status"),
    ("Projects, people, groups", "project", "member", "group"),
    ("Operations", "operation", "clean_history"),
    ("Reports", "report_calls"),
    ("Datasets and items", "dataset", "item"),
    ("Queues", "queue", "waiting", "contributors", "batch", ""),
)
SHORT = {
    "queues": "list_queues",
    "tasks": "list_tasks",
    "assignments": "list_assignments",
    "assign": "assign_tasks",
    "issues": "list_issues",
    "quality": "get_quality",
    "activity": "list_activity",
    "report": "get_workload",
    "forecast": "get_forecast",
}
"""Second names of what people look at and do most."""
MADE = "new_project_id"
"""Names the project that a call makes, and that its operation is of."""
PATHS = "paths"
"""Names the fields that were set, so nobody types it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One parameter of a method, as the command line takes it."""

    name: str
    kind: str
    """one, many, flag, pairs, leases or fields."""
    of: Any
    """What one of it is."""
    default: Any

    @property
    def needed(self) -> bool:
        return self.default is inspect.Parameter.empty

    def typed(self) -> tuple[Any, Any]:
        """The annotation and the default that typer reads."""
        words = self._help()
        if self.kind == "flag":
            return Annotated[bool | None, typer.Option(help=words)], None
        several = self.kind in ("many", "pairs", "leases", "fields")
        text: Any = list[str] if several else self._single()
        positional = self.needed and self.kind in ("one", "many", "leases")
        if positional and (self.kind != "one" or self.of in (str, int)):
            return Annotated[text, typer.Argument(help=words)], inspect.Parameter.empty
        option = typer.Option(f"--{self._option()}", help=words)
        if self.needed:
            return Annotated[text, option], inspect.Parameter.empty
        return Annotated[text | None, option], None

    def _single(self) -> Any:
        return int if self.of is int else str

    def _option(self) -> str:
        name = "set" if self.name == "settings" else self.name
        return name.strip("_").replace("_", "-")

    def _help(self) -> str:
        match self.kind, self.of:
            case "fields", kind:
                return f"FIELD=VALUE of: {', '.join(values.settable(kind.DESCRIPTOR))}."
            case "pairs", _:
                return "NAME=VALUE, any number of times."
            case "leases", _:
                return "TASK:TOKEN, as reserve showed them."
            case _, EnumTypeWrapper() as kind:
                return f"One of {', '.join(values.enum_names(kind))}."
        hints = {bytes: "Text, or @FILE.", timedelta: "Such as 90s, 10m, 1h, 2d."}
        return hints.get(self.of, "")

    def value(self, typed: Any) -> Any:
        """What the method takes."""
        match self.kind:
            case "flag":
                return bool(typed)
            case "many":
                return [values.converter(self.of)(each) for each in typed]
            case "leases":
                return [values.lease(each) for each in typed]
            case "pairs":
                convert = values.converter(self.of)
                return {name: convert(text) for name, text in map(values.pair, typed)}
        return typed if self.of is int else values.converter(self.of)(typed)


def methods() -> dict[str, Callable[..., Any]]:
    """The methods that are calls, and what builds each."""
    found = {name: getattr(rpc, "build", None) for name, rpc in vars(Client).items()}
    return {name: build for name, build in found.items() if build is not None}


def add_to(app: typer.Typer) -> None:
    """A command for each method that has none of its own."""
    builds = methods()
    names = {name: name for name in builds if name not in OWN} | SHORT
    for name, method in sorted(names.items()):
        panel = _panel(method, builds[method])
        app.command(name.replace("_", "-"), rich_help_panel=panel)(command(method, builds[method]))


def _panel(name: str, build: Callable[..., Any]) -> str:
    words = f"{build.__module__} {name}"
    return next(title for title, *parts in PANELS if any(part in words for part in parts))


def command(name: str, build: Callable[..., Any]) -> Callable[..., None]:
    """A function with the parameters of a method, for typer."""
    given = list(parameters(build))
    response = _response(build)
    pages = any(each.name == "page_token" for each in given)
    waits = response is not None and "operation" in response.DESCRIPTOR.fields_by_name

    def run(**typed: Any) -> None:
        from dibs import Client

        as_json, whole, wait = (typed.pop(n, False) for n in ("json_", "whole", "wait"))
        project, actor, target = (typed.pop(n) for n in ("project", "actor", "target"))
        with Client(target, project=project, actor=actor) as client:
            call = getattr(client, name)
            kwargs = dict(_arguments(given, typed))
            if PATHS not in inspect.signature(build).parameters:
                kwargs.pop(PATHS, None)
            answer = answers.all_pages(call, kwargs) if whole else call(**kwargs)
        if wait:
            with Client(target, project=kwargs.get(MADE, project), actor=actor) as client:
                answer = answers.waited(client, answer)
        show.found(answer, as_json=as_json)

    run.__doc__ = inspect.getdoc(build)
    extra = {"whole": pages, "wait": waits and name != "wait_operation"}
    signature = _signature(given, [each for each, wanted in extra.items() if wanted])
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    return run


def parameters(build: Callable[..., Any]) -> Iterator[Given]:
    """The parameters of a method behind the scope. Raises TypeError for a kind not known here."""
    for parameter in list(inspect.signature(build).parameters.values())[1:]:
        if parameter.name != PATHS:
            yield _given(parameter, _names(build))


def _given(parameter: inspect.Parameter, names: dict[str, Any]) -> Given:
    text = str(parameter.annotation).replace(" | None", "")
    kind, of = _kind(text, names)
    if parameter.default is False or of is bool:
        kind = "flag"
    return Given(name=parameter.name, kind=kind, of=of, default=parameter.default)


def _kind(text: str, names: dict[str, Any]) -> tuple[str, Any]:
    inner = re.fullmatch(r"(?:Iterable|Sequence|list)\[(.*)\]", text)
    if inner and inner[1].startswith("tuple"):
        return "leases", str
    if inner:
        return "many", _named(inner[1].split("|")[-1].strip(), names)
    pairs = re.fullmatch(r"Mapping\[str, (.*)\]", text)
    if pairs:
        return "pairs", _named(pairs[1], names)
    of = _named(text.split("|", maxsplit=1)[0].strip(), names)
    if isinstance(of, type) and issubclass(of, Message):
        return "fields", of
    return "one", of


def _named(text: str, names: dict[str, Any]) -> Any:
    """What an annotation's name stands for where it was written."""
    first, *rest = text.split(".")
    builtin = {"str": str, "int": int, "float": float, "bool": bool, "bytes": bytes}
    found = builtin.get(first, names.get(first))
    for each in rest:
        found = getattr(found, each)
    if found is None:
        raise TypeError(f"the command line cannot ask for {text}")
    return found


def _response(build: Callable[..., Any]) -> Any:
    """The class of the answer: Call[X]."""
    inner = re.fullmatch(r"Call\[(.*)\]", str(inspect.signature(build).return_annotation))
    return _named(inner[1], _names(build)) if inner else None


def _names(build: Any) -> dict[str, Any]:
    found: dict[str, Any] = build.__globals__
    return found


def _arguments(given: list[Given], typed: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What was typed, as the method takes it; what was not is left to the method."""
    for each in given:
        value = typed.get(each.name)
        if value is None or value == []:
            continue
        if each.kind == "fields":
            message, paths = values.fields(value, each.of)
            yield each.name, message
            yield PATHS, paths
        else:
            yield each.name, each.value(value)


def _signature(given: list[Given], flags: list[str]) -> inspect.Signature:
    shapes = [(each.name, *each.typed()) for each in given]
    # Words in any number come last.
    shapes.sort(key=lambda shape: "list" in str(shape[1]))
    shapes.sort(key=lambda shape: shape[2] is not inspect.Parameter.empty)
    words = {"whole": "Follow the pages to the end.", "wait": "Wait until the operation ended."}
    names = {"whole": "--all", "wait": "--wait"}
    shapes += [
        (flag, Annotated[bool, typer.Option(names[flag], help=words[flag])], False)
        for flag in flags
    ]
    shapes += [
        ("project", client_commands.Project, ""),
        ("actor", client_commands.Actor, client_commands.DEFAULT_ACTOR),
        ("target", client_commands.Target, client_commands.DEFAULT_TARGET),
        ("json_", client_commands.Json, False),
    ]
    keyword = inspect.Parameter.KEYWORD_ONLY
    return inspect.Signature(
        [inspect.Parameter(n, keyword, annotation=a, default=d) for n, a, d in shapes]
    )
