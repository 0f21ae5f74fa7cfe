import weakref
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from face2face.errors import ModelError
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.image import Landmarks, Scene
from face2face.keyframes.background import BackgroundModel
from face2face.keyframes.bank import FILE_NAME, KeyframeBank
from face2face.keyframes.pose_index import headroom
from face2face.keyframes.pose_metric import EYES, HEAD, MOUTH, POSE_METRICS
from face2face.keyframes.selector import FADE, KeyframeSelector
from face2face.landmarks import PARTS, interocular

NEUTRAL: Landmarks = (AVERAGE_FACE * 12 + 32).astype(np.float32)
BLACK = np.zeros((64, 64, 3), np.uint8)
BACKGROUND = BackgroundModel(BLACK, BLACK[..., :1])
POSES = np.stack(
    [
        pose.applied_to(NEUTRAL)
        for pose in (Expression(), Expression(open=0.3), Expression(blink=1), Expression(turn=0.3))
    ]
)


@pytest.fixture
def bank() -> KeyframeBank:
    scenes = [
        Scene(np.full((64, 64, 3), 60 * index, np.uint8), pose, index)
        for index, pose in enumerate(POSES)
    ]
    return KeyframeBank.of(scenes, np.zeros((4, 70), np.float32), NEUTRAL, BACKGROUND)


def head_distances(bank: KeyframeBank, pose: Landmarks) -> NDArray[np.floating]:
    """How far each keyframe's head is from a pose's."""
    return bank.distances(bank.pose_descriptor(pose), HEAD)


@pytest.mark.parametrize("index", range(4))
def test_the_nearest_keyframe_is_the_same_pose(bank: KeyframeBank, index: int) -> None:
    assert bank.nearest(bank.pose_descriptor(POSES[index] + 0.3), MOUTH) == index


def test_expressions_leave_the_head_in_one_pose_and_a_turn_does_not(bank: KeyframeBank) -> None:
    assert not bank.shows_one_pose
    scenes = [Scene(BLACK, pose) for pose in POSES[:3]]
    still = KeyframeBank.of(scenes, np.zeros((3, 70), np.float32), NEUTRAL, BACKGROUND)
    assert still.shows_one_pose


def test_distances_are_those_between_weighted_descriptors(bank: KeyframeBank) -> None:
    wanted = bank.pose_descriptor(Expression(open=0.1, smile=1).applied_to(NEUTRAL))
    for metric in POSE_METRICS:
        plain = [
            np.hypot(
                np.linalg.norm(metric.weights * (each - wanted)),
                metric.headroom * max(headroom(wanted, NEUTRAL) - headroom(each, NEUTRAL), 0),
            )
            for each in map(bank.pose_descriptor, POSES)
        ]
        assert bank.distances(wanted, metric) == pytest.approx(plain)


def test_for_the_head_eyes_and_mouth_do_not_matter(bank: KeyframeBank) -> None:
    speaking = Expression(open=0.2, turn=0.18).applied_to(NEUTRAL)
    assert bank.nearest(bank.pose_descriptor(speaking), HEAD) == 3
    assert bank.nearest(bank.pose_descriptor(speaking), MOUTH) == 1


def test_a_keyframe_whose_mouth_is_hardly_known_is_taken_only_where_no_other_is_near() -> None:
    """Its mouth has the wanted opening, but with an uncertainty beyond the usual."""
    openings = [*np.linspace(0, 0.3, 12), 0.1, 0.6]
    poses = [Expression(open=opening).applied_to(NEUTRAL) for opening in openings]
    unsure = np.zeros((14, 70), np.float32)
    unsure[12:, PARTS["mouth"]] = 0.01 * interocular(NEUTRAL)
    bank = KeyframeBank.of([Scene(BLACK, pose) for pose in poses], unsure, NEUTRAL, BACKGROUND)
    assert bank.nearest(bank.pose_descriptor(poses[12]), MOUTH) in (3, 4)
    assert bank.nearest(bank.pose_descriptor(poses[13]), MOUTH) == 13
    assert (
        bank.nearest(
            bank.pose_descriptor(Expression(open=0.1, turn=0.01).applied_to(NEUTRAL)), EYES
        )
        == 12
    ), "its eyes are known"
    known = KeyframeBank.of(
        [Scene(BLACK, pose) for pose in poses], np.zeros_like(unsure), NEUTRAL, BACKGROUND
    )
    wanted = bank.pose_descriptor(poses[12])
    assert (bank.distances(wanted, HEAD) == known.distances(wanted, HEAD)).all(), (
        "a head is held as it is, whatever its lips are taken for"
    )
    usual = KeyframeBank.of(
        [Scene(BLACK, pose) for pose in poses], 0.4 * unsure, NEUTRAL, BACKGROUND
    )
    assert (usual.distances(wanted, MOUTH) == known.distances(wanted, MOUTH)).all(), (
        "any face's landmarks are found that far apart"
    )


