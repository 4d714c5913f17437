"""The users, for locust: `locust -f loadtest/crowd/users.py`. Import it nowhere else.

What a person may be answered in the ordinary run of things (nothing to do, a
lease lost, a task gone) counts as an answer, under its reason; anything else is
a failure. The environment says where and how: see __main__.
"""

from __future__ import annotations

import itertools
import os
import random
import time
from typing import Any

import grpc.experimental.gevent
from locust import LoadTestShape, User, between, events, task

from dibs import Client, errors
from dibs.v1.allocation_pb2 import ReviewUnit
from dibs.v1.common_pb2 import Priority, TaskKind
from dibs.v1.common_pb2 import Task as Given
from dibs.v1.review_pb2 import REVIEW_ACTION_APPROVE, REVIEW_ACTION_REJECT, Verdict
from loadtest.crowd.shapes import users_at

# locust has patched sockets and threads before it loads this file; now gRPC follows.
grpc.experimental.gevent.init_gevent()

TARGET = os.environ["SWARM_TARGET"]
PROJECT = os.environ["SWARM_PROJECT"]
QUEUES = os.environ["SWARM_QUEUES"].split(",")
BATCHED = os.environ["SWARM_BATCHED"]
REVIEWED = os.environ["SWARM_REVIEWED"]
REVIEWERS = int(os.environ["SWARM_REVIEWERS"])
PEOPLE = int(os.environ["SWARM_PEOPLE"])
USERS = int(os.environ["SWARM_USERS"])
DURATION_S = float(os.environ["SWARM_DURATION_S"])
SHAPE = os.environ["SWARM_SHAPE"]
THINK_S = float(os.environ["SWARM_THINK_S"])
CONNECTIONS = 16
ENTRIES = int(os.environ["SWARM_ENTRIES"])

APPROVED = Verdict(action=REVIEW_ACTION_APPROVE)
REJECTED = Verdict(action=REVIEW_ACTION_REJECT, comment="look again")
ORDINARY = (errors.Conflict, errors.WrongState, errors.NotFound, errors.LimitReached)


class Measured(Client):
    """A client that tells locust of each call, retries included."""

    def execute(self, call: Any) -> Any:
        method = call.method.rsplit("/", 1)[1]
        started = time.perf_counter()
        answer, failure, response = "OK", None, None
        try:
            response = super().execute(call)
            return response
        except ORDINARY as error:
            answer = error.reason
            raise
        except errors.DibsError as error:
            answer, failure = error.reason, error
            raise
        finally:
            events.request.fire(
                request_type=answer,
                name=method,
                response_time=1000 * (time.perf_counter() - started),
                response_length=response.ByteSize() if response is not None else 0,
                exception=failure,
                context={},
            )


_clients = itertools.cycle(
    [Measured(TARGET, project=PROJECT, actor="ada") for _ in range(CONNECTIONS)]
)
_people = itertools.cycle(range(1, PEOPLE + 1))
_reviewers = itertools.cycle(range(1, REVIEWERS + 1))


class Base(User):
    """Somebody with a client; what is ordinary is no reason to stop."""

    abstract = True

    def begin(self, actor: str) -> None:
        self.actor = actor
        self.client = next(_clients).bound(actor=actor)
        self.fate = random.Random(f"{actor} {SHAPE}")

    def pause(self, seconds: float) -> None:
        time.sleep(self.fate.expovariate(1 / seconds) if seconds else 0)


def ordinary(work: Any) -> Any:
    """A task of locust that takes the ordinary refusals as they come."""

    def worked(user: Any) -> None:
        try:
            work(user)
        except errors.DibsError:
            user.pause(0.2)

    worked.__name__ = work.__name__
    return worked


