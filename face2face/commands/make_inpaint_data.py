"""``make_inpaint_data``: photos of faces -> photos with holes, from which mending is learnt."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.card import FILE_NAME, SIZES, ModelCard, describes_data
from face2face.commands.console import positive, whole
from face2face.commands.outputs import Outputs
from face2face.errors import DataError, OptionError
from face2face.modes.inpaint import FILLS

if TYPE_CHECKING:
    from face2face.data.annotations import SkipReport
    from face2face.image import Image

DESCRIPTION = """Cuts faces out of photos and strews holes over them: scratches, blots, strokes and spots, or a person's own shapes.
Faces are found in folders of photos, or cut as an annotation file says (Dataturks: JSON lines). It writes strips for train.py
--mode inpaint: the face with holes, where they are, the face. One face in ten, by its photo's name, is held out. The same seed makes
the same files; run again, it goes on where it stopped."""

#: Room around an annotated box, on each side, as a share of its longer side.
_MARGIN = 0.35
READS, WRITES = ("photos", "annotations", "images", "masks"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "--photos",
        type=Path,
        nargs="+",
        default=[],
        help="folders of photos; of each the largest face is taken",
    )
    parser.add_argument(
        "--annotations", type=Path, help="a file of face boxes as Dataturks writes it"
    )
    parser.add_argument(
        "--images", type=Path, help="the folder of its photos: img12.jpg is line 12, counted from 0"
    )
    parser.add_argument(
        "--download", action="store_true", help="fetch into --images those that aren't there"
    )
    parser.add_argument(
        "--masks", type=Path, help="a folder of shapes, white on black (default: they are drawn)"
    )
    parser.add_argument(
        "--repeats",
        type=positive,
        default=3,
        help="strips a face; all but the first show a part of it",
    )
    parser.add_argument("--max-masks", type=positive, default=2, help="shapes a strip, at most")
    parser.add_argument(
        "--fill", choices=FILLS, default=FILLS[0], help="what is missing is filled with it"
    )
    parser.add_argument(
        "--size", type=int, choices=SIZES, default=256, help="width and height of a panel in pixels"
    )
    parser.add_argument(
        "--output", type=Path, default=Path("inpaint"), help="where train/, val/ and the card go"
    )
    parser.add_argument("--seed", type=whole, default=0, help="of the holes")
    parser.add_argument("--licence", default="not stated", help="of the photos, for the card")
    parser.add_argument("--consent", default="not stated", help="of the people shown, for the card")


def outputs(options: argparse.Namespace) -> Outputs:
    """The card; strips that are there stay."""
    return Outputs(
        [options.output / FILE_NAME], lambda path: describes_data(path.parent, "inpaint")
    )


def run(options: argparse.Namespace) -> None:
    """Makes them, and says what was left out."""
    from face2face.data.annotations import SkipReport
    from face2face.data.inpaint import write_pairs
    from face2face.data.label_maps import held_out
    from face2face.data.pairs import TRAIN, VAL
    from face2face.data.random_masks import SHAPES, own_shapes
    from face2face.files import ensure_writable_dir
    from face2face.modes.inpaint import Inpaint

    if not options.photos and not options.annotations:
        raise OptionError(
            "--photos or --annotations says where faces are", "neither", "add --photos FOLDER"
        )
    if (options.annotations is None) != (options.images is None):
        raise OptionError(
            "--annotations goes with --images, the folder of its photos",
            "one of them",
            "add the other",
        )
    if options.download and options.annotations is None:
        raise OptionError(
            "--download fetches the photos of --annotations",
            "none",
            "add --annotations FILE --images DIR",
        )
    shapes = own_shapes(options.masks) if options.masks else list(SHAPES)
    mode = Inpaint(options.size, options.fill)
    recipe = {
        "repeats": options.repeats,
        "max_masks": options.max_masks,
        "masks": len(shapes),
        "seed": options.seed,
    }
    folder = ensure_writable_dir(options.output)
    if (folder / FILE_NAME).is_file():
        card = ModelCard.load(folder)
        there = {name: card.data.get(name) for name in recipe} | {
            "size": card.size,
            "fill": card.fill,
        }
        wanted = recipe | {"size": options.size, "fill": options.fill}
        if differing := [
            f"{name} {there[name]}, not {wanted[name]}"
            for name in wanted
            if there[name] != wanted[name]
        ]:
            raise DataError(
                "strips in a folder are made alike",
                f"{'; '.join(differing)} in {folder}",
                "name another --output",
            )
    parts = {part: ensure_writable_dir(folder / part) for part in (TRAIN, VAL)}
    card = ModelCard(
        **mode.card_fields(), data=recipe, licence=options.licence, consent=options.consent
    )
    card.save(folder)
    faults = SkipReport()
    names: set[str] = set()
    kept = 0
    for name, photo, face in _faces(options, faults):
        if name in names:
            raise DataError(
                "folders of photos have names of their own", f"two of {name}", "rename one"
            )
        names.add(name)
        kept += held_out(photo)
        part = parts[VAL if held_out(photo) else TRAIN]
        write_pairs(
            face,
            options.size,
            mode.condition,
            part,
            name,
            options.repeats,
            options.max_masks,
            shapes,
            options.seed,
        )
    for line in faults.lines():
        print(line)
    if not names:
        raise DataError("photos show faces", "none that could be used", "name other photos")
    ModelCard(
        **mode.card_fields(),
        data={"faces": len(names)} | recipe,
        licence=options.licence,
        consent=options.consent,
    ).save(folder)
    print(
        f"written: {options.repeats} strips each of {len(names)} faces in {folder}, {kept} of these held out by their names"
    )


def _faces(options: argparse.Namespace, faults: SkipReport) -> Iterator[tuple[str, str, Image]]:
    """A name for each face, the name of its photo, and a square around it; what was left out is noted."""
    from tqdm import tqdm

    from face2face.data.annotations import SkipReason, photo_of, read_annotations, square
    from face2face.data.fetch import fetch_all
    from face2face.errors import MediaError
    from face2face.face.detector import Detector
    from face2face.files import ensure_writable_dir
    from face2face.media.stills import list_images, read_image
    from face2face.segmentation.parser import portrait_crop

    faceless, unreadable = (
        SkipReason("photo shows no face", "photos show no face"),
        SkipReason("photo can't be read", "photos can't be read"),
    )
    for folder in options.photos:
        photos = list_images(folder)
        if not photos:
            raise DataError(
                "--photos names folders of photos", f"none in {folder}", "name another folder"
            )
        detect = Detector(ensemble_size=2)
        for path in tqdm(photos, folder.name, unit="photo"):
            try:
                photo = read_image(path)
            except MediaError:
                faults.add(unreadable, path)
                continue
            if faces := detect(photo):
                yield (
                    f"{folder.resolve().name}-{path.stem}",
                    path.stem,
                    portrait_crop(faces[0], *photo.shape[:2]).cut(photo),
                )
            else:
                faults.add(faceless, path)
    if options.annotations:
        lines, left_out = read_annotations(options.annotations)
        faults.also(left_out)
        if options.download:
            faults.also(
                fetch_all(
                    {line.number: line.url for line in lines}, ensure_writable_dir(options.images)
                )
            )
        missing = SkipReason("line has no photo here", "lines have no photo here")
        for line in tqdm(lines, options.annotations.name, unit="photo"):
            path = photo_of(options.images, line.number)
            if path is None:
                faults.add(missing, line.number)
                continue
            try:
                photo = read_image(path)
            except MediaError:
                faults.add(unreadable, path)
                continue
            for number, face in enumerate(line.faces):
                yield (
                    f"{path.stem}.{number}",
                    path.stem,
                    square(face, photo.shape[0], photo.shape[1], _MARGIN).cut(photo),
                )
