import weakref
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from face2face.errors import ModelError
from face2face.face.expression import AVERAGE_FACE, Expression
from face2face.image import Landmarks, Scene
from face2face.keyframes.background import BackgroundModel
from face2face.keyframes.bank import FILE_NAME, KeyframeBank
from face2face.keyframes.pose_metric import EYES, HEAD, MOUTH
from face2face.keyframes.selector import FADE, KeyframeSelector
from face2face.landmarks import PARTS, interocular

NEUTRAL: Landmarks = (AVERAGE_FACE * 12 + 32).astype(np.float32)
BLACK = np.zeros((64, 64, 3), np.uint8)
BACKDROP = BackgroundModel(BLACK, BLACK[..., :1])
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
    return KeyframeBank.of(scenes, np.zeros((4, 68), np.float32), NEUTRAL, BACKDROP)


def away(bank: KeyframeBank, pose: Landmarks) -> NDArray[np.floating]:
    """How far each keyframe's head is from a pose's."""
    return bank.distances(bank.pose_descriptor(pose), HEAD)


@pytest.mark.parametrize("index", range(4))
def test_the_nearest_keyframe_is_the_same_pose(bank: KeyframeBank, index: int) -> None:
    assert bank.nearest(bank.pose_descriptor(POSES[index] + 0.3), MOUTH) == index


def test_for_the_head_eyes_and_mouth_do_not_matter(bank: KeyframeBank) -> None:
    speaking = Expression(open=0.3, turn=0.18).applied_to(NEUTRAL)
    assert bank.nearest(bank.pose_descriptor(speaking), HEAD) == 3
    assert bank.nearest(bank.pose_descriptor(speaking), MOUTH) == 1


def test_a_keyframe_whose_mouth_is_hardly_known_is_taken_only_where_no_other_is_near() -> None:
    """Its mouth is found as open as it is asked for, but here from one box and there from another."""
    openings = [*np.linspace(0, 0.3, 12), 0.1, 0.6]
    poses = [Expression(open=opening).applied_to(NEUTRAL) for opening in openings]
    unsure = np.zeros((14, 68), np.float32)
    unsure[12:, PARTS["mouth"]] = 0.01 * interocular(NEUTRAL)
    bank = KeyframeBank.of([Scene(BLACK, pose) for pose in poses], unsure, NEUTRAL, BACKDROP)
    assert bank.nearest(bank.pose_descriptor(poses[12]), MOUTH) in (3, 4)
    assert bank.nearest(bank.pose_descriptor(poses[13]), MOUTH) == 13
    assert (
        bank.nearest(
            bank.pose_descriptor(Expression(open=0.1, turn=0.01).applied_to(NEUTRAL)), EYES
        )
        == 12
    ), "its eyes are known"
    known = KeyframeBank.of(
        [Scene(BLACK, pose) for pose in poses], np.zeros_like(unsure), NEUTRAL, BACKDROP
    )
    asked = bank.pose_descriptor(poses[12])
    assert (bank.distances(asked, HEAD) == known.distances(asked, HEAD)).all(), (
        "a head is held as it is, whatever its lips are taken for"
    )
    usual = KeyframeBank.of([Scene(BLACK, pose) for pose in poses], 0.4 * unsure, NEUTRAL, BACKDROP)
    assert (usual.distances(asked, MOUTH) == known.distances(asked, MOUTH)).all(), (
        "any face's landmarks are found that far apart"
    )


def test_a_frame_is_not_shown_its_own_time(bank: KeyframeBank) -> None:
    assert bank.nearest(bank.pose_descriptor(POSES[1]), MOUTH, apart_from=1.2, gap=0.5) != 1
    assert bank.nearest(bank.pose_descriptor(POSES[1]), MOUTH, apart_from=1.2, gap=0.1) == 1


def test_where_all_are_near_in_time_the_nearest_is_taken_all_the_same(bank: KeyframeBank) -> None:
    assert bank.nearest(bank.pose_descriptor(POSES[2]), MOUTH, apart_from=1.0, gap=100) == 2