class Annotator(Base):
    """Takes tasks, thinks, submits; and does now and then what people do."""

    weight = 60
    wait_time = between(0.0, 0.1)

    def on_start(self) -> None:
        self.begin(f"person-{next(_people)}")

    @task(30)
    @ordinary
    def work(self) -> None:
        given = self.client.reserve(self.fate.choice(QUEUES), count=self.fate.randint(1, 3))
        if not given.tasks:
            self.pause(THINK_S)
        for each in given.tasks:
            self._on(each)

    @task(2)
    @ordinary
    def come_back(self) -> None:
        """With a page that was closed: what is still held is gone on with."""
        for each in self.client.list_my_tasks(page_size=3).tasks:
            self._on(each)

    @task(1)
    @ordinary
    def vanish(self) -> None:
        """With whatever is held, for longer than a lease."""
        self.client.reserve(self.fate.choice(QUEUES), count=2)
        self.pause(3 * THINK_S)

    def _on(self, given: Given) -> None:
        held = (given.task_id, given.lease.lease_token)
        self.client.start(*held)
        if self.fate.random() < 0.2:
            self.client.save_draft(*held, b"half of it")
        self.pause(THINK_S)
        if self.fate.random() < 0.1:
            self.client.renew_all()
        way = self.fate.random()
        if way < 0.05:
            self.client.release(*held)
        elif way < 0.08:
            self.client.skip(*held, reason="not for me")
        else:
            self._hand_in(*held)

    def _hand_in(self, task: str, token: int) -> None:
        """Submit; of what was returned first say that all of it is corrected."""
        status = "discarded" if self.fate.random() < 0.05 else ""
        units = [ReviewUnit(unit_id=f"unit-{n}") for n in range(self.fate.randint(0, 4))]
        try:
            self.client.submit(task, token, status=status, units=units)
        except errors.OpenIssues:
            self.client.mark_fixed(task)
            self.client.submit(task, token, status=status, units=units)


class Reviewer(Base):
    """Takes reviews, thinks, and approves most of what is there; experts are among them."""

    weight = 8
    wait_time = between(0.0, 0.1)

    def on_start(self) -> None:
        self.begin(f"reviewer-{next(_reviewers)}")

    @task(10)
    @ordinary
    def review(self) -> None:
        self._decide(TaskKind.TASK_KIND_REVIEW)

    @task(2)
    @ordinary
    def review_as_an_expert(self) -> None:
        self._decide(TaskKind.TASK_KIND_EXPERT_REVIEW)

    def _decide(self, kind: TaskKind) -> None:
        given = self.client.reserve_reviews(REVIEWED, count=2, kind=kind)
        if not given.reviews:
            self.pause(THINK_S)
        for each in given.reviews:
            self.pause(THINK_S / 4)
            rejects = self.fate.random() < 0.2
            said = REJECTED if rejects else APPROVED
            self.client.decide(each.review_id, each.lease.lease_token, all_units=said)


class Manager(Base):
    """Looks at queues, and changes what managers change."""

    weight = 2
    wait_time = between(0.2, 1.0)

    def on_start(self) -> None:
        self.begin("ada")

    @task(6)
    @ordinary
    def look(self) -> None:
        self.client.get_queue_depth(self.fate.choice(QUEUES))
        self.client.list_queues()

    @task(2)
    @ordinary
    def list_members(self) -> None:
        self.client.list_members(page_size=100)

    @task(2)
    @ordinary
    def change_skills(self) -> None:
        """Of somebody at work: what they may be given changes under their hands."""
        skills = self.fate.sample(["cars", "night"], self.fate.randint(0, 2))
        self.client.update_member(f"person-{self.fate.randint(1, PEOPLE)}", skills=skills)

    @task(1)
    @ordinary
    def breathe(self) -> None:
        """Nobody is given anything of a queue for a moment."""
        queue = self.fate.choice(QUEUES)
        self.client.pause_queue(queue)
        try:
            self.pause(0.5)
        finally:
            self.client.resume_queue(queue)

    @task(1)
    @ordinary
    def take_back(self) -> None:
        """What somebody has of their batches; most have none."""
        person = f"person-{self.fate.randint(1, PEOPLE)}"
        self.client.clear_batch(BATCHED, person=person)

    @task(1)
    @ordinary
    def hurry(self) -> None:
        """One task, if it waits. The queues were filled one after the other."""
        priority = self.fate.choice([Priority.PRIORITY_HIGH, Priority.PRIORITY_LOW])
        number = self.fate.randrange(len(QUEUES))
        entry = ENTRIES * number + self.fate.randint(1, ENTRIES)
        self.client.set_priority(QUEUES[number], [f"{entry}-1"], priority)


class Producer(Base):
    """Brings more items, which follow into the queues that the dataset feeds."""

    weight = 1
    wait_time = between(1.0, 3.0)

    def on_start(self) -> None:
        self.begin("ada")
        self.made = 0

    @task
    @ordinary
    def bring(self) -> None:
        self.made += 1
        names = [f"more-{id(self)}-{self.made}-{n}" for n in range(20)]
        self.client.import_items("items", names)


class Shape(LoadTestShape):
    """The shape that was asked for."""

    def tick(self) -> tuple[int, float] | None:
        users = users_at(SHAPE, self.get_run_time(), most=USERS, duration_s=DURATION_S)
        return None if users is None else (users, max(10.0, USERS / 3))
