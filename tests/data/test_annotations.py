import json
from pathlib import Path

import pytest

from face2face.data.annotations import (
    Line,
    Rect,
    SkipReason,
    SkipReport,
    photo_of,
    read_annotations,
    square,
)
from face2face.errors import DataError
from face2face.image import Box

FACE = [0.25, 0.5, 0.5, 0.75]


def box(left: object, top: object, right: object, bottom: object) -> dict:
    corners = [{"x": left, "y": top}, {"x": right, "y": bottom}]
    return {"label": ["Face"], "points": corners, "imageWidth": 8, "imageHeight": 4}


def photo(*boxes: dict, url: str = "http://host/a.jpg") -> str:
    return json.dumps({"content": url, "annotation": list(boxes)})


def written(folder: Path, *lines: str) -> Path:
    path = folder / "faces.json"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_each_line_is_a_photo_and_its_faces(tmp_path: Path) -> None:
    path = written(
        tmp_path, photo(box(*FACE)), photo(box(0, 0, 1, 1), box(*FACE), url="http://host/b.jpg")
    )
    lines, faults = read_annotations(path)
    assert lines == [
        Line(0, "http://host/a.jpg", (Rect(0.25, 0.5, 0.5, 0.75),)),
        Line(1, "http://host/b.jpg", (Rect(0, 0, 1, 1), Rect(0.25, 0.5, 0.5, 0.75))),
    ]
    assert faults.lines() == []


def test_lines_that_say_nothing_are_named_and_keep_their_numbers(tmp_path: Path) -> None:
    none = json.dumps({"content": "http://host/a.jpg", "annotation": None})
    odd = json.dumps({"content": "http://host/a.jpg", "annotation": "face"})
    path = written(
        tmp_path,
        "",
        "null",
        photo(box(*FACE)),
        "{cut off",
        none,
        photo(),
        odd,
        "7",
        "[" * 100_000,
        photo(box(*FACE)),
    )
    lines, faults = read_annotations(path)
    assert [line.number for line in lines] == [2, 9]
    assert faults.lines() == [
        "3 lines are not JSON: 0, 3, 8",
        "1 line is null: 1",
        "2 lines have no annotation: 4, 5",
        "2 lines are no objects with a list of boxes: 6, 7",
    ]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (box(-0.01, 0.5, 0.5, 0.75), "box reaches outside its photo"),
        (box(0.25, 0.5, 0.5, 1.01), "box reaches outside its photo"),
        (box(0.5, 0.5, 0.25, 0.75), "box has swapped corners"),
        (box(0.25, 0.75, 0.5, 0.5), "box has swapped corners"),
        (box(0.25, 0.5, 0.25, 0.75), "box has no area"),
        (box(1, 0.5, 1.0000005, 0.75), "box has no area"),
        (box(float("nan"), 0.5, 0.5, 0.75), "box is not two corners in numbers"),
        (box(float("-inf"), 0.5, 0.5, 0.75), "box is not two corners in numbers"),
        (box(10**400, 0.5, 0.5, 0.75), "box is not two corners in numbers"),
        (box("0.25", 0.5, 0.5, 0.75), "box is not two corners in numbers"),
        (box(False, 0.5, True, 0.75), "box is not two corners in numbers"),
        (box(None, 0.5, 0.5, 0.75), "box is not two corners in numbers"),
        ({"label": ["Face"]}, "box is not two corners in numbers"),
        ({"points": None}, "box is not two corners in numbers"),
        ({"points": [{"x": 0.5, "y": 0.5}]}, "box is not two corners in numbers"),
        ({"points": [{"x": 0.5, "y": 0.5}] * 3}, "box is not two corners in numbers"),
        ({"points": [{"x": 0.25, "y": 0.5}, {"x": 0.5}]}, "box is not two corners in numbers"),
        ("face", "box is not two corners in numbers"),
    ],
)
def test_a_bad_box_is_named_and_loses_none_of_the_others(
    tmp_path: Path, bad: dict, reason: str
) -> None:
    (line,), faults = read_annotations(
        written(tmp_path, "null", photo(box(*FACE), bad, box(0, 0, 1, 1)))
    )
    assert line.faces == (Rect(0.25, 0.5, 0.5, 0.75), Rect(0, 0, 1, 1))
    assert faults.lines() == ["1 line is null: 0", f"1 {reason}: line 1"]


def test_a_line_of_bad_boxes_only_is_left_out(tmp_path: Path) -> None:
    bad = box(0.5, 0.5, 0.25, 0.75)
    lines, faults = read_annotations(
        written(tmp_path, photo(bad, bad), photo(box(*FACE)), photo(bad))
    )
    assert [line.number for line in lines] == [1]
    assert faults.lines() == ["3 boxes have swapped corners: line 0, line 2"]


def test_what_rounding_puts_outside_is_put_back(tmp_path: Path) -> None:
    (line,), _ = read_annotations(written(tmp_path, photo(box(-1e-9, 0, 0.5, 1 + 1e-9))))
    assert line.faces == (Rect(0, 0, 0.5, 1),)


def test_a_line_without_an_address_has_its_faces(tmp_path: Path) -> None:
    (line,), _ = read_annotations(written(tmp_path, json.dumps({"annotation": [box(*FACE)]})))
    assert line == Line(0, "", (Rect(0.25, 0.5, 0.5, 0.75),))


