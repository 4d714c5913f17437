"""PROTOCOL.md, errors.proto, the comments and the error tree say the same."""

import json
import re
from pathlib import Path

import pytest

from dibs.errors import leaves
from dibs.status import LEAVES, code_for
from dibs.v1.errors_pb2 import ErrorReason
from store.events import KINDS
from tests.protos.test_protos import FILES, RPCS

PROTOS = Path(__file__).parents[2] / "protos"
PROTOCOL = (PROTOS / "PROTOCOL.md").read_text()
TABLE = re.findall(
    r"^\| ([A-Z_]+|\(line error\)) \| `(\w+)` \|[^|]*\|([^|]*)\|$", PROTOCOL, re.MULTILINE
)
# What the section on errors says of every RPC.
COMMON = {"INVALID_ARGUMENT", "PROJECT_NOT_FOUND", "PERMISSION_DENIED"}


def sections() -> dict[str, str]:
    parts = re.split(r"^### (\w+)\n", PROTOCOL, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_error_reason_is_documented():
    assert {reason for _, reason, _ in TABLE} == {leaf.reason for leaf in leaves()}


def test_the_enum_of_reasons_is_the_tree():
    names = {v.name.removeprefix("ERROR_REASON_") for v in ErrorReason.DESCRIPTOR.values}
    assert names - {"UNSPECIFIED"} == set(LEAVES)


@pytest.mark.parametrize(("code", "reason", "metadata"), TABLE)
def test_code_and_metadata_are_documented(code, reason, metadata):
    leaf = LEAVES[reason]
    assert code in (code_for(leaf.rebuilt("", {})).name, "(line error)")
    assert set(leaf.keys) <= set(re.findall(r"\w+", metadata))


def test_everything_that_may_happen_is_documented():
    [table] = re.findall(r"^## Activity\n(.*?)^## ", PROTOCOL, re.MULTILINE | re.DOTALL)
    words = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)*\b", table))
    assert {kind.upper() for kind in KINDS} <= words


def test_every_rpc_has_a_section():
    assert set(sections()) == {rpc.name for _, rpc in RPCS}


@pytest.mark.parametrize("name", [rpc.name for _, rpc in RPCS])
def test_the_errors_of_a_section_are_those_of_the_comment(name):
    in_section = set(re.findall(r"`(\w+)`", sections()[name])) & set(LEAVES)
    in_comment = set(re.findall(r"\b[A-Z_]{6,}\b", comment(name).partition("Errors:")[2]))
    # Line errors are no errors of the RPC.
    assert in_section - COMMON - {"DUPLICATE_ITEM"} == (in_comment & set(LEAVES)) - COMMON


def comment(name: str) -> str:
    for file in FILES:
        for location in file.source_code_info.location:
            match list(location.path):
                case [6, service, 2, method]:
                    if file.service[service].method[method].name == name:
                        return location.leading_comments
    raise LookupError(name)


def test_the_service_config_names_services_and_methods_that_exist():
    known = {(f"dibs.v1.{service}", rpc.name) for service, rpc in RPCS}
    config = json.loads((PROTOS / "service_config.json").read_text())
    named = [name for entry in config["methodConfig"] for name in entry["name"]]
    for name in named:
        assert any(s == name["service"] and name.get("method", m) == m for s, m in known)
    assert {s for s, _ in known} == {name["service"] for name in named}
    streams = {(f"dibs.v1.{s}", rpc.name) for s, rpc in RPCS if rpc.server_streaming}
    [untimed] = [entry["name"] for entry in config["methodConfig"] if "timeout" not in entry]
    assert {(name["service"], name["method"]) for name in untimed} == streams
