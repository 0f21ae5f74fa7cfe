from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from face2face.errors import ModelError
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.face.head_pose import HeadPose
from face2face.face.retarget import Retargeter
from face2face.face.target_statistics import TargetStatistics
from face2face.image import Landmarks
from face2face.landmarks import LIDS, Similarity, gaze, interocular, turn, with_gaze
from face2face.synthetic.motion import random_expression, scripted_expression

#: A target with a long face, and a driver with a broad one.
LONG: Landmarks = (AVERAGE_FACE * (48, 55) + (128, 110)).astype(np.float32)
BROAD: Landmarks = (AVERAGE_FACE * (90, 80) + (320, 200)).astype(np.float32)
#: The uncertainty of exact landmarks.
EXACT = np.zeros((1, 70), np.float32)


@pytest.fixture(scope="module")
def target() -> TargetStatistics:
    rng = np.random.default_rng(0)
    moves = [_with_moved_head(random_expression(rng), rng) for _ in range(400)]
    landmarks = np.stack([LONG, *(each.applied_to(LONG) for each in moves)])
    return TargetStatistics.of(landmarks, np.zeros((401, 70), np.float32))


def _with_moved_head(expression: Expression, rng: np.random.Generator) -> Expression:
    turn, nod, tilt, x, y = rng.uniform(-1, 1, 5) * (0.22, 0.14, 0.12, 0.18, 0.12)
    return replace(expression, turn=turn, nod=nod, tilt=tilt, shift=(x, y))


@given(
    scale=st.floats(0.3, 3),
    angle=st.floats(-0.5, 0.5),
    x=st.floats(-200, 200),
    y=st.floats(-200, 200),
)
def test_a_neutral_driver_gives_the_neutral_target(
    scale: float, angle: float, x: float, y: float
) -> None:
    shape = TargetStatistics.of(LONG[None], EXACT)
    driver = Similarity(scale, angle, x, y)(BROAD).astype(np.float32)
    assert np.allclose(Retargeter(shape)(driver, 0.0).landmarks, LONG, atol=0.01)


def test_the_neutral_face_is_taken_from_the_more_certain_half() -> None:
    misread = (LONG + np.float32((9, 0))).astype(np.float32)
    uncertainty = np.repeat(np.float32((0, 1)), 10)[:, None] * np.ones(70, np.float32)
    shape = TargetStatistics.of(np.stack([LONG] * 10 + [misread] * 10), uncertainty)
    assert np.allclose(shape.neutral, LONG, atol=0.01)


def test_an_expression_is_transferred_at_the_targets_size(target: TargetStatistics) -> None:
    retarget = Retargeter(target)
    for number in range(90):
        retarget(BROAD, number / 30)
    moved = retarget(Expression(open=0.15).applied_to(BROAD), 3.0).landmarks
    rest = retarget(BROAD, 3.1).landmarks
    opening = np.linalg.norm(moved[66] - moved[62]) - np.linalg.norm(rest[66] - rest[62])
    assert opening == pytest.approx(0.15 * 50, rel=0.25)


def test_brows_mouth_corners_and_lids_go_a_quarter_farther_than_the_drivers() -> None:
    retarget = Retargeter(TargetStatistics.of(LONG[None], EXACT))
    rest = retarget(BROAD, 0.0).landmarks
    raised, smiling, squinting = (
        retarget(expression.applied_to(BROAD), 3.0).landmarks
        for expression in (Expression(brows=1), Expression(smile=0.5), Expression(blink=0.4))
    )
    unit = interocular(rest)
    assert np.mean((rest - raised)[17:27, 1]) / unit == pytest.approx(1.25 * 0.12, rel=0.1)
    wider = np.ptp(smiling[[48, 54], 0]) - np.ptp(rest[[48, 54], 0])
    assert wider / unit == pytest.approx(1.25 * 0.11, rel=0.15)
    shares = np.linalg.norm(np.subtract(*squinting[np.array(LIDS).T]), axis=1) / np.linalg.norm(
        np.subtract(*rest[np.array(LIDS).T]), axis=1
    )
    assert shares == pytest.approx(1 - 1.25 * 0.4 * 0.95, abs=0.05)


