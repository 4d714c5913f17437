"""Manifests are read whole before anything is sent; a bad line is named."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.cli.formats import Format
from allocator.cli.manifest import certain, check_item, checked, format_of, rows
from dibs.errors import InvalidArgument
from dibs.v1.dataset_pb2 import Item


def _file(tmp_path: Path, data: bytes) -> Path:
    file = tmp_path / "manifest"
    file.write_bytes(data)
    return file


def count(file: Path, form: Format) -> int:
    return sum(1 for _ in checked(file, form))


def items(file: Path, form: Format) -> list[Item]:
    found = [row.item for row in rows(file, form)]
    assert count(file, form) == len(found)
    return found


# Around every limit, and of every type that JSON has.
_TEXT = st.text(max_size=3) | st.sampled_from(["x" * n for n in (64, 65, 256, 257, 1024, 1025)])
_WEIGHT = st.sampled_from([0, 5e-324, 1, 2.5, -1, 10**9, 10**9 + 1, 10**400, True])
_ANY = _TEXT | _WEIGHT | st.none() | st.lists(_TEXT, max_size=2)


@given(
    fields=st.fixed_dictionaries(
        {},
        optional={
            "external_id": _TEXT | _ANY,
            "weight": _WEIGHT | _ANY,
            "attributes": st.dictionaries(_TEXT, _TEXT | _ANY, max_size=3)
            | st.integers(63, 66).map(lambda n: {f"k{i}": "" for i in range(n)})
            | _ANY,
            "classes": st.lists(_TEXT, max_size=2),
            "colour": _ANY,
        },
    )
)
def test_what_is_certain_to_be_an_item_is_one(fields: dict[str, Any]) -> None:
    if certain(fields):
        check_item("here", fields)


def test_most_items_are_certain() -> None:
    for fields in (
        {"external_id": "a.png", "attributes": {"k": "é", "l": ""}},
        {"external_id": "b", "weight": 2},
    ):
        assert certain(fields)


def test_json_lines_are_items(tmp_path: Path) -> None:
    text = '{"external_id": "a", "weight": 2, "classes": ["x"], "attributes": {"k": "v"}}\n'
    [item] = items(_file(tmp_path, text.encode()), Format.JSONL)

    assert (item.external_id, item.weight, list(item.classes)) == ("a", 2, ["x"])
    assert dict(item.attributes) == {"k": "v"}


def test_csv_columns_beyond_the_known_are_attributes(tmp_path: Path) -> None:
    text = "external_id,weight,required_skills,city\na,1.5,cars; night,Rome\nb,,,Oslo\n"
    first, second = items(_file(tmp_path, text.encode()), Format.CSV)

    assert (first.weight, list(first.required_skills)) == (1.5, ["cars", "night"])
    assert (dict(first.attributes), dict(second.attributes)) == ({"city": "Rome"}, {"city": "Oslo"})
    assert not second.HasField("weight")


@pytest.mark.parametrize(
    ("data", "field", "right"),
    [
        (b'{"external_id": "a"}\n{"external_id": "b", "wei', "line 2", "one whole JSON object"),
        (b'{"external_id": "a"}\n\xff\xfe\n', "line 2", "UTF-8"),
        (b'["a"]\n', "line 1", "JSON object"),
        (b'{"external_id": "a", "weight": NaN}\n', "line 1", "one whole JSON object"),
        (b'{"external_id": "a", "weight": "NaN"}\n', "line 1: weight", "finite"),
        (b'{"external_id": "a", "weight": -1}\n', "line 1: weight", "0"),
        (b'{"external_id": ""}\n', "line 1: external_id", "empty"),
        (b'{"external_id": "a\\u0000b"}\n', "line 1: external_id", "control"),
        (b'{"external_id": "a\\nb"}\n', "line 1: external_id", "control"),
        (b'{"external_id": "a", "colour": 1}\n', "line 1", "colour"),
        (b'{"external_id": "' + b"x" * 300 + b'"}\n', "line 1: external_id", "256"),
    ],
)
def test_a_bad_line_of_json_is_named(tmp_path: Path, data: bytes, field: str, right: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        count(_file(tmp_path, data), Format.JSONL)
    assert refused.value.field == field
    assert right in refused.value.sentence


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"id,weight\na,1\n", "line 1"),
        (b"", "line 1"),
        (b"external_id,weight\na\n", "line 2"),
        (b"external_id\na\nb,c\n", "line 3"),
        (b"external_id,weight\na,heavy\n", "line 2"),
        (b"external_id\n\xc3\n", "line 2"),
    ],
)
def test_a_bad_line_of_csv_is_named(tmp_path: Path, data: bytes, field: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        count(_file(tmp_path, data), Format.CSV)
    assert refused.value.field == field


COCO = {
    "images": [
        {"id": 7, "file_name": "b.jpg", "width": 640, "flickr_url": "http://x/b", "gps": [1, 2]},
        {"id": 3, "file_name": "a.jpg", "height": 480.5},
    ],
    "annotations": [
        {"image_id": 7, "category_id": 2},
        {"image_id": 7, "category_id": 1},
        {"image_id": 7, "category_id": 2},
    ],
    "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "ant"}],
}
STUDIO = [
    {
        "id": 11,
        "data": {"image": "s3://b/1.jpg", "page": 3, "text": None},
        "meta": {"batch": "x"},
        "annotations": [
            {"result": [{"value": {"rectanglelabels": ["Car", "Bus"], "x": 1}}]},
            {"result": [{"value": {"choices": ["Bus"]}}]},
        ],
    },
    {"data": {"text": "how nice"}},
    {"text": "bare"},
]


def _json(tmp_path: Path, value: Any) -> Path:
    return _file(tmp_path, json.dumps(value).encode())


def test_images_of_coco_are_items_with_the_classes_annotated_on_them(tmp_path: Path) -> None:
    first, second = items(_json(tmp_path, COCO), Format.COCO)

    assert (first.external_id, list(first.classes)) == ("b.jpg", ["ant", "cat"])
    assert dict(first.attributes) == {"id": "7", "width": "640", "flickr_url": "http://x/b"}
    assert (second.external_id, list(second.classes)) == ("a.jpg", [])
    assert dict(second.attributes) == {"id": "3", "height": "480.5"}


def test_tasks_of_label_studio_are_items_named_by_id_or_by_what_they_show(tmp_path: Path) -> None:
    exported, wrapped, bare = items(_json(tmp_path, STUDIO), Format.LABEL_STUDIO)

    assert (exported.external_id, list(exported.classes)) == ("11", ["Bus", "Car"])
    assert dict(exported.attributes) == {"image": "s3://b/1.jpg", "page": "3", "meta.batch": "x"}
    assert (wrapped.external_id, bare.external_id) == ("how nice", "bare")
    assert dict(bare.attributes) == {"text": "bare"}


@pytest.mark.parametrize(
    ("value", "form", "field"),
    [
        ({}, Format.COCO, "images"),
        ({"images": [{"id": 1}]}, Format.COCO, "images[0].file_name"),
        ({"images": ["x"]}, Format.COCO, "images[0]"),
        ({"images": [{"file_name": "a\0"}]}, Format.COCO, "images[0]: external_id"),
        ({**COCO, "categories": []}, Format.COCO, "annotations[0].category_id"),
        ([], Format.LABEL_STUDIO, "file"),
        ([{"data": []}], Format.LABEL_STUDIO, "[0].data"),
        ([{"id": 1}, {"data": {"a": "x", "b": "y"}}], Format.LABEL_STUDIO, "[1].id"),
        ([{"data": {"a": "x" * 300}}], Format.LABEL_STUDIO, "[0]: external_id"),
    ],
)
def test_a_bad_element_of_json_is_named(
    tmp_path: Path, value: Any, form: Format, field: str
) -> None:
    with pytest.raises(InvalidArgument) as refused:
        count(_json(tmp_path, value), form)
    assert refused.value.field == field


@pytest.mark.parametrize("form", [Format.COCO, Format.LABEL_STUDIO])
def test_json_that_is_cut_off_is_refused(tmp_path: Path, form: Format) -> None:
    whole = json.dumps(COCO if form is Format.COCO else STUDIO).encode()
    with pytest.raises(InvalidArgument, match="cut off") as refused:
        count(_file(tmp_path, whole[:-20]), form)
    assert refused.value.field == "file"


QUOTED = b'external_id,note\n"a","say ""x"", then go"\n"b",""\n\xc3\xa9,"x"\n'


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b'{"external_id": "a"}\n{"external_id": "\xc3\xa9"}\n{"external_id": "c"}', Format.JSONL),
        (b'\xef\xbb\xbf{"external_id": "a"}\r\n{"external_id": "b"}\r\n', Format.JSONL),
        (QUOTED, Format.CSV),
        (json.dumps(COCO).encode(), Format.COCO),
        (json.dumps(STUDIO).encode(), Format.LABEL_STUDIO),
    ],
)
def test_reading_goes_on_behind_any_item(tmp_path: Path, data: bytes, form: Format) -> None:
    file = _file(tmp_path, data)
    everything = list(rows(file, form))

    for number, row in enumerate(everything, 1):
        assert list(rows(file, form, row.end)) == everything[number:]


def test_text_that_is_content_and_not_an_attribute_is_left_out(tmp_path: Path) -> None:
    task = {"id": 1, "data": {"text": "x" * 2000, "title": "two\nlines"}}
    [item] = items(_json(tmp_path, [task]), Format.LABEL_STUDIO)

    assert dict(item.attributes) == {"title": "two lines"}


def test_the_name_of_a_file_tells_its_format(tmp_path: Path) -> None:
    for begins, form in ((b" \n[", Format.LABEL_STUDIO), (b'\xef\xbb\xbf{"', Format.COCO)):
        (tmp_path / "x.json").write_bytes(begins)
        assert format_of(tmp_path / "x.json") is form
    assert [format_of(Path(name)) for name in ("a.csv", "a.CSV", "a.jsonl", "a")] == [
        Format.CSV,
        Format.CSV,
        Format.JSONL,
        Format.JSONL,
    ]
