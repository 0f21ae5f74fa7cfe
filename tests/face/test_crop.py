import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from face2face.face.crop import head_box
from face2face.face.expression import AVERAGE_FACE


def test_a_small_head_is_cropped_with_room_around_it() -> None:
    face = AVERAGE_FACE * 30 + (300, 200)
    box = head_box(face[None], 480, 640)
    low, high = face.min(0), face.max(0)
    assert box.side < 250
    assert box.y < low[1] - 20, "room for hair"
    assert box.x < low[0] - 10
    assert box.x + box.side > high[0] + 10


@given(
    x=st.floats(125, 515), y=st.floats(30, 365), unit=st.floats(15, 60), wander=st.floats(0, 100)
)
def test_the_landmarks_of_all_frames_are_inside(
    x: float, y: float, unit: float, wander: float
) -> None:
    faces = np.stack([AVERAGE_FACE * unit + (x + dx, y) for dx in (-wander / 2, wander / 2)])
    box = head_box(faces, 480, 640)
    assert (faces.min((0, 1)) >= np.array([box.x, box.y]) - 1).all()
    assert (faces.max((0, 1)) <= np.array([box.x, box.y]) + box.side + 1).all()


def test_the_crop_stays_inside_the_picture_where_the_head_allows_it() -> None:
    box = head_box((AVERAGE_FACE * 60 + (200, 120))[None], 288, 360)
    assert box.side <= 288
    assert box.x >= 0
    assert box.y >= 0
    assert box.x + box.side <= 360
    assert box.y + box.side <= 288