def test_the_target_stays_in_its_picture_whatever_the_driver_does(target: TargetStatistics) -> None:
    retarget = Retargeter(target)
    retarget(BROAD, 0.0)
    wild = Expression(turn=1.4, shift=(9, 9)).applied_to(BROAD) * 3
    result = retarget(wild.astype(np.float32), 10.0)
    assert result.excess > 1
    assert result.landmarks.min() > -20
    assert result.landmarks.max() < 276


@pytest.mark.parametrize("height", [0.7, 1, 1.6])
def test_shut_eyes_shut_the_targets_whoever_has_the_larger_ones(
    target: TargetStatistics, height: float
) -> None:
    driver = BROAD.copy()
    for eye in (slice(36, 42), slice(42, 48)):
        driver[eye] = (driver[eye] - driver[eye].mean(0)) * (1, height) + driver[eye].mean(0)
    retarget = Retargeter(target)
    for number in range(90):
        retarget(driver, number / 30)

    def gap(landmarks: Landmarks) -> float:
        return float(
            np.linalg.norm(landmarks[[37, 38, 43, 44]] - landmarks[[41, 40, 47, 46]], axis=1).mean()
        )

    shut = driver.copy()
    shut[[37, 38, 43, 44]] = shut[[41, 40, 47, 46]]
    rest = gap(retarget(driver, 4.0).landmarks)
    assert rest == pytest.approx(gap(target.neutral), rel=0.05)
    assert gap(retarget(shut, 4.1).landmarks) < 0.25 * rest


def mouths(retarget: Retargeter, *openings: float) -> list[float]:
    """The gaps of the target's lips in pixels, for a driver that opens its mouth so far."""
    for number in range(90):
        retarget(BROAD, number / 30)
    return [
        lip_gap(retarget(Expression(open=wide).applied_to(BROAD), 4.0).landmarks)
        for wide in openings
    ]


def test_an_expression_beyond_the_range_arrives_in_full(target: TargetStatistics) -> None:
    some, much = mouths(Retargeter(target), 0.2, 0.5)
    assert much - some == pytest.approx(0.3 * 50, rel=0.1)
    retarget = Retargeter(target)
    retarget(BROAD, 0.0)
    assert retarget(Expression(open=0.8).applied_to(BROAD), 4.0).excess > 0.2


def test_one_that_stays_in_range_follows_but_not_far(target: TargetStatistics) -> None:
    much, more, most = mouths(Retargeter(target, stay_in_range=True), 0.5, 0.6, 5)
    assert much < more < most < much + 0.2 * 50


def test_an_open_mouth_at_the_start_does_not_change_the_neutral_face_once_it_was_shut(
    target: TargetStatistics,
) -> None:
    retarget = Retargeter(target)
    for number in range(60):
        retarget(Expression(open=0.3 if number < 45 else 0).applied_to(BROAD), number / 30)
    assert np.allclose(retarget(BROAD, 3.0).landmarks, target.neutral, atol=0.5)


def test_a_performance_never_leaves_the_target_distorted(target: TargetStatistics) -> None:
    retarget = Retargeter(target)
    for t in np.arange(0, 12, 0.1):
        result = retarget(scripted_expression(t).applied_to(BROAD), float(t)).landmarks
        width, height = np.ptp(result[:17, 0]), result[8, 1] - result[27, 1]
        assert width / height == pytest.approx(
            np.ptp(LONG[:17, 0]) / (LONG[8, 1] - LONG[27, 1]), rel=0.25
        )


def test_statistics_survive_the_card(target: TargetStatistics) -> None:
    again = TargetStatistics.from_json(target.to_json())
    assert np.allclose(again.neutral, target.neutral, atol=0.02)
    assert np.allclose(again.pose_high, target.pose_high, atol=1e-4)
    with pytest.raises(ModelError, match=r"no .shape. of 70 by 2"):
        TargetStatistics.from_json({"shape": [[1, 2]]})


def test_words_and_blinks_at_the_start_do_not_change_the_neutral_face(
    target: TargetStatistics,
) -> None:
    retarget = Retargeter(target)
    for number in range(60):
        retarget(
            (Expression(open=0.3, blink=1) if number % 3 == 2 else Expression()).applied_to(BROAD),
            number / 30,
        )
    assert np.allclose(retarget(BROAD, 3.0).landmarks, target.neutral, atol=0.5)
    assert retarget(BROAD, 3.1).excess == pytest.approx(0, abs=0.02)


