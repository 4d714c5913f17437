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

_OUTCOME = re.compile(r"^--   \{'(\w+)'", re.M)
_LOCAL = re.compile(
    r"^local (?:function (?P<function>\w+)|(?P<names>\w+(?:, \w+)*) *(?P<is>=|(?:--.*)?$))", re.M
)
"""A local of a whole file, on one line up to its value."""
_NO_CODE = re.compile(r"--[^\n]*|'[^'\n]*'")
"""Comments, and texts."""


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


def _names(declaration: re.Match[str]) -> list[str]:
    return (declaration["function"] or declaration["names"]).split(", ")


def _enclosed(file: str, texts: dict[str, str]) -> str:
    """A shared piece in a block: its locals end there, but for those that other files name.

    Lua has room for 200 locals at a time.
    """
    others = {word for name, text in texts.items() if name != file for word in _borrowed(text)}

    def declared_outside(declaration: re.Match[str]) -> str:
        if others.isdisjoint(_names(declaration)):
            return declaration[0]
        if declaration["function"]:
            return f"function {declaration['function']}"
        return f"{declaration['names']} =" if declaration["is"] == "=" else ""

    shared = [
        name
        for declaration in _LOCAL.finditer(texts[file])
        if not others.isdisjoint(_names(declaration))
        for name in _names(declaration)
    ]
    names = f"local {', '.join(shared)}\n" if shared else ""
    return f"{names}do\n{_LOCAL.sub(declared_outside, texts[file])}end"


@cache
def _borrowed(text: str) -> frozenset[str]:
    """The words of a file's code that may name a local of another one: it has none called so."""
    own = {name for declaration in _LOCAL.finditer(text) for name in _names(declaration)}
    return frozenset(re.findall(r"\w+", _NO_CODE.sub("", text))) - own


def _inputs_table(functions: dict[str, Function]) -> str:
    """Lua that gives a function its inputs by name: tables written out, which never grow."""
    rows = []
    for name, function in sorted(functions.items()):
        fields = (f"{wanted} = ARGV[{n}]" for n, wanted in enumerate(function.inputs, FRAME + 1))
        rows.append(f"  {name} = function(ARGV) return {{ {', '.join(fields)} }} end,")
    return "local INPUTS = {\n" + "\n".join(rows) + "\n}\n"


@cache
def library() -> Library:
    """The library of this release."""
    shared, verbs = sources()
    functions: dict[str, Function] = {}
    for text in verbs.values():
        functions |= declared(text)
    body = _inputs_table(functions)
    globals_, *pieces = shared
    texts = {**shared, **verbs}
    body += "\n".join([shared[globals_], *(_enclosed(piece, texts) for piece in pieces), ""])
    body += "\n".join(f"do\n{text}end" for text in verbs.values())
    name = f"dibs_{hashlib.sha256(body.encode()).hexdigest()[:8]}"
    return Library(
        name=name,
        text=f"#!lua name={name}\nlocal LIBRARY = '{name}'\n{body}\n",
        functions=functions,
    )
