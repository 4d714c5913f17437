"""What a command says: lines for people, one JSON object for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from google.protobuf.json_format import MessageToDict
from rich.console import Console
from rich.table import Table

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
