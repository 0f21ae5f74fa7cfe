"""Train a classifier of a face's emotion from its label map."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.card import FILE_NAME, ModelCard
from face2face.commands.console import number, positive, quiet, run_program, whole
from face2face.commands.export import graphs_in
from face2face.commands.options import (
    add_card_arguments,
    add_held_out_argument,
    add_landmarks_argument,
)
from face2face.commands.outputs import Outputs
from face2face.errors import DataError, ModelError
from face2face.files import atomic_write
from face2face.inference.engine import EMOTION
from face2face.inference.names import GRAPH, REDUCED
from face2face.segmentation.emotions import EMOTIONS, PANELS, emotion_of_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    import keras
    import numpy as np
    from numpy.typing import NDArray

    from face2face.learn.emotions import EmotionSample
    from face2face.segmentation.emotions import EmotionClassifier

DESCRIPTION = """Train and export the network that classifies a face's emotion by the shape of its
eyes, brows and mouth: neutral, happy, sad, angry or surprised. Each photo is cropped and parsed.
The emotion is the name of its folder. Photos that are held out measure the accuracy."""
READS, WRITES = ("photos", "parser", "held_out"), ("output_dir",)
#: Folder of the label maps in the output folder, with a folder for each emotion.
_LABELS = "labels"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--photo",
        "--photos",
        dest="photos",
        metavar="DIR",
        type=Path,
        required=True,
        help=f"folder with a folder of photos for each emotion: {', '.join(EMOTIONS)}",
    )
    parser.add_argument(
        "--output",
        "--output-dir",
        "--output_dir",
        dest="output_dir",
        metavar="DIR",
        type=Path,
        default=Path("emotion"),
        help="folder for the label maps and the model",
    )
    parser.add_argument("--parser", type=Path, help="folder of a parser (default: the shipped one)")
    parser.add_argument("--epochs", type=positive, default=80, help="passes over the photos")
    parser.add_argument(
        "--batch-size",
        "--batch_size",
        metavar="COUNT",
        type=positive,
        default=16,
        help="photos per training step",
    )
    parser.add_argument("--lr", type=number, default=2e-3, help="highest learning rate")
    parser.add_argument("--seed", type=whole, default=0, help="seed of weights, order and shifts")
    add_held_out_argument(parser)
    add_landmarks_argument(parser)
    add_card_arguments(parser, "photos")


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the model of an earlier training; label maps stay."""
    names = (FILE_NAME, REDUCED)
    files = [*(options.output_dir / name for name in names), *graphs_in(options.output_dir).files]
    return Outputs(files, lambda path: _is_ours(path.parent))


def run(options: argparse.Namespace) -> int:
    """Parse the photos, train, export, and print the accuracy on held-out photos."""
    with quiet():
        import keras

        keras.ops.zeros(())
    from face2face.data.label_maps import held_out_rule
    from face2face.files import ensure_writable_dir
    from face2face.inference.pretrained import load_emotion_classifier
    from face2face.learn.emotions import train_emotions

    folder = ensure_writable_dir(options.output_dir)
    held_out = held_out_rule(options.held_out)
    _write_label_maps(options)
    train, test = (
        _samples(folder / _LABELS, keep) for keep in (lambda x: not held_out(x), held_out)
    )
    if not train:
        raise DataError("No photo is left to train on.", hint="Name other photos or --held-out.")
    print(f"training on {len(train)} photos; {len(test)} are held out")
    network = train_emotions(train, options.epochs, options.batch_size, options.lr, options.seed)
    card = _card(options, train)
    card.save(folder)
    _export(network, folder)
    table = _confusion(load_emotion_classifier(folder), test)
    _save_accuracy(ModelCard.load(folder), table, folder)
    print("\n".join(_table_lines(table)))
    print(f"exported {folder / GRAPH}")
    return 0


def _write_label_maps(options: argparse.Namespace) -> None:
    """Parse the photos whose label maps are missing, and print those without a usable face."""
    from tqdm import tqdm

    from face2face.data.annotations import SkipReport
    from face2face.data.batch import by_stem
    from face2face.data.face_maps import face_maps
    from face2face.data.label_maps import write_labels
    from face2face.face.back_ends import make_detector
    from face2face.files import ensure_writable_dir
    from face2face.inference.pretrained import load_parser
    from face2face.media.stills import list_images

    folders = _emotion_folders(options.photos)
    detect, parse = make_detector(options.landmarks), load_parser(options.parser)
    skipped = SkipReport()
    for folder, emotion in folders.items():
        written = ensure_writable_dir(options.output_dir / _LABELS / emotion)
        photos = by_stem(list_images(folder))
        missing = [path for stem, path in photos.items() if not (written / f"{stem}.png").is_file()]
        for found in face_maps(tqdm(missing, folder.name, unit="photo"), detect, parse, skipped):
            write_labels(written / f"{found.path.stem}.png", found.face.labels)
    for line in skipped.lines():
        print(line)


