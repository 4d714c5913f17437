"""Watching without I/O: what to ask for next, and whether to come again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from dibs import report_calls
from dibs.call import Scope
from dibs.errors import DibsError
from dibs.retry import Attempts, Fail, Patience, Wait
from dibs.v1 import report_pb2 as pb

METHOD: Final = report_calls.SERVICE + "Watch"
HEARTBEAT: Final = timedelta(seconds=10)
SILENT_BEATS: Final = 3
"""After so many heartbeats that did not come nobody is there."""


class Course:
    """Where somebody who watches is; the streams come and go."""

    def __init__(
        self,
        scope: Scope,
        patience: Patience,
        *,
        queue: str,
        from_seq: int,
        heartbeat: timedelta,
    ) -> None:
        self._patience = patience
        self._attempts: Attempts | None = None
        self.request = pb.WatchRequest(**scope.where(), queue_id=queue, from_seq=from_seq)
        self.request.heartbeat_interval.FromTimedelta(heartbeat)
        self.silence_s = SILENT_BEATS * heartbeat.total_seconds()
        self.seq = max(0, from_seq - 1)

    def took(self, response: pb.WatchResponse) -> pb.Activity | None:
        """Go on behind what was told; what happened, if anything did."""
        self._attempts = None
        self.seq = response.seq
        self.request.from_seq = response.seq + 1
        return response.activity if response.HasField("activity") else None

    def pause_s(self, error: DibsError, now: float) -> float:
        """How long to wait before the next stream. Raises what it is no use to come again after."""
        self._attempts = self._attempts or Attempts(self._patience, now=now, change=False)
        step = self._attempts.after(error, now)
        if isinstance(step, Fail):
            raise step.error from None
        return step.pause_s if isinstance(step, Wait) else 0.0
