"""What an import did so far, kept beside its manifest until it is whole.

The first line says what is imported, from which bytes, and in which session;
each further one, which chunk was answered. The chunks of a file are cut where
they always are and numbered in the session from 1, so an import that was killed
goes on behind the last line: a chunk that the service had already taken in gets
the answer it got then. A line that a kill cut off counts as not written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from dibs.errors import InvalidArgument

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What an import began with. It goes on with nothing else."""

    sha256: str
    format: str
    items: int
    project: str
    dataset: str
    actor: str
    session: str
    version: int = VERSION


@dataclass(slots=True)
class Journal:
    """The lines of one import."""

    file: Path
    begun: Begun
    chunks: int = 0
    done: int = 0
    """Items that were added or refused."""
    end: int = 0
    """Where reading goes on."""
    seq: int = 0
    line_errors: list[tuple[str, str]] = field(default_factory=list)
    """Where in the manifest, and why."""

    @classmethod
    def begin(cls, file: Path, begun: Begun) -> Self:
        """The journal of an import of which nothing was sent yet."""
        made = cls(file, begun)
        made._append(asdict(begun), mode="wb")
        return made

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """What an earlier run left; None if there is none, or none that began."""
        lines = _whole_lines(file)
        first = next(lines, None)
        if first is None or first.get("version") != VERSION:
            return None
        made = cls(file, Begun(**first))
        for line in lines:
            made._take(line)
        return made

    @property
    def added(self) -> int:
        return self.done - len(self.line_errors)

    def answered(self, *, done: int, end: int, seq: int, wrong: list[tuple[str, str]]) -> None:
        """One more chunk is durable."""
        line = {"chunks": 1, "done": done, "end": end, "seq": seq, "wrong": wrong}
        self._append(line, mode="ab")
        self._take(line)

    def in_session(self, session: str) -> None:
        """Number the chunks that are left from 1 again, in another session."""
        self.begun = replace(self.begun, session=session)
        so_far = {"done": self.done, "end": self.end, "seq": self.seq, "wrong": self.line_errors}
        fresh = self.file.with_name(self.file.name + ".new")
        lines = (asdict(self.begun), {"chunks": 0, **so_far})
        fresh.write_text("".join(json.dumps(line) + "\n" for line in lines))
        fresh.replace(self.file)
        self.chunks = 0

    def finished(self) -> None:
        """Nothing is left to go on with."""
        self.file.unlink()

    def _take(self, line: dict[str, Any]) -> None:
        self.chunks += line["chunks"]
        self.done += line["done"]
        self.end = line["end"]
        self.seq = max(self.seq, line["seq"])
        self.line_errors += [(where, why) for where, why in line["wrong"]]

    def _append(self, line: dict[str, Any], *, mode: str) -> None:
        with self.file.open(mode) as out:
            out.write(json.dumps(line).encode() + b"\n")


def same(begun: Begun, **now: Any) -> None:
    """Raise InvalidArgument, naming what is not as the import began with."""
    for name, value in now.items():
        before = getattr(begun, name)
        if value != before:
            what = "file" if name == "sha256" else name
            right = "the bytes" if what == "file" else f"{before!r}, which"
            raise InvalidArgument(
                what,
                f"must be {right} that the interrupted import began with;"
                " --restart forgets that import",
            )


def fingerprint(file: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with file.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def _whole_lines(file: Path) -> Iterator[dict[str, Any]]:
    """The lines that were written whole; what is behind them is cut off."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        with file.open("rb+") as out:
            out.truncate(whole)
    for line in data[:whole].splitlines():
        yield json.loads(line)
