"""What a command says: lines for people, one JSON object for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping
from typing import Any, Final

from google.protobuf.json_format import MessageToDict
from rich.console import Console
from rich.table import Table

from allocator.cli import tables
from dibs.errors import DibsError
from dibs.v1.issues_pb2 import ISSUE_KIND_MISSING

UNBOUNDED: Final = 10_000
"""Letters in a line of a file or a pipe."""
_OUT = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else UNBOUNDED)
_ERR = Console(stderr=True, highlight=False, soft_wrap=True)
# Refusals of our own that are no DibsError: a server that cannot be used.
_SENTENCES = ("EmbeddedError", "Unsuitable", "MigrationChanged")


def line(text: str) -> None:
    """One line, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def answer(fields: Mapping[str, Any], *, as_json: bool) -> None:
    """Names and values."""
    if as_json:
        line(json.dumps(fields))
        return
    for name, value in fields.items():
        line(f"{name.replace('_', ' ')}: {_words(value)}")


def tasks(reserved: Any, *, as_json: bool) -> None:
    """The tasks that Reserve gave, or why there are none."""
    if as_json or not reserved.tasks:
        found(reserved, as_json=as_json)
        return
    table = Table("task", "lease token", "item", "dataset", "queue", "expires")
    for task in reserved.tasks:
        expires, token = task.lease.expire_time.ToJsonString(), str(task.lease.lease_token)
        place = task.external_id, task.dataset_id, task.queue_id
        table.add_row(task.task_id, token, *place, expires)
    _OUT.print(table)


def reviews(reserved: Any, *, as_json: bool) -> None:
    """The reviews that ReserveReviews gave, with their units, or why there are none."""
    if as_json or not reserved.reviews:
        found(reserved, as_json=as_json)
        return
    table = Table("review", "lease token", "task", "item", "author", "round", "units", "expires")
    for one in reserved.reviews:
        held = one.review_id, str(one.lease.lease_token)
        about = one.task.task_id, one.task.external_id, one.author, str(one.round)
        units = ", ".join(map(_unit, one.units)) or "none"
        table.add_row(*held, *about, units, one.lease.expire_time.ToJsonString())
    _OUT.print(table)
    if reserved.rejection_reasons:
        line(f"reasons for a reject: {', '.join(reserved.rejection_reasons)}")


def _unit(one: Any) -> str:
    """A unit by its id; a submission without units is one, the whole task."""
    missing = one.issue.kind == ISSUE_KIND_MISSING
    name = one.unit.unit_id or ("a missing label" if missing else "the whole task")
    return f"{name} ({one.unit.class_name})" if one.unit.class_name else name


def found(sent: Any, *, as_json: bool) -> None:
    """Any answer: its lists as tables, what else is set as names and values."""
    if as_json:
        answer(fields(sent), as_json=True)
        return
    lists = {field.name for field in sent.DESCRIPTOR.fields if _is_list(field)}
    for name in sorted(lists):
        rows = getattr(sent, name)
        if rows:
            _list([flat(row) for row in rows])
        else:
            line(f"no {tables.heading(name)}")
    for name, words in flat(sent, besides=lists).items():
        line(f"{tables.heading(name)}: {words}")


def happened(sent: Any, *, as_json: bool) -> None:
    """An event of Watch, as one line."""
    if as_json:
        answer(fields(sent), as_json=True)
        return
    words = flat(sent)
    first = [words.pop(name, "") for name in ("seq", "create_time", "change", "actor")]
    rest = [f"{tables.heading(name)} {value}" for name, value in words.items()]
    line("  ".join(filter(None, [*first, *rest])))


def _is_list(field: Any) -> bool:
    """Whether a field is a list of messages; maps are lists of their own kind."""
    of = field.message_type
    return field.is_repeated and of is not None and not of.GetOptions().map_entry


def _list(rows: tables.Rows) -> None:
    """What has room in a line of the window; into a file or a pipe goes everything."""
    shown = tables.fitting(rows, _OUT.width)
    _OUT.print(tables.table(rows, shown))
    left = [tables.heading(name) for name in tables.names(rows) if name not in shown]
    if left:
        line(f"left out: {', '.join(left)} (a wider window has room, --json has all)")


def flat(sent: Any, besides: Collection[str] = ()) -> dict[str, str]:
    """Names to words of what is set; a message inside gives its fields their place."""
    words: dict[str, str] = {}
    for descriptor, value in sent.ListFields():
        if descriptor.name in besides:
            continue
        if _is_list(descriptor):
            words[descriptor.name] = "; ".join(map(_clause, value))
        elif descriptor.is_repeated and descriptor.message_type is None:
            words[descriptor.name] = ", ".join(_scalar(descriptor, each) for each in value)
        elif descriptor.message_type is None:
            words[descriptor.name] = _scalar(descriptor, value)
        elif descriptor.is_repeated or descriptor.message_type.file.package == "google.protobuf":
            words[descriptor.name] = _words(fields(sent)[descriptor.name])
        else:
            words |= {name: each for name, each in flat(value).items() if name not in words}
    return words


def _clause(sent: Any) -> str:
    return ", ".join(f"{tables.heading(name)} {words}" for name, words in flat(sent).items())


def _scalar(descriptor: Any, value: Any) -> str:
    """Enums by the names that people use."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if descriptor.enum_type is None:
        return str(value)
    names = [each.name for each in descriptor.enum_type.values]
    prefix = names[0].removesuffix("UNSPECIFIED")
    known = descriptor.enum_type.values_by_number.get(value)
    return known.name.removeprefix(prefix).lower() if known else str(value)


def refusal(error: Exception, *, as_json: bool) -> bool:
    """Say why dibs refused; False if it is not that kind of error."""
    ours = {base.__name__ for base in type(error).__mro__} & set(_SENTENCES)
    if isinstance(error, DibsError):
        found = {"reason": error.reason, "sentence": error.sentence, **error.metadata}
    elif ours or isinstance(error, OSError):
        found = {"reason": ours.pop() if ours else "OSError", "sentence": str(error)}
    else:
        return False
    if as_json:
        sys.stderr.write(json.dumps({"error": found}) + "\n")
    else:
        _ERR.print(f"dibs: {found['sentence']}", markup=False)
    return True


def fields(sent: Any) -> dict[str, Any]:
    """A message as scripts read it."""
    return dict(
        MessageToDict(
            sent, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )
    )


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_words(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(_words, value)) or "none"
    return str(value)
