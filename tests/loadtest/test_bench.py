"""The benches' frame, and the generator: what they count is true. No timed assertion."""

from __future__ import annotations

import hpack
import pytest

from loadtest.bench import __main__ as frame
from loadtest.bench import b8, b9, b11, b15, b16, ground, results
from loadtest.bench.generator import Kind
from loadtest.bench.http2 import Http2Error, Statuses, request_headers
from loadtest.bench.results import Figure, Section


def section(id_: str, *figures: Figure) -> Section:
    return Section(
        id=id_,
        measures="Something.",
        figures=figures,
        machine=frame.machine(),
        commit="abc",
        date="2026-01-01",
        seconds=1.0,
    )


def test_a_figure_says_how_far_it_missed():
    about = {"name": "calls/s", "unit": "×", "reach": 0.6}
    assert Figure.of([0.9, 0.5, 0.7], **about).verdict == "met"
    missed = Figure.of([0.45], **about)
    assert (missed.met, missed.verdict) == (False, "missed by 25%")
    assert Figure.of([12], name="p50", unit="ms", reach=10, at_most=True).verdict == "missed by 20%"
    assert Figure(name="all", unit="", found=None, void="no pgbench").verdict.endswith("no pgbench")


def test_results_are_written_and_sections_of_other_benches_stay(tmp_path):
    figure = Figure.of([1, 2, 3], name="old", unit="×", reach=1, profile="Here.")
    results.write(tmp_path, [section("B1", figure), section("B10", figure)])
    new = section("B1", Figure(name="new", unit="×", found=None, void="broke"))
    merged = results.merged(tmp_path, [new, section("B3", figure)])
    results.write(tmp_path, merged)
    assert [one.id for one in results.read(tmp_path)] == ["B1", "B3", "B10"]
    assert results.read(tmp_path) == merged
    page = (tmp_path / "RESULTS.md").read_text()
    assert "| B3 | old | 2 × (1 – 3) | ≥ 1 × | met |" in page
    assert "no figure: broke" in page
    assert "commit abc" in page


async def test_a_bench_that_breaks_has_no_figure(monkeypatch):
    async def run(*, short: bool) -> None:
        raise ground.NotSound("audit: 7 events, 1 violation")

    monkeypatch.setattr("loadtest.bench.b1.run", run)
    (broken,) = await frame.measured(["B1"], short=True)
    assert not broken.sound
    assert "1 violation" in broken.figures[0].void


def test_benches_are_found_by_name():
    assert {"B1", "B3", "B5"} <= set(frame.chosen(""))
    assert frame.chosen("b5, B1") == ["B5", "B1"]
    with pytest.raises(SystemExit, match="no bench B99"):
        frame.chosen("B99")


def test_statuses_are_told_from_trailers():
    statuses = Statuses()
    statuses.check(hpack.Encoder().encode([("grpc-status", "0")]))
    with pytest.raises(Http2Error, match="grpc-status 5 gone"):
        statuses.check(hpack.Encoder().encode([("grpc-status", "5"), ("grpc-message", "gone")]))
    with pytest.raises(Http2Error):
        statuses.check(hpack.Encoder().encode([("content-type", "application/grpc")]))


def test_request_headers_need_no_table():
    block = request_headers("localhost:1", "/dibs.v1.AllocationService/Ping")
    decoder = hpack.Decoder()
    headers = {str(name): str(value) for name, value in decoder.decode(block)}
    assert headers[":path"] == "/dibs.v1.AllocationService/Ping"
    assert not decoder.header_table.dynamic_entries


async def test_the_closed_loop_is_answered_ok_and_the_audit_finds_nothing():
    async with ground.opened() as here:
        project = await here.project("loop")
        await project.seat(8)
        await project.fill(3000)
        work = await here.phase(project, kind=Kind.WORK, seconds=1.0, connections=4)
        assert work.tally.calls == 2 * work.tally.tasks > 0
        assert [seat.n for seat in project.seats] == list(work.tally.next_ns)
        assert sum(work.tally.next_ns) - 8 == work.tally.calls
        ping = await here.phase(project, kind=Kind.PING, seconds=0.3, connections=4, size=100)
        assert ping.tally.answer_bytes == 102
        assert {"workers", "redis", "postgres", "generator"} <= set(work.cpu_s)
        line = await here.audited()
        empty = await here.project("empty")
        await empty.seat(1)
        with pytest.raises(ValueError, match="0 tasks"):  # a call that is refused ends the run
            await here.phase(empty, kind=Kind.WORK, seconds=1.0, connections=1)
    assert line.endswith("0 violations")


async def test_what_is_lost_comes_back_with_a_snapshot_and_without():
    figures = await b8.run(short=True)
    assert [figure.found is not None for figure in figures] == [True, True, True]
    assert [figure.reach for figure in figures] == [10.0, 5.0, None]


async def test_an_import_is_measured_by_what_was_added():
    [figure] = await b9.run(short=True)
    assert figure.found is not None
    assert "client and supervisor" in figure.profile


async def test_tasks_are_dealt_and_redistributed_while_others_work():
    figures = await b11.run(short=True)
    assert [figure.found is not None for figure in figures] == [True] * 4
    assert [figure.reach for figure in figures] == [30, 3, 30, 3]
    assert all("0 violations" in figure.absolute for figure in figures[1::2])


async def test_reviews_are_reserved_and_decided_about_while_redis_counts():
    figures = await b15.run(short=True)
    assert [figure.found is not None for figure in figures] == [True] * 7
    assert [figure.unit for figure in figures] == ["×", *["µs"] * 6]


async def test_submissions_are_measured_with_review_and_without():
    figures = await b16.run(short=True)
    assert [figure.found is not None for figure in figures] == [True, True]
    assert all("0 violations" in figure.absolute for figure in figures)