def test_an_array_is_read_as_its_lines_would_be(tmp_path: Path) -> None:
    lines = ["null", photo(box(*FACE)), photo(), photo(box(0, 0, 1, 1))]
    as_lines, faults = read_annotations(written(tmp_path, *lines))
    for array in ("[" + ",".join(lines) + "]", "\n[\n" + ",\n".join(lines) + "\n]"):
        as_array, same = read_annotations(written(tmp_path, array))
        assert as_array == as_lines
        assert same == faults


def test_windows_files_are_read_and_a_line_that_is_no_text_loses_none_of_the_others(
    tmp_path: Path,
) -> None:
    path = tmp_path / "faces.json"
    path.write_bytes(
        b"\xef\xbb\xbf"
        + photo(box(*FACE)).encode()
        + b'\r\n{"content": "\xff"}\r\n'
        + photo(box(*FACE)).encode()
        + b"\r\n"
    )
    lines, faults = read_annotations(path)
    assert [line.number for line in lines] == [0, 2]
    assert faults.lines() == ["1 line is not JSON: 1"]


def test_a_file_without_any_face_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no file .*absent\.json"):
        read_annotations(tmp_path / "absent.json")
    with pytest.raises(DataError, match="is not a regular file"):
        read_annotations(tmp_path)
    with pytest.raises(DataError, match="it is empty"):
        read_annotations(written(tmp_path))
    with pytest.raises(DataError, match="it is empty"):
        read_annotations(written(tmp_path, "[]"))
    with pytest.raises(DataError, match=r"2 lines are not JSON: 0, 1; 1 line is null: 2"):
        read_annotations(written(tmp_path, "no", "JSON", "null"))


def test_of_many_names_the_first_are_listed() -> None:
    faults = SkipReport()
    missing = SkipReason("photo is missing", "photos are missing")
    for number in range(38):
        faults.add(missing, number)
    faults.add(SkipReason("photo can't be read", "photos can't be read"), "img40")
    assert faults.lines() == [
        "38 photos are missing: 0, 1, 2, 3, 4, 5, 6, 7 and 30 more",
        "1 photo can't be read: img40",
    ]


def test_what_others_left_out_is_added() -> None:
    missing, torn = (
        SkipReason("photo is missing", "photos are missing"),
        SkipReason("photo is torn", "photos are torn"),
    )
    faults, others = SkipReport(), SkipReport()
    faults.add(missing, 1)
    for kind, name in ((torn, 2), (missing, 3)):
        others.add(kind, name)
    faults.also(others)
    faults.add(torn, 4)
    assert faults.lines() == ["2 photos are missing: 1, 3", "2 photos are torn: 2, 4"]
    assert others.lines() == ["1 photo is torn: 2", "1 photo is missing: 3"]


@pytest.mark.parametrize(
    ("corners", "margin", "expected"),
    [
        (Rect(0.25, 0.5, 0.5, 0.8), 0, Box(50, 40, 50)),  # x from 50 to 100, y from 50 to 80
        (Rect(0.25, 0.5, 0.5, 0.8), 0.5, Box(25, 15, 100)),
        (Rect(0.1, 0.2, 0.2, 0.8), 0.25, Box(-15, 5, 90)),  # x from 20 to 40, y from 20 to 80
        (Rect(0.5, 0.5, 0.501, 0.501), 0, Box(100, 50, 1)),  # a fifth of a pixel
    ],
    ids=["wide", "with a margin", "tall, over the edge", "tiny"],
)
def test_a_square_around_a_face(corners: Rect, margin: float, expected: Box) -> None:
    assert square(corners, 100, 200, margin) == expected


def test_a_photo_is_found_by_its_lines_number(tmp_path: Path) -> None:
    for name in ("img1.jpg", "img12.webp", "img3.jpeg", "img4.png", "img5.txt"):
        (tmp_path / name).touch()
    (tmp_path / "img6.jpg").mkdir()
    found = [photo_of(tmp_path, number) for number in (1, 12, 3, 4)]
    assert [each.name if each else None for each in found] == [
        "img1.jpg",
        "img12.webp",
        "img3.jpeg",
        "img4.png",
    ]
    assert [photo_of(tmp_path, number) for number in (2, 5, 6)] == [None, None, None]


def test_the_real_file(shared: Path) -> None:
    folder = shared / "dataturks"
    if not folder.is_dir():
        pytest.skip(f"needs {folder}")
    lines, faults = read_annotations(folder / "face_detection.json")
    assert (len(lines), sum(len(line.faces) for line in lines)) == (409, 1132)
    assert faults.lines() == []
    assert [
        line.number
        for line in lines
        if photo_of(folder / "photos", line.number) == folder / "photos" / "img12.jpg"
    ] == [12]
    face = lines[12].faces[0]
    assert (face.left, face.bottom) == pytest.approx((0.02771, 0.38095), abs=1e-5)
    assert square(face, 3423, 5000, 0) == Box(27, 355, 949)


@pytest.mark.parametrize("content", ["\n" * 100_001 + "null", f"[{'null,' * 100_000}null]"])
def test_a_file_of_too_many_lines_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "faces.json").write_text(content)
    with pytest.raises(DataError, match="has more than 100000 lines"):
        read_annotations(tmp_path / "faces.json")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "faces.json").open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(DataError, match="is larger than 16 MiB"):
        read_annotations(tmp_path / "faces.json")