def test_keyframes_near_an_excluded_time_are_left_out(bank: KeyframeBank) -> None:
    assert (
        bank.nearest(bank.pose_descriptor(POSES[1]), MOUTH, excluded_time=1.2, excluded_radius=0.5)
        != 1
    )
    assert (
        bank.nearest(bank.pose_descriptor(POSES[1]), MOUTH, excluded_time=1.2, excluded_radius=0.1)
        == 1
    )


def test_if_all_are_near_the_excluded_time_none_is_left_out(bank: KeyframeBank) -> None:
    assert (
        bank.nearest(bank.pose_descriptor(POSES[2]), MOUTH, excluded_time=1.0, excluded_radius=100)
        == 2
    )


def test_a_bank_is_freed_with_its_pictures_and_threads(bank: KeyframeBank, tmp_path: Path) -> None:
    bank.save(tmp_path)
    loaded = KeyframeBank.load(tmp_path)
    loaded.upsampled(1)
    assert loaded.nearest(loaded.pose_descriptor(POSES[1]), MOUTH) == 1
    gone = weakref.ref(loaded)
    del loaded
    assert gone() is None


def test_a_saved_bank_is_loaded(bank: KeyframeBank, tmp_path: Path) -> None:
    bank.save(tmp_path)
    loaded = KeyframeBank.load(tmp_path)
    for index in range(4):
        assert (loaded.rgba(index) == bank.rgba(index)).all()
        assert np.abs(loaded.rgba(index)[..., :3].astype(int) - 60 * index).max() <= 2
    assert (loaded.background.static_mask == bank.background.static_mask).all()
    assert (loaded.landmarks == bank.landmarks).all()
    assert (loaded.seconds == bank.seconds).all()
    assert (loaded.uncertainty == bank.uncertainty).all()
    assert len(loaded) == 4
    assert loaded.size == 64


def test_a_prefetched_keyframe_is_decoded_once(bank: KeyframeBank) -> None:
    prefetched = bank.prefetch(2)
    assert np.shares_memory(bank.rgba(2), prefetched.result())
    assert bank.prefetch(2) is prefetched, "made once"


def test_near_keyframes_can_be_prefetched(bank: KeyframeBank) -> None:
    bank.prefetch_nearest(bank.pose_descriptor(POSES[0])).join()
    assert all(bank.prefetch(index).done() for index in range(len(bank)))


def test_the_nearest_keyframe_is_prefetched_first(bank: KeyframeBank) -> None:
    prefetch, order = bank.prefetch, []

    def record(index: int) -> Future[Any]:
        order.append(index)
        return prefetch(index)

    vars(bank)["prefetch"] = record
    for index in range(len(bank)):
        bank.prefetch_nearest(bank.pose_descriptor(bank.landmarks[index])).join()
        assert order[-len(bank)] == index
        assert sorted(order[-len(bank) :]) == list(range(len(bank)))


def webp(width: int, height: int) -> NDArray[np.uint8]:
    """A lossless WebP of a few bytes."""
    photo = np.zeros((height, width, 3), np.uint8)
    return np.asarray(cv2.imencode(".webp", photo, (cv2.IMWRITE_WEBP_QUALITY, 101))[1]).ravel()


