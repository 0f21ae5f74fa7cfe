"""CycleGAN: its pool of pictures, its losses by worked-out answers, and two steps of training."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from face2face.card import BACK, BEST, ModelCard
from face2face.commands import train
from face2face.commands.train_options import GENERATOR_OF
from face2face.data.dataset import PanelLayout
from face2face.data.pairs import TRAIN, VAL, write_strip
from face2face.errors import OptionError
from face2face.image import Scene
from face2face.learn.cyclegan import CycleGan, LeastSquaresLoss
from face2face.learn.picture_pool import PicturePool
from face2face.learn.resnet import resnet
from face2face.media.stills import read_image, write_image
from face2face.modes.expression import ExpressionExchange

Command = Callable[..., tuple[int, str, str]]
LAYOUT = PanelLayout(2, (0,), 1, 64)


def numbered(*values: float) -> np.ndarray:
    """Pictures of 2x2 pixels, each filled with its number."""
    return np.stack([np.full((2, 2, 3), value, np.float32) for value in values])


def values(pictures: object) -> list[float]:
    return np.asarray(pictures)[:, 0, 0, 0].tolist()


def test_a_pool_returns_every_picture_until_it_is_full() -> None:
    pool = PicturePool(2, capacity=3)
    assert values(pool(numbered(1, 2))) == [1, 2]
    assert values(pool(numbered(3))) == [3]
    assert int(pool.count) == 3
    assert values(pool.kept) == [1, 2, 3]


def test_a_full_pool_exchanges_half_of_the_pictures() -> None:
    pool = PicturePool(2, capacity=3)
    pool(numbered(0, 1, 2))
    earlier = 0
    for number in range(3, 43):
        kept = values(pool.kept)
        (returned,) = values(pool(numbered(number)))
        left = [each for each in kept if each != returned]
        exchanged = returned != number
        assert sorted(values(pool.kept)) == sorted([*left, number] if exchanged else kept)
        earlier += exchanged
    assert 8 < earlier < 32  # 20 of 40 on average, with a deviation of 3


def test_the_seed_decides_what_a_pool_exchanges() -> None:
    def run(seed: int) -> list[float]:
        pool = PicturePool(2, capacity=2, seed=seed)
        return [values(pool(numbered(number)))[0] for number in range(12)]

    assert run(1) == run(1)
    assert run(1) != run(2)


def constant(value: float, channels: int = 3, pooling: int = 1) -> keras.Model:
    """A network whose answer is one number everywhere."""
    picture = keras.Input((64, 64, 3))
    x = keras.layers.AveragePooling2D(pooling)(picture) if pooling > 1 else picture
    answer = keras.layers.Rescaling(0.0, value)(x)[..., :channels]
    return keras.Model([picture], answer)


def test_least_squares_hold_answers_to_one_and_zero() -> None:
    loss = LeastSquaresLoss(constant(0.25, 1, 8), PanelLayout(2, (), 1, 64))
    picture = np.zeros((1, 64, 64, 3), np.float32)
    assert float(loss.generator_loss([(picture, picture)])) == pytest.approx(0.75**2)
    # The discriminator's own is halved: real ones are held to 1, generated ones to 0.
    judged = float(loss.discriminator_loss([(picture, picture)], [(picture, picture)]))
    assert judged == pytest.approx((0.75**2 + 0.25**2) / 2)


def test_the_loss_is_the_papers() -> None:
    # Both generators answer with 0.5, both discriminators with 0.25.
    model = CycleGan(constant(0.5), constant(0.25, 1, 8), LAYOUT)
    x, y = (np.full((1, 64, 64, 3), value, np.float32) for value in (-0.1, 0.2))
    cycle = (0.5 + 0.1) + (0.5 - 0.2)
    identity = (0.5 - 0.2) + (0.5 + 0.1)
    gan = 2 * 0.75**2
    judged = 2 * (0.75**2 + 0.25**2) / 2
    loss = float(model.compute_loss(x, y, model(x), training=True))
    assert loss == pytest.approx(10 * cycle + 5 * identity + gan + judged, abs=1e-4)
    assert float(model.compute_loss(x, y, model(x), training=False)) == pytest.approx(0.6, abs=1e-5)


def test_both_directions_have_weights_of_their_own() -> None:
    model = CycleGan(resnet(LAYOUT, 2), constant(0.25, 1, 8), LAYOUT)
    one, other = (model.generators()[name].get_weights() for name in ("", BACK))
    assert [each.shape for each in one] == [each.shape for each in other]
    assert any((a != b).any() for a, b in zip(one, other, strict=True))


def test_a_checkpoint_holds_the_pools_and_both_directions(tmp_path: Path) -> None:
    x, y = (np.full((1, 64, 64, 3), value, np.float32) for value in (-0.1, 0.2))
    one, other = (CycleGan(resnet(LAYOUT, 2), constant(0.25, 1, 8), LAYOUT) for _ in range(2))
    for model in (one, other):
        model.build((None, 64, 64, 3))
    one.compute_loss(x, y, one(x), training=True)
    one.save_weights(tmp_path / "one.weights.h5")
    other.load_weights(tmp_path / "one.weights.h5")
    kept = [np.asarray(each) for each in one.get_weights()]
    assert any((each.shape == (50, 64, 64, 3)) and each[0].any() for each in kept)
    for mine, theirs in zip(kept, other.get_weights(), strict=True):
        assert (mine == theirs).all()


def test_a_resnet_answers_with_pictures_of_the_same_size() -> None:
    answer = np.asarray(resnet(LAYOUT, 2)([np.zeros((1, 64, 64, 3), np.float32)]))
    assert answer.shape == (1, 64, 64, 3)
    assert np.abs(answer).max() <= 1


def test_cyclegan_needs_a_discriminator_and_one_panel() -> None:
    generator = resnet(LAYOUT, 2)
    with pytest.raises(OptionError, match="discriminator"):
        CycleGan.create(generator, None, LAYOUT, None)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="two panels"):
        three = PanelLayout(3, (0, 1), 2, 64)
        CycleGan.create(generator, generator, three, None)  # type: ignore[arg-type]


@pytest.fixture
def strips(in_folder: Path) -> Path:
    """A strip to train on and one to validate on, of mouths of 64 pixels."""
    rng = np.random.default_rng(0)
    for part in (TRAIN, VAL):
        folder = in_folder / "pairs" / part
        folder.mkdir(parents=True)
        write_strip(folder / "a.png", list(rng.integers(0, 256, (2, 64, 64, 3), np.uint8)))
    return in_folder / "pairs"


@pytest.mark.usefixtures("eagerly")
def test_a_training_exports_both_directions_and_changes_a_photo(
    strips: Path, face2face: Command, astronaut: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported: list[Path] = []
    monkeypatch.setattr(train, "_export", lambda folder, strips: exported.append(folder))
    card = ModelCard(**ExpressionExchange(64, "mouth").card_fields(), objective="cyclegan")
    card.save(strips)
    command = ("train", "--mode", "expression", "--input_dir", strips, "--output_dir", "out")
    tiny = ("--ngf", 2, "--ndf", 2)
    status, _, err = face2face(*command, *tiny, "--max_steps", 1)
    assert status == 0, err
    for folder in (Path("out"), Path("out") / BACK):
        assert (folder / BEST).is_file()
        found = ModelCard.load(folder)
        assert (found.mode, found.panels, found.objective) == ("expression", ("mouth",), "cyclegan")
        assert found.training["steps"] == 1
    assert exported == [Path("out"), Path("out") / BACK]
    assert face2face("export", "--model", "out", "--precision", "f32")[0] == 0
    write_image(Path("me.png"), astronaut.photo)
    change = ("change_expression", "--photo", "me.png", "--output", "other.png", "--model")
    assert face2face(*change, "out")[0] == 0
    changed = (read_image(Path("other.png")) != astronaut.photo).any(-1)
    rows, columns = np.nonzero(changed)
    assert astronaut.landmarks is not None
    lips = astronaut.landmarks[48:68]
    assert np.abs(lips.mean(0) - (columns.mean(), rows.mean())).max() < 10
    assert 0.005 < changed.mean() < 0.05
    status, _, err = face2face(*change, "out", "out", "--overwrite")
    assert status == 2
    assert "Two models change the mouth" in err


def test_pairs_without_another_objective_train_pix2pix() -> None:
    card = ModelCard(**ExpressionExchange(64, "eyes").card_fields())
    assert card.objective == "pix2pix"
    assert GENERATOR_OF[card.mode] == "resnet"
