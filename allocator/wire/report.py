"""ReportService on the wire."""

# ruff: noqa: D103 - each function is named after the message it makes or takes

from __future__ import annotations

from allocator import activity_words as words
from allocator import answers, requests
from allocator import report_words as reports
from allocator.wire import common
from dibs.v1 import report_pb2 as pb

BEAT_S = 10.0
WINDOW_MS = 7 * 24 * 60 * 60 * 1000


def list_activity(request: pb.ListActivityRequest) -> requests.ListOf:
    return common.list_of(request, request.queue_id)


def activities(answer: answers.Listed[words.Activity]) -> pb.ListActivityResponse:
    return pb.ListActivityResponse(
        activity=map(activity, answer.rows),
        next_page_token=answer.next_token,
        total_size=answer.total,
        total_is_lower_bound=answer.at_least,
    )


def watch(request: pb.WatchRequest) -> words.Watch:
    beat = request.heartbeat_interval if request.HasField("heartbeat_interval") else None
    return words.Watch(
        look=requests.Look(project=request.project_id, actor=request.actor),
        queue_id=request.queue_id,
        from_seq=request.from_seq,
        beat_s=BEAT_S if beat is None else common.milliseconds(beat) / 1000,
    )


def watched(answer: words.Watched) -> pb.WatchResponse:
    told = answer.activity
    return pb.WatchResponse(seq=answer.seq, activity=activity(told) if told else None)


def activity(row: words.Activity) -> pb.Activity:
    return pb.Activity(
        seq=row.seq,
        change=row.change,
        create_time=common.timestamp(row.created_ms),
        actor=row.actor,
        person_ids=row.people,
        queue_ids=row.queue_ids,
        dataset_id=row.dataset_id,
        tasks=map(_task, row.tasks),
        count=row.count,
        reason=row.reason,
        operation_id=str(row.operation) if row.operation else "",
    )


def _task(task: words.ActivityTask) -> pb.ActivityTask:
    return pb.ActivityTask(
        task_id=str(task.task),
        all_slots=task.all_slots,
        queue_id=task.queue_id,
        person=task.person,
        state=common.number(task.state) if task.state else None,
        lease_token=task.token,
        previous_person=task.before,
        dataset_id=task.item.dataset,
        external_id=task.item.external_id,
        kind=common.number(task.kind),
    )


def get_workload(request: pb.GetWorkloadRequest) -> reports.GetWorkload:
    window = request.window if request.HasField("window") else None
    return reports.GetWorkload(
        look=common.look(request),
        queue_id=request.queue_id,
        window_ms=WINDOW_MS if window is None else common.milliseconds(window),
    )


def workload(answer: reports.Workload) -> pb.GetWorkloadResponse:
    return pb.GetWorkloadResponse(
        workloads=map(_person, answer.people),
        since=common.timestamp(answer.since_ms),
        tasks=answer.tasks,
        urgent_tasks=answer.urgent,
        urgent_share=answer.urgent_share,
    )


def _person(row: reports.PersonWorkload) -> pb.PersonWorkload:
    load = row.load
    return pb.PersonWorkload(
        person_id=load.person_id,
        active=load.active,
        open_tasks=load.open,
        open_weight=load.weight,
        started_tasks=load.started,
        returned_tasks=load.returned,
        done_today=load.today,
        done_tasks=load.done,
        median_handling=common.duration(load.handling_ms),
        last_seen_time=common.timestamp(load.seen_ms),
        idle=row.idle,
        overloaded=row.overloaded,
    )


def get_forecast(request: pb.GetForecastRequest) -> requests.LookAt:
    return requests.LookAt(look=common.look(request), id=request.queue_id)


def forecasts(answer: reports.QueueForecast) -> pb.GetForecastResponse:
    return pb.GetForecastResponse(
        now=common.timestamp(answer.now_ms),
        queue=_forecast(answer.queue),
        assignments=map(_share, answer.shares),
    )


def _forecast(found: reports.Forecast) -> pb.Forecast:
    return pb.Forecast(
        remaining_tasks=found.tasks,
        remaining_weight=found.weight,
        finish_time=common.timestamp(found.finish_ms),
        earliest_finish_time=common.timestamp(found.earliest_ms),
        latest_finish_time=common.timestamp(found.latest_ms),
        due_time=common.timestamp(found.due_ms or None),
        deadline_risk=found.risk,
        overdue=found.overdue,
        at_risk=found.at_risk,
    )


def _share(found: reports.ShareForecast) -> pb.AssignmentForecast:
    return pb.AssignmentForecast(
        assignment_id=found.assignment_id,
        person_id=found.person_id,
        forecast=_forecast(found.forecast),
        last_change_time=common.timestamp(found.touched_ms),
        median_handling=common.duration(found.handling_ms),
        aging=found.aging,
        too_small=found.too_small,
        too_large=found.too_large,
    )