def _emotion_folders(photos: Path) -> dict[Path, str]:
    """Return the folders of photos with the emotion that each one's name means."""
    if not photos.is_dir():
        raise DataError(f"There is no folder {photos}.", hint="Check the path.")
    named = {path: emotion_of_folder(path.name) for path in sorted(photos.iterdir())}
    folders = {path: emotion for path, emotion in named.items() if path.is_dir() and emotion}
    if len(set(folders.values())) < 2:
        raise DataError(
            f"{photos} has no folders of two emotions.",
            hint=f"Sort the photos into folders named {', '.join(EMOTIONS)}.",
        )
    return folders


def _samples(folder: Path, keep: Callable[[str], bool]) -> list[EmotionSample]:
    """Return the label maps of the photos whose names are to be kept."""
    from face2face.data.label_maps import read_labels
    from face2face.learn.emotions import EmotionSample
    from face2face.media.stills import list_images

    return [
        EmotionSample(read_labels(path), EMOTIONS.index(path.parent.name))
        for path in list_images(folder)
        if keep(path.stem)
    ]


def _card(options: argparse.Namespace, train: list[EmotionSample]) -> ModelCard:
    from face2face import __version__
    from face2face.segmentation.features import FACE_SIZE

    settings = {name: getattr(options, name) for name in ("epochs", "batch_size", "lr", "seed")}
    return ModelCard(
        mode=EMOTION,
        size=FACE_SIZE,
        panels=PANELS,
        data={
            name: sum(each.emotion == place for each in train)
            for place, name in enumerate(EMOTIONS)
        },
        landmarks=options.landmarks,
        licence=options.licence,
        consent=options.consent,
        generator=EMOTION,
        training=settings | {"face2face": __version__},
    )


def _export(network: keras.Model, folder: Path) -> None:
    """Write the reduced network and the frozen graph."""
    from face2face.export.freeze import freeze
    from face2face.export.reduce import without_training
    from face2face.learn.emotions import as_picture

    with atomic_write(folder / REDUCED) as aside:
        without_training(as_picture(network)).save(aside)
    freeze(folder)


def _confusion(classify: EmotionClassifier, samples: list[EmotionSample]) -> NDArray[np.int64]:
    """Return how often each emotion was taken for each, true by row."""
    from face2face.learn.emotions import confusion_table

    predicted = [EMOTIONS.index(classify(each.labels)) for each in samples]
    return confusion_table([each.emotion for each in samples], predicted)


def _save_accuracy(card: ModelCard, table: NDArray[np.int64], folder: Path) -> None:
    """Add the accuracy on held-out photos, over all and by emotion, to the card."""
    if not table.any():
        return
    metrics = {"accuracy": round(float(table.trace() / table.sum()), 3)}
    for name, row, place in zip(EMOTIONS, table, range(len(EMOTIONS)), strict=True):
        if row.any():
            metrics[name] = round(float(row[place] / row.sum()), 3)
    replace(card, metrics=metrics, data=card.data | {"held_out": int(table.sum())}).save(folder)


def _table_lines(table: NDArray[np.int64]) -> list[str]:
    """Return the accuracy and the confusion table as lines."""
    if not table.any():
        return ["no photo is held out: the accuracy is unknown"]
    width = max(map(len, EMOTIONS)) + 2
    rows = [("true", EMOTIONS), *zip(EMOTIONS, table.tolist(), strict=True)]
    lines = [
        f"{title:<{width}}" + "".join(f"{each:>{width}}" for each in row) for title, row in rows
    ]
    right = f"{table.trace()} of {table.sum()} held-out photos are right"
    return [right, *lines]


def _is_ours(folder: Path) -> bool:
    """Return whether a folder holds an emotion classifier."""
    try:
        return ModelCard.load(folder).mode == EMOTION
    except ModelError:
        return False


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
