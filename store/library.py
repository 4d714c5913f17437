"""The Redis Functions library, put together from `functions/`.

Shared pieces come first, in the order of their names, then one file a verb. The header comment of
a verb is its contract: its ARGV line *is* the order in which inputs are sent, and tests compare
inputs and outcomes with the body. The library's name carries the hash of its text, so that two
releases live side by side and each worker calls its own.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_BLOCK = re.compile(
    r"^-- (?P<name>\w+): .*?^-- ARGV +(?P<inputs>[^\n]*)\n(?P<rest>(?:--[^\n]*\n)*)", re.M | re.S
)
FRAME = 7
"""Arguments of the frame, which come first: epoch floor session secret n hash actor."""

OWN = frozenset(
    {
        "55_search.lua",
        "58_offer.lua",
        "61_fences.lua",
        "70_apply_people.lua",
        "72_apply_finished.lua",
        "72_apply_operations.lua",
        "73_apply_control.lua",
        "74_apply_skips.lua",
    }
)
"""Shared pieces whose local names nobody else uses: they get a block of their own, because a
chunk of Lua has room for 200 local names."""

SHOWN = {
    "50_lanes.lua": ("lanes",),
    "60_effects.lua": (
        *("effects", "people_of", "cleared_from", "leased_by", "counts_as", "give_back"),
    ),
}
"""Shared pieces with a block of their own of whose local names others use these."""

_OUTCOME = re.compile(r"^--   \{'(\w+)'", re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function as its header declares it."""

    name: str
    inputs: tuple[str, ...]
    outcomes: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The text to load, the name it has in Redis, and what is in it."""

    name: str
    text: str
    functions: dict[str, Function]


def declared(source: str) -> dict[str, Function]:
    """The functions whose headers stand in one file."""
    return {
        block["name"]: Function(
            name=block["name"],
            inputs=tuple(block["inputs"].replace("-", "").split()),
            outcomes=frozenset(_OUTCOME.findall(block["rest"])),
        )
        for block in _BLOCK.finditer(source)
    }


def sources() -> tuple[dict[str, str], dict[str, str]]:
    """Texts of the shared pieces and of the verbs, by file name, in the order of loading."""
    root = files("store") / "functions"

    def read(folder: Traversable) -> dict[str, str]:
        found = sorted(folder.iterdir(), key=lambda f: f.name)
        return {f.name: f.read_text(encoding="utf-8") for f in found if f.name.endswith(".lua")}

    return read(root / "shared"), read(root)


def _inputs_table(functions: dict[str, Function]) -> str:
    """Lua that gives a function its inputs by name: tables written out, which never grow."""
    rows = []
    for name, function in sorted(functions.items()):
        fields = (f"{wanted} = ARGV[{n}]" for n, wanted in enumerate(function.inputs, FRAME + 1))
        rows.append(f"  {name} = function(ARGV) return {{ {', '.join(fields)} }} end,")
    return "local INPUTS = {\n" + "\n".join(rows) + "\n}\n"


def _block(text: str) -> str:
    return f"do\n{text}end\n"


def _piece(name: str, text: str) -> str:
    """A shared piece, with as few names in the chunk as may be."""
    if name in OWN:
        return _block(text)
    if name not in SHOWN:
        return text
    for shown in SHOWN[name]:
        text = re.sub(rf"^local (function )?{shown}\b", rf"\g<1>{shown}", text, flags=re.M)
    return f"local {', '.join(SHOWN[name])}\n{_block(text)}"


@cache
def library() -> Library:
    """The library of this release."""
    shared, verbs = sources()
    functions: dict[str, Function] = {}
    for text in verbs.values():
        functions |= declared(text)
    body = _inputs_table(functions)
    body += "\n".join(_piece(name, text) for name, text in shared.items())
    body += "\n".join(map(_block, verbs.values()))
    name = f"dibs_{hashlib.sha256(body.encode()).hexdigest()[:8]}"
    return Library(
        name=name,
        text=f"#!lua name={name}\nlocal LIBRARY = '{name}'\n{body}\n",
        functions=functions,
    )