def test_looks_to_the_side_at_the_start_do_not_change_the_neutral_face(
    target: TargetStatistics,
) -> None:
    retarget = Retargeter(target)
    for number in range(60):
        retarget(
            Expression(turn=0.3 if number < 25 else 0, open=0 if number < 25 else 0.01).applied_to(
                BROAD
            ),
            number / 30,
        )
    assert turn(retarget.neutral) == pytest.approx(turn(BROAD), abs=0.01)


def test_a_nod_at_the_start_ends_where_it_began(target: TargetStatistics) -> None:
    retarget = Retargeter(target)
    nod = np.concatenate([np.linspace(0, 0.2, 15), np.full(30, 0.2), np.linspace(0.2, 0, 15)])
    pitches = [
        HeadPose.of(
            retarget(Expression(nod=float(angle)).applied_to(BROAD), number / 30).landmarks,
            target.shape,
        ).vector[1]
        for number, angle in enumerate(nod)
    ]
    assert pitches[-1] == pytest.approx(pitches[0], abs=0.06)
    assert max(pitches) > pitches[0] + 0.1


def test_head_and_expression_each_have_their_strength(target: TargetStatistics) -> None:
    turned, talking = (
        Expression(tilt=0.15, shift=(0.1, 0)).applied_to(BROAD),
        Expression(open=0.15).applied_to(BROAD),
    )
    still_head, still_face = Retargeter(target, head=0), Retargeter(target, expression=0)
    for retarget in (still_head, still_face):
        for number in range(90):
            retarget(BROAD, number / 30)
    assert np.allclose(still_head(turned, 4.0).landmarks, target.neutral, atol=0.5)
    roll = HeadPose.of(still_face(turned, 4.0).landmarks, target.shape).vector[2]
    assert roll == pytest.approx(0.15, abs=0.05)
    assert np.allclose(still_face(talking, 5.0).landmarks, target.neutral, atol=0.5)


@pytest.mark.parametrize(("strength", "moved"), [(0.0, 0.0), (1.0, 0.1), (2.0, 0.2)])
def test_the_gaze_has_its_strength(target: TargetStatistics, strength: float, moved: float) -> None:
    retarget = Retargeter(target, gaze=strength)
    for number in range(90):
        retarget(BROAD, number / 30)
    aside = with_gaze(BROAD, gaze(BROAD) + np.array((0.08, 0)))
    change = gaze(retarget(aside, 4.0).landmarks) - gaze(retarget(BROAD, 4.1).landmarks)
    assert np.allclose(change, [(moved, 0), (moved, 0)], atol=0.02)


def with_lids(landmarks: Landmarks, right: float, left: float) -> Landmarks:
    """A face whose eyes are open as far as given, as shares of their opening."""
    moved = landmarks.copy()
    for upper, lower, opening in zip(*np.array(LIDS).T, (right, right, left, left), strict=True):
        moved[upper] = moved[lower] + opening * (landmarks[upper] - landmarks[lower])
    return moved


def looking(across: float, down: float, right: float = 1, left: float = 1) -> Landmarks:
    """A driver that looks aside, by widths of an eye, with the eyes as far open as given."""
    return with_gaze(with_lids(BROAD, right, left), gaze(BROAD) + np.array((across, down)))


@pytest.fixture
def calibrated(target: TargetStatistics) -> Retargeter:
    """A retargeter that knows the driver's neutral face."""
    retarget = Retargeter(target)
    for number in range(90):
        retarget(BROAD, number / 30)
    return retarget


def gaze_change(retarget: Retargeter, driver: Landmarks) -> np.ndarray:
    """The target's gaze for a driver's next frame, less its neutral gaze."""
    return gaze(retarget(driver, 4.0).landmarks) - gaze(retarget.target.shape)


def test_the_gaze_is_held_while_the_eyes_are_shut(calibrated: Retargeter) -> None:
    before = gaze_change(calibrated, looking(0.12, 0.04))
    assert before == pytest.approx(np.array([(0.15, 0.05)] * 2), abs=0.02)
    for opening in (0.3, 0.0, 0.3):  # the networks say something of hidden irises
        shut = gaze_change(calibrated, looking(-0.3, 0.2, opening, opening))
        assert shut == pytest.approx(before, abs=0.001)
    after = gaze_change(calibrated, looking(-0.08, 0))
    assert after == pytest.approx(np.array([(-0.1, 0)] * 2), abs=0.02)


