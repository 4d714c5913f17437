"""The operator's port: /healthz, /readyz, /metrics."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from allocator import metrics


def application(*, ready: Callable[[], bool], figures: Path) -> Starlette:
    """The pages. `ready` says whether a worker answers calls now."""

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        if ready():
            return PlainTextResponse("ready\n")
        return PlainTextResponse("no worker is ready\n", status_code=503)

    async def exposition(_: Request) -> Response:
        return Response(metrics.exposition(figures), media_type=metrics.CONTENT_TYPE)

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", exposition),
        ]
    )


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: the supervisor owns them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


def server(app: Starlette) -> Server:
    """A server that is run by `serve(sockets=…)` and stopped by `should_exit`."""
    return Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
