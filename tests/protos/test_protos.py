"""The protos keep the house rules: checked on the compiled descriptors."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pb2 as d

from dibs.bufvalidate import validate_pb2 as validate
from dibs.validation import SENTENCES

ROOT = Path(__file__).parents[2]
# Its stubs say FieldDescriptor, where the index wants the extension's own type.
VALIDATE_FIELD: Any = validate.field
READS = ("Get", "List", "Ping", "Wait", "CanEdit", "Explain", "SubmitForReview", "Watch")
# Gives its caller the means to have request_ids.
WITHOUT_REQUEST_ID = {"OpenSession"}
# What a caller may fill with anything, or that has no other values.
FREE = {d.FieldDescriptorProto.TYPE_BOOL, d.FieldDescriptorProto.TYPE_MESSAGE}


def compiled() -> list[d.FileDescriptorProto]:
    buf = Path(sys.executable).parent / "buf"
    image = subprocess.run(
        [buf, "build", "--as-file-descriptor-set", "-o", "-"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    return [f for f in d.FileDescriptorSet.FromString(image).file if f.package == "dibs.v1"]


FILES = compiled()
MESSAGES = {m.name: m for f in FILES for m in f.message_type}
RPCS = [(s.name, m) for f in FILES for s in f.service for m in s.method]
ENUMS = [e for f in FILES for e in f.enum_type]


def is_change(name: str) -> bool:
    return not name.startswith(READS)


def fields(message: str) -> set[str]:
    return {field.name for field in MESSAGES[message].field}


def elements(file: d.FileDescriptorProto) -> dict[tuple[int, ...], str]:
    """Path in the source info to name, of everything that wants a comment."""
    found: dict[tuple[int, ...], str] = {}
    for i, message in enumerate(file.message_type):
        found[4, i] = message.name
        for j, field in enumerate(message.field):
            found[4, i, 2, j] = f"{message.name}.{field.name}"
    for i, enum in enumerate(file.enum_type):
        found[5, i] = enum.name
        found |= {(5, i, 2, j): value.name for j, value in enumerate(enum.value)}
    for i, service in enumerate(file.service):
        found[6, i] = service.name
        found |= {(6, i, 2, j): method.name for j, method in enumerate(service.method)}
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_every_element_has_a_comment(file):
    commented = {
        tuple(location.path)
        for location in file.source_code_info.location
        if location.leading_comments.strip()
    }
    assert [name for path, name in elements(file).items() if path not in commented] == []


def test_every_rpc_has_a_request_and_a_response_of_its_own():
    wrong = [
        rpc.name
        for _, rpc in RPCS
        if rpc.input_type != f".dibs.v1.{rpc.name}Request"
        or rpc.output_type != f".dibs.v1.{rpc.name}Response"
    ]
    assert wrong == []


def test_every_request_names_its_actor():
    assert [rpc.name for _, rpc in RPCS if "actor" not in fields(f"{rpc.name}Request")] == []


def test_every_change_has_a_request_id():
    changes = {rpc.name for _, rpc in RPCS if is_change(rpc.name)} - WITHOUT_REQUEST_ID
    assert {n for n in changes if "request_id" not in fields(f"{n}Request")} == set()
    assert len(changes) >= 13


def test_no_read_has_a_request_id():
    reads = [rpc.name for _, rpc in RPCS if not is_change(rpc.name)]
    assert [n for n in reads if "request_id" in fields(f"{n}Request")] == []


def test_every_answer_to_a_change_has_its_seq():
    changes = [rpc.name for _, rpc in RPCS if is_change(rpc.name)]
    assert [n for n in changes if "seq" not in fields(f"{n}Response")] == []


def test_a_read_of_a_project_can_ask_for_its_own_writes():
    reads = [rpc.name for _, rpc in RPCS if not is_change(rpc.name)]
    of_project = [n for n in reads if "project_id" in fields(f"{n}Request")]
    streams = {rpc.name for _, rpc in RPCS if rpc.server_streaming and not rpc.client_streaming}
    assert [n for n in of_project if "min_seq" not in fields(f"{n}Request")] == sorted(streams)


def test_the_same_name_has_the_same_number_at_the_head_of_every_request():
    head = {"project_id": 1, "actor": 2, "request_id": 3, "min_seq": 3}
    wrong = [
        f"{name}.{field.name}"
        for name, message in MESSAGES.items()
        if name.endswith("Request") and name != "OpenSessionRequest"
        for field in message.field
        if head.get(field.name, field.number) != field.number
    ]
    assert wrong == []


def test_enums_have_prefixes_and_an_unspecified_zero():
    for enum in ENUMS:
        prefix = "".join(f"_{c}" if c.isupper() else c.upper() for c in enum.name).lstrip("_")
        assert enum.value[0].name == f"{prefix}_UNSPECIFIED"
        assert enum.value[0].number == 0
        assert [v.name for v in enum.value if not v.name.startswith(prefix + "_")] == []


def test_every_field_that_a_caller_fills_has_a_rule():
    def unruled(name: str) -> list[str]:
        found = []
        for field in MESSAGES[name].field:
            rules = field.options.Extensions[VALIDATE_FIELD]
            if rules.ignore == validate.IGNORE_ALWAYS:
                continue  # only answered
            if not rules.ByteSize() and field.type not in FREE:
                found.append(f"{name}.{field.name}")
            inner = field.type_name.removeprefix(".dibs.v1.")
            if field.type == field.TYPE_MESSAGE and inner in MESSAGES:
                found += unruled(inner)
        return found

    assert [path for name in MESSAGES if name.endswith("Request") for path in unruled(name)] == []


def test_every_pattern_is_told_in_words():
    patterns = {
        rules.string.pattern
        for message in MESSAGES.values()
        for field in message.field
        for rules in [field.options.Extensions[VALIDATE_FIELD]]
        for rules in (rules, rules.repeated.items, rules.map.keys, rules.map.values)
    }
    assert patterns - {""} == set(SENTENCES)


def test_buf_has_nothing_to_say():
    buf = Path(sys.executable).parent / "buf"
    said = subprocess.run([buf, "lint"], cwd=ROOT, check=False, capture_output=True, text=True)
    assert said.stdout + said.stderr == ""
