"""The clients know every call that the protos have."""

from __future__ import annotations

import re

import pytest

import dibs
from tests.protos.test_protos import RPCS

NAMES = [re.sub(r"(?<!^)([A-Z])", r"_\1", rpc.name).lower() for _, rpc in RPCS]


@pytest.mark.parametrize("client", [dibs.AsyncClient, dibs.Client])
def test_every_call_is_a_method(client: type) -> None:
    assert [name for name in NAMES if not hasattr(client, name)] == []
