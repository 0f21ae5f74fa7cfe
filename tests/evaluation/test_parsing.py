import numpy as np
import pytest

from face2face.evaluation.parsing import Agreement, sheet


def test_agreement_of_four_pixels() -> None:
    true, said = np.array([[1, 1], [13, 0]], np.uint8), np.array([[1, 13], [13, 0]], np.uint8)
    agreement = Agreement.of([(true, said)])
    assert agreement.accuracy == 0.75
    assert agreement.ious == {"background": 1.0, "skin": 0.5, "hair": 0.5}
    assert agreement.mean_iou == pytest.approx(2 / 3)
    assert "| hair | 25.00 % | 0.500 |" in agreement.table()


def test_a_class_that_is_nowhere_does_not_count_but_saying_it_does() -> None:
    agreement = Agreement.of([(np.zeros((2, 2), np.uint8), np.array([[0, 0], [0, 14]], np.uint8))])
    assert agreement.ious == {"background": 0.75}


def test_a_sheet_of_photos_of_any_shape() -> None:
    photos = [np.full((40, 80, 3), 255, np.uint8), np.full((300, 200, 3), 255, np.uint8)]
    picture = sheet(photos, lambda photo: np.ones(photo.shape[:2], np.uint8))
    assert picture.shape == (192, 4 * 2 * 192, 3)
    assert (picture[96, 96] == 255).all()
    assert (picture[96, 192 + 96] == (204, 0, 0)).all()
