"""Lists for people: a table that fits its window, with nothing broken up."""

from __future__ import annotations

import io
import re

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from allocator.cli import tables

NAMES = st.lists(
    st.from_regex(r"[a-z]{1,12}(_[a-z]{1,8})?", fullmatch=True), min_size=1, max_size=9
)
WORD = st.from_regex(r"[a-z0-9,.-]{1,40}", fullmatch=True)


def printed(rows: tables.Rows, room: int) -> list[str]:
    out = io.StringIO()
    made = tables.table(rows, tables.fitting(rows, room))
    Console(file=out, width=room, soft_wrap=True).print(made)
    return [line.rstrip() for line in out.getvalue().splitlines() if line.strip()]


@given(st.data(), NAMES.map(lambda names: list(dict.fromkeys(names))), st.integers(45, 200))
def test_no_line_of_a_table_is_wider_than_the_window_and_no_word_is_broken_up(
    data: st.DataObject, names: list[str], room: int
) -> None:
    row = {name: data.draw(WORD) for name in names}
    lines = printed([row, row], room)
    shown = [heading.replace(" ", "_") for heading in re.split(r"\s{2,}", lines[0].strip())]

    assert shown[0] == names[0]
    assert all(len(line) <= room for line in lines)
    assert all(row[name] in lines[2] for name in shown)


def test_what_has_no_room_is_left_out_and_all_is_shown_where_there_is_room() -> None:
    row = {"queue_id": "cars", "allowed_actions": "update_queue, add_items", "slots": "3"}

    assert printed([row], 30)[0].split() == ["queue", "id", "slots"]
    assert printed([row], 1_000)[2].split() == ["cars", "update_queue,", "add_items", "3"]


def test_what_people_look_for_stands_next_to_the_id() -> None:
    row = {"task_id": "7-1", "weight": "1.5", "slot": "1", "person": "ann", "external_id": "a.png"}
    names = ["task_id", "external_id", "person", "weight", "slot"]

    assert tables.names([row]) == names
    assert tables.fitting([row], 25) == names[:2]