@pytest.mark.parametrize(
    "changed",
    [
        {"photos": np.tile(webp(8000, 8000), 4), "ends": len(webp(8000, 8000)) * np.arange(1, 5)},
        {"backdrop": webp(8000, 8000)},
        {"backdrop": webp(64, 63)},
        {"photos": np.zeros(0, np.uint8)},
        {"ends": np.zeros(0, np.int64)},
        {"ends": np.arange(20_000)},
        {"ends": np.array([10**18, -5, 3, 4])},
        {"ends": np.array([0.5, 1, 2, 3])},
        {"landmarks": np.zeros((4, 68, 2), np.float32)},
        {"landmarks": np.full((4, 70, 2), np.nan, np.float32)},
        {"seconds": np.full(4, 1e30, np.float32)},
        {"spread": np.full((4, 70), -1e30, np.float32)},
        {"seconds": np.array(["a", "b", "c", "d"])},
        {"reference": np.zeros((70, 2), complex)},
        {"still": np.zeros((9, 9, 1), np.uint8)},
        {"spread": np.array([None] * 4, object)},
    ],
    ids=lambda changed: "".join(changed),
)
def test_a_hostile_bank_is_refused(
    bank: KeyframeBank, tmp_path: Path, changed: dict[str, Any]
) -> None:
    bank.save(tmp_path)
    with np.load(tmp_path / FILE_NAME) as stored:
        arrays = {name: stored[name] for name in stored.files}
    np.savez(tmp_path / FILE_NAME, **(arrays | changed))
    with pytest.raises(ModelError, match=r"damaged|not valid|larger than"):
        KeyframeBank.load(tmp_path)


def test_a_keyframe_with_damaged_pixels_is_a_model_error(
    bank: KeyframeBank, tmp_path: Path
) -> None:
    bank.save(tmp_path)
    with np.load(tmp_path / FILE_NAME) as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays["photos"][arrays["ends"][1] + 25 : arrays["ends"][2]] = 255
    np.savez(tmp_path / FILE_NAME, **arrays)
    loaded = KeyframeBank.load(tmp_path)
    assert (loaded.rgba(1) == bank.rgba(1)).all()
    with pytest.raises(ModelError, match="A keyframe of the bank is damaged"):
        loaded.rgba(2)


@pytest.mark.parametrize("keep", [0, 100, -100])
def test_a_damaged_bank_is_refused(bank: KeyframeBank, tmp_path: Path, keep: int) -> None:
    bank.save(tmp_path)
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ModelError, match="damaged"):
        KeyframeBank.load(tmp_path)


def test_a_selector_keeps_its_keyframe_until_another_is_clearly_better(bank: KeyframeBank) -> None:
    select = KeyframeSelector(HEAD.switch_cost)
    assert select(head_distances(bank, POSES[0])) == {0: 1.0}
    between = 0.48 * POSES[0] + 0.52 * POSES[3]
    assert bank.nearest(bank.pose_descriptor(between), HEAD) == 3
    assert select(head_distances(bank, between)) == {0: 1.0}


def test_a_selector_fades_without_a_jump(bank: KeyframeBank) -> None:
    select = KeyframeSelector(HEAD.switch_cost)
    rng = np.random.default_rng(0)
    poses = [share * POSES[0] + (1 - share) * POSES[3] for share in (0.7, 0.3)]
    last = select(head_distances(bank, poses[0]))
    kept = set()
    for _ in range(300):
        weights = select(head_distances(bank, poses[rng.choice(2)]))
        kept |= {index for index, weight in weights.items() if weight == 1}
        assert sum(weights.values()) == pytest.approx(1)
        assert min(weights.values()) > 0
        for index in weights.keys() | last.keys():
            assert abs(weights.get(index, 0) - last.get(index, 0)) <= FADE + 1e-6
        last = weights
    assert len(kept) > 1
    for _ in range(10):
        last = select(head_distances(bank, POSES[3]))
    assert last == {3: 1.0}


def test_a_selector_leaves_at_last_a_keyframe_that_stays_a_little_worse(bank: KeyframeBank) -> None:
    select = KeyframeSelector(HEAD.switch_cost)
    select(head_distances(bank, POSES[0]))
    between = 0.4 * POSES[0] + 0.6 * POSES[3]
    assert bank.nearest(bank.pose_descriptor(between), HEAD) == 3
    weights = [select(head_distances(bank, between)) for _ in range(60)]
    assert weights[0] == {0: 1.0}
    assert weights[-1] == {3: 1.0}
