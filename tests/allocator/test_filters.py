"""Filters of lists: what they read, and where they say that they cannot."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.filter_text import MOST_COMPARISONS, parse
from allocator.filters import (
    EVERYTHING,
    All,
    Compare,
    Field,
    Filter,
    FilterError,
    Kind,
    Not,
    Order,
    Some,
    comparisons,
    judged,
    order,
)

FIELDS = {
    "state": Field(kind=Kind.WORD, words={"QUEUED": 2, "COMPLETED": 6}),
    "slot": Field(kind=Kind.NUMBER),
    "update_time": Field(kind=Kind.TIME),
    "external_id": Field(kind=Kind.TEXT),
    "person": Field(kind=Kind.ID),
    "late": Field(kind=Kind.FLAG),
    "attributes": Field(kind=Kind.MAP),
    "classes": Field(kind=Kind.LIST),
}
QUEUED = Compare(field="state", operator="=", value=2)
DONE = Compare(field="state", operator="=", value=6)
LATE = Compare(field="late", operator="=", value=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", EVERYTHING),
        ("  ", EVERYTHING),
        ("state=QUEUED", QUEUED),
        ("state = queued", QUEUED),
        ("slot>=2", Compare(field="slot", operator=">=", value=2)),
        ("slot < -1.5", Compare(field="slot", operator="<", value=-1.5)),
        ('external_id:"a b"', Compare(field="external_id", operator=":", value="a b")),
        (r'person = "a\"\\b"', Compare(field="person", operator="=", value='a"\\b')),
        ("person = 'ann'", Compare(field="person", operator="=", value="ann")),
        ('person = ""', Compare(field="person", operator="=", value="")),
        (
            "update_time > 1970-01-01T00:00:01Z",
            Compare(field="update_time", operator=">", value=1000),
        ),
        (
            'update_time > "1970-01-01T01:00:01+01:00"',
            Compare(field="update_time", operator=">", value=1000),
        ),
        (
            "attributes.colour != red",
            Compare(field="attributes", key="colour", operator="!=", value="red"),
        ),
        (
            'attributes."my key" = 1',
            Compare(field="attributes", key="my key", operator="=", value="1"),
        ),
        ("attributes:colour", Compare(field="attributes", key="colour", operator=":", value="")),
        ("classes:car", Compare(field="classes", operator=":", value="car")),
        ("NOT late=true", Not(LATE)),
        ("-late=true", Not(LATE)),
        ("state=QUEUED AND late=true", All((QUEUED, LATE))),
        ("state=QUEUED late=true", All((QUEUED, LATE))),
        ("state=QUEUED OR late=true", Some((QUEUED, LATE))),
        # OR binds tighter than AND.
        ("state=QUEUED AND state=COMPLETED OR late=true", All((QUEUED, Some((DONE, LATE))))),
        ("(state=QUEUED AND late=true) OR state=COMPLETED", Some((All((QUEUED, LATE)), DONE))),
        ("NOT (state=QUEUED)", Not(QUEUED)),
    ],
)
def test_a_filter_is_read(text: str, expected: object) -> None:
    assert parse(text, FIELDS) == expected


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("nonsense", 1, "expected a field of this list: attributes, classes"),
        ("state", 6, "expected one of = != behind state"),
        ("state=", 7, "expected a value behind '='"),
        ("state=RUNNING", 7, "state is one of QUEUED, COMPLETED"),
        ("state>QUEUED", 6, "expected one of = !="),
        ("state=QUEUED AND", 17, "expected the name of a field"),
        ("state=QUEUED OR AND", 17, "expected the name of a field"),
        ("(state=QUEUED", 14, "expected ')' for the '(' at character 1"),
        ("state=QUEUED)", 13, "expected AND, OR or the end"),
        ("external_id:ab", 13, "at least 3 characters"),
        ('person="ann', 12, 'expected the end of "'),
        ("slot=two", 6, "expected a number for slot"),
        ("slot=99999999999999999999", 6, "expected a number"),
        ("update_time>yesterday", 13, "expected a time such as"),
        ("late=maybe", 6, "expected true or false"),
        ("attributes=red", 11, "expected one of : behind attributes"),
        ("attributes.=red", 12, "expected a key"),
        ("=1", 1, "expected the name of a field"),
        ("(" * 22 + "late=true", 22, "20 deep"),
    ],
)
def test_what_is_no_filter_is_refused_where_it_goes_wrong(text: str, at: int, words: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text, FIELDS)
    assert (caught.value.at + 1, words in str(caught.value)) == (at, True), str(caught.value)
    assert str(caught.value).startswith(f"at character {at}: ")


def test_a_filter_has_a_limit() -> None:
    most = " OR ".join(["late=true"] * MOST_COMPARISONS)
    assert len(list(comparisons(parse(most, FIELDS)))) == MOST_COMPARISONS
    with pytest.raises(FilterError, match="at most 50"):
        parse(most + " OR late=true", FIELDS)


@given(st.text(alphabet=string.printable + "é\u2028", max_size=60))
def test_any_text_is_a_filter_or_refused(text: str) -> None:
    wrong = -1
    found: Filter = EVERYTHING
    try:
        found = parse(text, FIELDS)
    except FilterError as error:
        wrong = error.at
    assert -1 <= wrong <= len(text)
    assert all(one.field in FIELDS for one in comparisons(found))


def test_a_filter_is_judged_as_far_as_it_is_known() -> None:
    def judge(one: Compare) -> bool | None:
        return one.value == 2 if one.field == "state" else None

    known = {
        "state=QUEUED": True,
        "state=COMPLETED": False,
        "state=COMPLETED AND late=true": False,
        "state=QUEUED AND late=true": None,
        "state=QUEUED OR late=true": True,
        "state=COMPLETED OR late=true": None,
        "NOT state=COMPLETED": True,
        "NOT late=true": None,
        "": True,
    }
    assert {text: judged(parse(text, FIELDS), judge) for text in known} == known


def test_an_order_is_one_of_those_known() -> None:
    known = ("task_id", "update_time")
    assert order("", known) == Order(field="task_id")
    assert order(" update_time  desc ", known) == Order(field="update_time", down=True)
    assert order("task_id asc", known) == Order(field="task_id")
    for text in ("person", "task_id up", "task_id desc, update_time", "desc"):
        with pytest.raises(FilterError, match="must be one of task_id, update_time"):
            order(text, known)
