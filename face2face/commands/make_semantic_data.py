"""``make_semantic_data``: photos, with or without label maps -> what faces are rebuilt from."""

from __future__ import annotations

import argparse
from pathlib import Path

from face2face.card import FILE_NAME, SIZES, describes_data
from face2face.commands.console import whole
from face2face.commands.outputs import Outputs
from face2face.errors import DataError

DESCRIPTION = """Studies the largest face of each photo: where its seven groups are (skin, eyes, mouth, hair, nose, clothes, accessories),
their mean colours, and whose face it is, by dlib's descriptor; the photo framed as CelebA-HQ's, 256 pixels wide. Photos without a
map are parsed. Photos in which no face is found are listed and left out. Of the studies it makes strips for train.py's modes edit,
reconstruct and manipulate, each in a folder of its name. Run again, it goes on where it stopped."""


#: Seconds for which a photo is shown where no key is pressed.
_LOOKED_AT = 3600.0
READS, WRITES = ("photos", "labels", "model"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument("--photos", type=Path, required=True, help="a folder of photos")
    parser.add_argument(
        "--labels",
        type=Path,
        help="a folder of label maps of the same names (default: photos are parsed)",
    )
    parser.add_argument(
        "--model", type=Path, help="the folder of a parser (default: the one that is shipped)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("semantic"),
        help="where studies/*.npz, colours/*.png and the modes' strips go",
    )
    parser.add_argument(
        "--size", type=int, choices=SIZES, default=256, help="width and height of a study in pixels"
    )
    parser.add_argument(
        "--repeats",
        type=whole,
        default=3,
        help="strips a photo, each with another part erased for train --mode edit, with another person's map for --mode manipulate",
    )
    parser.add_argument(
        "--licence", default="not stated", help="of the photos and maps, for the card"
    )
    parser.add_argument("--consent", default="not stated", help="of the people shown, for the card")
    parser.add_argument(
        "--show",
        action="store_true",
        help="show each photo beside its groups in their mean colours; any key goes on",
    )


def outputs(options: argparse.Namespace) -> Outputs:
    """The cards of the modes' strips; studies and strips that are there stay."""
    cards = (
        [options.output / mode / FILE_NAME for mode in ("edit", "reconstruct", "manipulate")]
        if options.repeats
        else []
    )
    return Outputs(cards, lambda path: describes_data(path.parent, path.parent.name))


def run(options: argparse.Namespace) -> None:
    """Makes them, and says which photos were left out."""
    from tqdm import tqdm

    from face2face.data.label_maps import held_out
    from face2face.data.semantic import (
        COLOURED,
        STUDIES,
        SemanticSample,
        SemanticSampleBuilder,
        keep,
    )
    from face2face.face.detector import Detector
    from face2face.face.identity import Identity
    from face2face.files import ensure_writable_dir
    from face2face.image import side_by_side
    from face2face.inference.pretrained import load_parser
    from face2face.media.stills import list_images
    from face2face.media.window import QUIT, Window

    photos = list_images(options.photos)
    if not photos:
        raise DataError(
            "--photos names a folder of photos", f"none in {options.photos}", "name another folder"
        )
    maps = {each.stem: each for each in list_images(options.labels)} if options.labels else {}
    if options.labels and not any(each.stem in maps for each in photos):
        raise DataError(
            "--labels holds maps of the photos' names",
            f"none in {options.labels}",
            "leave it out to have the photos parsed",
        )
    folder = ensure_writable_dir(options.output)
    if (there := next((folder / STUDIES).glob("*.npz"), None)) and (
        size := SemanticSample.load(there).photo.shape[0]
    ) != options.size:
        raise DataError(
            "studies in a folder are of one size",
            f"{size} in {folder}, not {options.size}",
            "name another --output",
        )
    for name in (STUDIES, COLOURED):
        ensure_writable_dir(folder / name)
    student = SemanticSampleBuilder(
        Detector(),
        Identity(),
        None if all(each.stem in maps for each in photos) else load_parser(options.model),
        options.size,
    )
    faceless = []
    for path in tqdm(photos, "photos", unit="photo"):
        written = folder / STUDIES / f"{path.stem}.npz"
        if not written.is_file():
            study = student(path, maps.get(path.stem))
            if study is None:
                faceless.append(path)
                continue
            keep(study, folder, path.stem)
    if options.labels and (parsed := sum(each.stem not in maps for each in photos)):
        print(f"{parsed} photos had no map in {options.labels} and were parsed")
    for path in faceless:
        print(f"no face: {path}")
    studies = sorted((folder / STUDIES).glob("*.npz"))
    print(
        f"written: {len(studies)} studies in {folder}, {sum(held_out(each.stem) for each in studies)} of them held out by their names"
    )
    if options.repeats:
        _write_strips(options, studies)
    if options.show:
        with Window() as window:
            for each in studies:
                study = SemanticSample.load(each)
                window.write(side_by_side((study.photo, study.coloured)), 0.0)
                if window.key(_LOOKED_AT) == QUIT:
                    break


def _write_strips(options: argparse.Namespace, studies: list[Path]) -> None:
    """The strips of each mode, with their cards; those that are there already stay."""
    from tqdm import tqdm

    from face2face.card import ModelCard
    from face2face.data.edit_pairs import write_pairs
    from face2face.data.label_maps import held_out
    from face2face.data.pairs import TRAIN, VAL
    from face2face.data.reconstruction_pairs import NEW, partner, write_manipulation, write_rebuild
    from face2face.data.semantic import SemanticSample
    from face2face.files import ensure_writable_dir
    from face2face.modes.edit import Edit
    from face2face.modes.reconstruct import Reconstruct

    edit, rebuild, manipulate = (
        Edit(options.size),
        Reconstruct(options.size),
        Reconstruct(options.size, name="manipulate"),
    )
    cards = [mode.card_fields() for mode in (edit, rebuild, manipulate)]
    folders = [options.output / card["mode"] for card in cards]
    for part in (TRAIN, VAL):
        here = [path for path in studies if held_out(path.stem) == (part == VAL)]
        edited, rebuilt, manipulated = (ensure_writable_dir(folder / part) for folder in folders)
        names = [path.stem for path in here]
        for path in tqdm(here, f"strips, {part}", unit="photo"):
            study = SemanticSample.load(path)
            write_pairs(study, edit.condition, edited, path.stem, options.repeats)
            write_rebuild(study, rebuild.condition, rebuilt / f"{path.stem}.png")
            for number in range(options.repeats if len(here) > 1 else 0):
                other = SemanticSample.load(path.with_stem(partner(path.stem, names, number)))
                write_manipulation(
                    study, other, manipulate.condition, manipulated / f"{path.stem}.{number}.png"
                )
    cards[2]["panels"] += tuple(NEW + name for name in manipulate.panels)
    data = {"photos": len(studies), "repeats": options.repeats}
    for folder, card in zip(folders, cards, strict=True):
        ModelCard(**card, data=data, licence=options.licence, consent=options.consent).save(folder)
