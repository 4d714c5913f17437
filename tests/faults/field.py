"""A small project on real servers, whose callers keep the history that the audit reads.

The scenarios of the planted bugs run here: the store of one process (or of
several), every answer that a caller gets written down, and at the end the same
audit as after a fault run.
"""

from __future__ import annotations

import dataclasses
import json
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audit.history import Record
from audit.source import audit
from dibs.errors import DibsError, StoreUnavailable
from store.embedded import EmbeddedRedis
from store.outcome import Outcome
from tests.store.servers import redis_client
from tests.store.stack import SECRET, Stack, eventually, opened

NewField = Callable[[int], AbstractAsyncContextManager["Field"]]
PATIENCE_S = 4.0
"""How long a call may take here: a store that comes back needs a fraction of it."""
REASONS = {"lease_lost": "LEASE_LOST", "not_found": "TASK_NOT_FOUND"}


@dataclass(slots=True, kw_only=True)
class Field:
    """Servers, a project with a queue of 20 items of two slots, and who was told what."""

    stack: Stack
    redis: EmbeddedRedis
    history: Path
    rng: random.Random
    settings_seq: int
    told: list[Record] = field(default_factory=list)

    async def call(
        self, name: str, *, through: Stack | None = None, **inputs: Any
    ) -> Outcome | None:
        """One change, and what its caller was told of it; None for an error."""
        stack = through or self.stack
        key, started = stack.key(), time.monotonic_ns()
        outcome: Outcome | None = None
        try:
            outcome = await stack.change(name, key, **inputs)
            said, result = _said(outcome, inputs)
        except DibsError as error:
            said = "UNAVAILABLE" if isinstance(error, StoreUnavailable) else error.reason
            result = {}
        self.told.append(
            Record(
                client="field",
                call=len(self.told),
                project=stack.project,
                method=name.capitalize(),
                session=key.session,
                n=key.n,
                queue=inputs.get("queue", 0),
                person=inputs["person"],
                task=_task(inputs),
                token=inputs.get("token", 0),
                started_ns=started,
                ended_ns=time.monotonic_ns(),
                outcome=said,
                seq=outcome.seq if outcome else 0,
                result=result,
            )
        )
        return outcome

    async def reserve(
        self, person: int, count: int = 1, *, through: Stack | None = None
    ) -> Outcome | None:
        return await self.call(
            "reserve", through=through, queue=1, person=person, count=count, target=0
        )

    async def submit(self, person: int, held: Outcome | None) -> Outcome | None:
        work = {"status": 1, "meaning": 1, "spent_ms": 5, "units": 0, "content": 0}
        seq = self.settings_seq
        return await self._on(
            "submit",
            person,
            held,
            settings_seq=seq,
            digest="",
            inline="",
            review="",
            sampled="",
            **work,
        )

    async def release(self, person: int, held: Outcome | None) -> Outcome | None:
        return await self._on("release", person, held, content=0)

    async def _on(
        self, name: str, person: int, held: Outcome | None, **more: Any
    ) -> Outcome | None:
        """A change of the first task that an earlier Reserve gave."""
        assert held is not None
        assert held.event is not None
        entry, slot, *_ = held.event.body["tasks"][0]
        return await self.call(name, person=person, entry=entry, slot=slot, token=held.seq, **more)

    async def prelude(self) -> None:
        """Something happens first: it differs from seed to seed."""
        for _ in range(self.rng.randint(1, 4)):
            person = self.rng.randint(2, 4)
            held = await self.reserve(person)
            if held is not None and held.word == "ok":
                await self.rng.choice([self.submit, self.release])(person, held)

    @asynccontextmanager
    async def another_process(self) -> AsyncIterator[Stack]:
        """A process beside the first, in none of the roles, with a session of its own."""
        stack = Stack(self.redis.url, self.stack.dsn, patience_s=PATIENCE_S)
        async with opened(stack, roles=False):
            stack.project = self.stack.project
            stack.session = (await stack.change("open_session", secret=SECRET)).seq
            yield stack

    async def trouble(self) -> list[str]:
        """All that is wrong: what the audit finds, and a project that does not come back."""
        found = []
        last = await self.reserve(4)
        if last is None or last.word not in ("ok", "nothing"):
            found.append("the project does not come back")
        lines = [json.dumps(dataclasses.asdict(record)) for record in self.told]
        self.history.write_text("\n".join(lines))
        report = await audit(
            *(self.stack.dsn, self.redis.url, self.stack.project, [self.history]), patience_s=1.0
        )
        return found + [str(violation) for violation in report.violations]


def _task(inputs: dict[str, Any]) -> str:
    return f"{inputs['entry']}-{inputs['slot']}" if "entry" in inputs else ""


def _said(outcome: Outcome, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Outcome and result of the history record for an answer of the ledger."""
    if outcome.word == "nothing":
        reasons = outcome.detail[0] if outcome.detail else []
        reason = reasons[0]["reason"] if reasons else ""
        return "nothing", {"asked": inputs["count"], "target": inputs["target"], "reason": reason}
    if outcome.word != "ok":
        return REASONS.get(outcome.word, outcome.word.upper()), {}
    assert outcome.event is not None
    if outcome.event.kind != "granted":
        return "ok", {}
    tasks = [[f"{task[0]}-{task[1]}", outcome.seq] for task in outcome.event.body["tasks"]]
    return "ok", {"asked": inputs["count"], "tasks": tasks}


async def settled(field_: Field) -> None:
    """Return when everything that Redis decided is in the log."""
    store, project = field_.stack.store, field_.stack.project

    async def is_level() -> bool:
        header, head = await store.kernel.header(project), await store.log.head(project)
        return header is not None and head is not None and header.seq == head.seq

    await eventually(is_level)


@asynccontextmanager
async def opened_field(
    redis: EmbeddedRedis, dsn: str, history: Path, seed: int
) -> AsyncIterator[Field]:
    async with redis_client(redis.url) as client:
        await client.flushall()
    async with opened(Stack(redis.url, dsn, patience_s=PATIENCE_S)) as stack:
        await stack.make_project(slots=2)
        queue = await stack.store.ledger.read(stack.project, "queue", queue=1)
        made = Field(
            stack=stack,
            redis=redis,
            history=history,
            rng=random.Random(seed),
            settings_seq=queue.detail[0]["settings_seq"],
        )
        await made.prelude()
        await settled(made)
        yield made