def test_a_wink_looks_where_the_open_eye_does(calibrated: Retargeter) -> None:
    both = gaze_change(calibrated, looking(0.15, 0.05))
    wink = looking(0.15, 0.05, right=0)
    wink[68] += (40, 10)
    assert gaze_change(calibrated, wink) == pytest.approx(both, abs=0.001)


def test_a_driver_who_begins_with_shut_eyes_gives_the_neutral_gaze(
    target: TargetStatistics,
) -> None:
    retarget = Retargeter(target)
    for number in range(3):
        shut = retarget(looking(0.3, 0.2, 0.1, 0.1), number / 30).landmarks
        assert np.isfinite(shut).all()
        assert np.abs(gaze(shut) - gaze(target.shape)).max() < 0.4
    for number in range(3, 60):
        retarget(BROAD, number / 30)
    assert gaze_change(retarget, looking(0.12, 0)) == pytest.approx(
        np.array([(0.15, 0)] * 2), abs=0.02
    )


def lip_gap(landmarks: Landmarks) -> float:
    """The inner lips' distance, in pixels."""
    return float(np.linalg.norm(landmarks[[61, 62, 63]] - landmarks[[67, 66, 65]], axis=1).mean())


def statistics(*poses: tuple[Expression, int]) -> TargetStatistics:
    """The statistics of a target seen in each pose for a number of frames."""
    landmarks = np.stack([pose.applied_to(LONG) for pose, count in poses for _ in range(count)])
    return TargetStatistics.of(landmarks, np.zeros(landmarks.shape[:2], np.float32))


LAUGH = Expression(open=0.2, smile=1)


@pytest.mark.parametrize(
    "shut",
    [Expression(blink=1), Expression(turn=0.3), Expression(brows=-1, blink=0.5)],
    ids=["shut eyes", "turned", "frown"],
)
def test_a_target_that_mostly_laughs_has_shut_lips_at_rest(shut: Expression) -> None:
    target = statistics((LAUGH, 90), (shut, 10))
    assert lip_gap(target.neutral) < lip_gap(LONG) + 0.5
    lids = np.linalg.norm(target.neutral[[37, 44]] - target.neutral[[41, 46]], axis=1)
    assert lids == pytest.approx(np.linalg.norm(LONG[[37, 44]] - LONG[[41, 46]], axis=1), rel=0.05)


def test_a_target_that_never_shut_its_lips_has_them_as_near_as_they_came() -> None:
    target = statistics((LAUGH, 90), (Expression(open=0.1), 10))
    assert lip_gap(target.neutral) == pytest.approx(
        lip_gap(Expression(open=0.1).applied_to(LONG)), abs=0.5
    )


@pytest.mark.parametrize(
    "start",
    [Expression(open=0.25), Expression(open=0.12, smile=0.5), Expression(open=0.1, blink=1)],
)
def test_shut_lips_shut_the_targets_also_if_the_driver_began_with_an_open_mouth(
    target: TargetStatistics, start: Expression
) -> None:
    retarget = Retargeter(target)
    for number in range(90):
        retarget(start.applied_to(BROAD), number / 30)
    assert lip_gap(retarget(BROAD, 4.0).landmarks) < lip_gap(target.neutral) + 2
    assert lip_gap(
        retarget(Expression(open=0.25).applied_to(BROAD), 4.1).landmarks
    ) == pytest.approx(0.25 * 50, rel=0.25)


def test_recalibration_takes_the_neutral_face_from_the_next_landmarks(
    target: TargetStatistics,
) -> None:
    retarget = Retargeter(target)
    assert np.allclose(retarget.neutral, target.neutral, atol=0.5)
    retarget(BROAD, 0.0)
    retarget(BROAD + 30, 5.0)
    assert np.allclose(retarget.neutral, BROAD, atol=0.1)
    retarget.calibrator.restart()
    retarget(BROAD + 30, 6.0)
    assert np.allclose(retarget.neutral, BROAD + 30, atol=0.1)