def test_with_a_bank_go_its_pictures_and_its_thread(bank: KeyframeBank, tmp_path: Path) -> None:
    bank.save(tmp_path)
    loaded = KeyframeBank.load(tmp_path)
    loaded.upsampled(1)
    assert loaded.nearest(loaded.pose_descriptor(POSES[1]), MOUTH) == 1
    gone = weakref.ref(loaded)
    del loaded
    assert gone() is None


def test_what_is_saved_is_loaded(bank: KeyframeBank, tmp_path: Path) -> None:
    bank.save(tmp_path)
    loaded = KeyframeBank.load(tmp_path)
    for index in range(4):
        assert (loaded.rgba(index) == bank.rgba(index)).all()
        assert np.abs(loaded.rgba(index)[..., :3].astype(int) - 60 * index).max() <= 2
    assert (loaded.backdrop.static_mask == bank.backdrop.static_mask).all()
    assert (loaded.landmarks == bank.landmarks).all()
    assert (loaded.seconds == bank.seconds).all()
    assert (loaded.spread == bank.spread).all()
    assert len(loaded) == 4
    assert loaded.size == 64


def test_what_was_foreseen_is_there(bank: KeyframeBank) -> None:
    foreseen = bank.prefetch(2)
    assert bank.rgba(2) is foreseen.result()
    assert bank.prefetch(2) is foreseen, "made once"


def test_those_that_are_near_can_be_foreseen(bank: KeyframeBank) -> None:
    bank.prefetch_nearest(bank.pose_descriptor(POSES[0])).join()
    assert all(bank.prefetch(index).done() for index in range(len(bank)))


def test_what_is_near_is_foreseen_first(bank: KeyframeBank) -> None:
    made, asked = bank.prefetch, []

    def foresee(index: int) -> Future[Any]:
        asked.append(index)
        return made(index)

    vars(bank)["prefetch"] = foresee
    for index in range(len(bank)):
        bank.prefetch_nearest(bank.pose_descriptor(bank.landmarks[index])).join()
        assert asked[-len(bank)] == index
        assert sorted(asked[-len(bank) :]) == list(range(len(bank)))


@pytest.mark.parametrize("keep", [0, 100, -100])
def test_a_damaged_bank_is_refused(bank: KeyframeBank, tmp_path: Path, keep: int) -> None:
    bank.save(tmp_path)
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ModelError, match="damaged"):
        KeyframeBank.load(tmp_path)


def test_a_follower_keeps_its_keyframe_until_another_is_clearly_better(bank: KeyframeBank) -> None:
    follow = KeyframeSelector(HEAD.switch_cost)
    assert follow(away(bank, POSES[0])) == {0: 1.0}
    between = 0.48 * POSES[0] + 0.52 * POSES[3]
    assert bank.nearest(bank.pose_descriptor(between), HEAD) == 3
    assert follow(away(bank, between)) == {0: 1.0}


def test_a_follower_fades_without_a_jump(bank: KeyframeBank) -> None:
    follow = KeyframeSelector(HEAD.switch_cost)
    rng = np.random.default_rng(0)
    last = follow(away(bank, POSES[0]))
    for _ in range(300):
        weights = follow(away(bank, POSES[rng.choice([0, 3])]))
        assert sum(weights.values()) == pytest.approx(1)
        assert min(weights.values()) > 0
        assert abs(weights.get(0, 0) - last.get(0, 0)) <= FADE + 1e-6
        last = weights
    for _ in range(10):
        last = follow(away(bank, POSES[3]))
    assert last == {3: 1.0}


def test_a_follower_leaves_at_last_a_keyframe_that_stays_a_little_worse(bank: KeyframeBank) -> None:
    follow = KeyframeSelector(HEAD.switch_cost)
    follow(away(bank, POSES[0]))
    between = 0.4 * POSES[0] + 0.6 * POSES[3]
    assert bank.nearest(bank.pose_descriptor(between), HEAD) == 3
    weights = [follow(away(bank, between)) for _ in range(60)]
    assert weights[0] == {0: 1.0}
    assert weights[-1] == {3: 1.0}
