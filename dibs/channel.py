"""How both clients reach a server."""

from __future__ import annotations

MEBIBYTE = 1024 * 1024

# A list of 1000 items with all their attributes does not fit into the usual 4 MB.
LARGEST_ANSWER = 128 * MEBIBYTE

OPTIONS: tuple[tuple[str, int], ...] = (
    # Retries are ours: they keep the request_id and listen to RetryInfo.
    ("grpc.enable_retries", 0),
    ("grpc.max_receive_message_length", LARGEST_ANSWER),
    # Workers share a port: a client that hides behind another client's
    # connection would share its worker.
    ("grpc.use_local_subchannel_pool", 1),
    # A killed worker's port answers again at once, so look again soon.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # A paused worker keeps its connections: notice it.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 10_000),
)
