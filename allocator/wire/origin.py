"""Where a queue comes from, on the wire."""

from __future__ import annotations

from allocator.origin import NO_PIPELINE, Channel, Pipeline
from dibs.v1 import origin_pb2 as pb
from dibs.v1 import queue_pb2


def channel(queue: queue_pb2.Queue) -> Channel:
    """By what it was made; by hand, if nothing is said."""
    return Channel(queue.channel or Channel.WORKFLOW)


def pipeline(queue: queue_pb2.Queue) -> Pipeline:
    """The pipeline it belongs to; without anything in it, none."""
    found = queue.pipeline
    return Pipeline(
        pipeline_id=found.pipeline_id,
        node_id=found.node_id,
        display_name=found.display_name,
        link=found.link,
    )


def pipeline_out(found: Pipeline) -> pb.Pipeline | None:
    """Nothing where there is none."""
    if found == NO_PIPELINE:
        return None
    return pb.Pipeline(
        pipeline_id=found.pipeline_id,
        node_id=found.node_id,
        display_name=found.display_name,
        link=found.link,
    )
