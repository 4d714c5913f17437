"""What a command says: lines for people, one JSON object for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from google.protobuf.json_format import MessageToDict
from rich.console import Console
from rich.table import Table

from allocator.cli import tables
from dibs.errors import DibsError

_OUT = Console(highlight=False, soft_wrap=True)
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


def message(sent: Any, *, as_json: bool) -> None:
    """A message of the API."""
    answer(_fields(sent), as_json=as_json)


def tasks(reserved: Any, *, as_json: bool) -> None:
    """The tasks that Reserve gave, or why there are none."""
    if as_json or not reserved.tasks:
        message(reserved, as_json=as_json)
        return
    table = Table("task", "lease token", "item", "dataset", "expires")
    for task in reserved.tasks:
        expires = task.lease.expire_time.ToJsonString()
        token = str(task.lease.lease_token)
        table.add_row(task.task_id, token, task.external_id, task.dataset_id, expires)
    _OUT.print(table)


def found(sent: Any, *, as_json: bool) -> None:
    """Any answer: its list as a table, the rest as names and values."""
    if as_json:
        message(sent, as_json=True)
        return
    lists = [f for f in sent.DESCRIPTOR.fields if f.is_repeated and f.message_type is not None]
    rest = _fields(sent)
    for each in lists:
        rows = getattr(sent, each.name)
        if rows and not each.message_type.GetOptions().map_entry:
            _OUT.print(tables.table([flat(row) for row in rows]))
            del rest[each.name]
    answer(
        {name: value for name, value in rest.items() if value not in ("", [], "0", 0)},
        as_json=False,
    )


def flat(sent: Any) -> dict[str, str]:
    """Names to words; a message inside gives its fields their place."""
    words: dict[str, str] = {}
    for descriptor, value in sent.ListFields():
        if descriptor.is_repeated and descriptor.enum_type is not None:
            words[descriptor.name] = ", ".join(_scalar(descriptor, each) for each in value)
        elif descriptor.is_repeated:
            words[descriptor.name] = _words(_fields(sent)[descriptor.name])
        elif descriptor.message_type is None:
            words[descriptor.name] = _scalar(descriptor, value)
        elif descriptor.message_type.file.package == "google.protobuf":
            words[descriptor.name] = _words(_fields(sent)[descriptor.name])
        else:
            words |= flat(value)
    return words


def _scalar(descriptor: Any, value: Any) -> str:
    """Enums by the names that people use."""
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


def _fields(sent: Any) -> dict[str, Any]:
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
