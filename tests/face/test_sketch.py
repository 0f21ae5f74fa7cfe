import numpy as np

from face2face.face.expression import AVERAGE_FACE
from face2face.face.sketch import LEGACY, SketchSpec
from face2face.image import Landmarks

FACE: Landmarks = (AVERAGE_FACE * 60 + 128).astype(np.float32)


def test_lines_are_drawn_where_the_landmarks_are() -> None:
    sketch = SketchSpec().draw(FACE, 256)
    assert sketch.shape == (256, 256, 3)
    assert sketch.dtype == np.uint8
    for x, y in np.round(FACE[:68]).astype(int):  # irises are not drawn
        assert sketch[y - 1 : y + 2, x - 1 : x + 2].max() > 100
    assert (sketch.max(axis=-1) > 0).mean() < 0.1


def test_the_line_width_grows_with_the_size() -> None:
    narrow, wide = SketchSpec().draw(FACE, 256), SketchSpec().draw(FACE * 2, 512)
    shares = [(each.max(axis=-1) > 127).mean() for each in (narrow, wide)]
    assert np.isclose(*shares, rtol=0.3)


def test_the_two_eyes_differ_in_colour() -> None:
    sketch = SketchSpec().draw(FACE, 256)
    colours = [tuple(sketch[tuple(np.round(FACE[point][::-1]).astype(int))]) for point in (37, 43)]
    assert colours[0] != colours[1]


def test_the_predecessors_lines_are_white_and_hard() -> None:
    assert set(np.unique(LEGACY.draw(FACE, 256))) == {0, 255}


def test_landmarks_beyond_the_edge_are_no_error() -> None:
    assert SketchSpec().draw(FACE + 1000, 256).max() == 0
