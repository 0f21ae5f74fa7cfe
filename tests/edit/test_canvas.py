import numpy as np

from face2face.edit.canvas import Canvas

LABELS = np.ones((40, 60), np.uint8)


def stroke(canvas: Canvas, *points: tuple[int, int]) -> None:
    canvas.press(*points[0])
    for point in points[1:]:
        canvas.move(*point)
    canvas.release()


def test_a_stroke_paints_its_class_and_leaves_the_rest() -> None:
    canvas = Canvas(LABELS)
    assert canvas.change is None
    canvas.brush, canvas.radius = 13, 2
    stroke(canvas, (10, 20), (30, 20))
    change = canvas.change
    assert change is not None
    assert (change.labels[20, 10:31] == 13).all()
    assert 60 < change.where.sum() < 130
    assert (change.labels[~change.where] == 1).all()


def test_strokes_are_undone_and_redone_in_order() -> None:
    canvas = Canvas(LABELS)
    seen = [canvas.labels]
    for brush, x in ((13, 10), (3, 30), (17, 50)):
        canvas.brush = brush
        stroke(canvas, (x, 10))
        seen.append(canvas.labels)
    for expected in reversed(seen[:-1]):
        canvas.undo()
        assert (canvas.labels == expected).all()
    canvas.undo()
    for expected in seen[1:]:
        canvas.redo()
        assert (canvas.labels == expected).all()
    canvas.redo()
    assert (canvas.labels == seen[-1]).all()


def test_a_new_stroke_clears_the_redo_stack() -> None:
    canvas = Canvas(LABELS)
    canvas.brush = 13
    stroke(canvas, (10, 10))
    canvas.undo()
    stroke(canvas, (40, 10))
    canvas.redo()
    assert canvas.labels[10, 10] == 1


def test_erasing_uncovers_the_photos_own_map() -> None:
    canvas = Canvas(LABELS)
    canvas.brush = 13
    stroke(canvas, (10, 10), (50, 30))
    canvas.brush, canvas.radius = None, 60
    stroke(canvas, (30, 20))
    assert canvas.change is None
    assert (canvas.labels == LABELS).all()


def test_the_mouse_moving_without_a_button_paints_nothing() -> None:
    canvas = Canvas(LABELS)
    canvas.brush = 13
    canvas.move(10, 10)
    stroke(canvas, (10, 10))
    canvas.move(50, 30)
    assert canvas.labels[30, 50] == 1


def test_strokes_may_leave_the_photo() -> None:
    canvas = Canvas(LABELS)
    canvas.brush = 13
    stroke(canvas, (-50, -50), (500, 400))
    assert canvas.labels.shape == LABELS.shape
