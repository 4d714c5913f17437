"""Manifests are read whole before anything is sent; a bad line is named."""

from pathlib import Path

import pytest

from allocator.cli.manifest import Format, format_of, items
from dibs.errors import InvalidArgument


def _file(tmp_path: Path, data: bytes) -> Path:
    file = tmp_path / "manifest"
    file.write_bytes(data)
    return file


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
        list(items(_file(tmp_path, data), Format.JSONL))
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
        list(items(_file(tmp_path, data), Format.CSV))
    assert refused.value.field == field


def test_the_name_of_a_file_tells_its_format() -> None:
    assert [format_of(Path(name)) for name in ("a.csv", "a.CSV", "a.jsonl", "a")] == [
        Format.CSV,
        Format.CSV,
        Format.JSONL,
        Format.JSONL,
    ]
