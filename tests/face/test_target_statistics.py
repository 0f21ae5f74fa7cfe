import numpy as np
import pytest

from face2face.errors import ModelError
from face2face.face.expression import AVERAGE_FACE
from face2face.face.target_statistics import TargetStatistics

FACE = 50 * AVERAGE_FACE + np.float32(128)
FIELDS = TargetStatistics.of(FACE[None], np.zeros((1, 70), np.float32)).to_json()


def test_statistics_are_read_as_they_were_written() -> None:
    assert TargetStatistics.from_json(FIELDS).to_json() == FIELDS


@pytest.mark.parametrize(
    "value", [None, 5, {}, "low", [], [[0] * 70] * 3, [[1e300, 0]] * 70, [[10**400, 0]] * 70]
)
def test_statistics_of_another_form_are_named(value: object) -> None:
    with pytest.raises(ModelError, match='have no "low" of 70 by 2 numbers'):
        TargetStatistics.from_json(FIELDS | {"low": value})
