"""Make training strips for inpainting from photos of faces."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.card import FILE_NAME, SIZES, ModelCard, describes_data
from face2face.commands.console import positive, run_program, whole
from face2face.commands.options import add_card_arguments, add_landmarks_argument
from face2face.commands.outputs import Outputs
from face2face.errors import DataError, MediaError, OptionError
from face2face.modes.inpaint import FILLS

if TYPE_CHECKING:
    from face2face.data.annotations import SkipReport
    from face2face.image import Image
    from face2face.modes.inpaint import Inpaint

DESCRIPTION = """Cut faces out of photos and cover parts of them: with scratches, blots, strokes and
spots, or with shapes of your own. Faces are found in folders of photos, or cut out as an annotation
file says (Dataturks: JSON lines). The strips are for train.py --mode inpaint: masked face, mask,
face. One face in ten, by its photo's name, is held out. The same seed makes the same files.
Another run continues where the last one stopped."""
READS, WRITES = ("photos", "annotations", "images", "masks"), ("output",)
#: Margin around an annotated box, on each side, as a share of its longer side: the whole head fits.
_MARGIN = 0.35


class _Face(NamedTuple):
    """A square picture of a face, its name, and the name of its photo."""

    name: str
    photo: str
    picture: Image


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--photo",
        "--photos",
        dest="photos",
        metavar="DIR",
        type=Path,
        nargs="+",
        default=[],
        help="folders of photos; the largest face of each photo is used",
    )
    parser.add_argument(
        "--annotations", type=Path, help="file of face boxes in the format of Dataturks"
    )
    parser.add_argument(
        "--images",
        type=Path,
        help="folder of the annotated photos: img12.jpg belongs to line 12, counted from 0",
    )
    parser.add_argument(
        "--download", action="store_true", help="download missing photos into --images"
    )
    parser.add_argument(
        "--masks",
        type=Path,
        help="folder of shapes, white on black (default: shapes are drawn at random)",
    )
    parser.add_argument(
        "--repeats",
        type=positive,
        default=3,
        help="number of strips per face; the first shows all of it, the others a part",
    )
    parser.add_argument(
        "--max-masks", type=positive, default=2, help="largest number of shapes per strip"
    )
    parser.add_argument("--fill", choices=FILLS, default=FILLS[0], help="fill of the masked part")
    parser.add_argument(
        "--size", type=int, choices=SIZES, default=256, help="width and height of a panel in pixels"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("inpaint"),
        help="folder for train/, val/ and the card",
    )
    parser.add_argument("--seed", type=whole, default=0, help="seed of the random shapes")
    add_landmarks_argument(parser)
    add_card_arguments(parser, "photos")


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the card; existing strips stay."""
    return Outputs(
        [options.output / FILE_NAME], lambda path: describes_data(path.parent, "inpaint")
    )


def run(options: argparse.Namespace) -> int:
    """Make the strips, and list the photos that were left out.

    Returns:
        1 where a photo can't be read or downloaded, else 0.
    """
    from face2face.data.annotations import SkipReport
    from face2face.data.batch import INCOMPLETE
    from face2face.data.inpaint_pairs import write_pairs
    from face2face.data.label_maps import held_out
    from face2face.data.pairs import TRAIN, VAL
    from face2face.data.random_masks import SHAPES, own_shapes
    from face2face.files import ensure_writable_dir
    from face2face.modes.inpaint import Inpaint

    _check_options(options)
    shapes = own_shapes(options.masks) if options.masks else list(SHAPES)
    photos = [_photos_in(each, _not_photos(options)) for each in options.photos]
    mode = Inpaint(options.size, options.fill)
    recipe = {name: getattr(options, name) for name in ("repeats", "max_masks", "seed")}
    recipe["masks"] = len(shapes)
    folder = ensure_writable_dir(options.output)
    _check_same_recipe(folder, recipe, options)
    folders = {part: ensure_writable_dir(folder / part) for part in (TRAIN, VAL)}
    _card(mode, recipe, options).save(folder)
    skipped, failed = SkipReport(), _unknown_formats(options)
    names: set[str] = set()
    val_count = 0
    for face in _faces(photos, options, skipped, failed):
        if face.name in names:
            raise DataError(f"Two photos make a face named {face.name}.", hint="Rename one.")
        names.add(face.name)
        val_count += held_out(face.photo)
        write_pairs(
            face.picture,
            options.size,
            mode.condition,
            folders[VAL if held_out(face.photo) else TRAIN],
            face.name,
            options.repeats,
            options.max_masks,
            shapes,
            options.seed,
        )
    for line in skipped.lines() + failed.lines():
        print(line)
    if not names:
        raise DataError("No photo shows a usable face.", hint="Name other photos.")
    _card(mode, {"faces": len(names)} | recipe, options).save(folder)
    print(f"written: {options.repeats} strips each of {len(names)} faces in {folder}")
    print(f"held out: {val_count} of the faces, by their photos' names")
    return INCOMPLETE if failed.names else 0


def _check_options(options: argparse.Namespace) -> None:
    if not options.photos and not options.annotations:
        raise OptionError("No photos are named.", hint="Add --photo FOLDER or --annotations FILE.")
    if options.download and options.annotations is None:
        hint = "Add --annotations FILE --images FOLDER."
        raise OptionError("--download needs an annotation file.", hint=hint)
    if (options.annotations is None) != (options.images is None):
        hint = "Add the one that is missing."
        raise OptionError("--annotations and --images go together.", hint=hint)


def _check_same_recipe(folder: Path, recipe: dict[str, Any], options: argparse.Namespace) -> None:
    """Raise a DataError if a folder holds strips that were made with other options."""
    if not (folder / FILE_NAME).is_file():
        return
    card = ModelCard.load(folder)
    old = {name: card.data.get(name) for name in recipe}
    old |= {name: getattr(card, name) for name in ("size", "fill", "landmarks")}
    new = recipe | {name: getattr(options, name) for name in ("size", "fill", "landmarks")}
    differences = [f"{name} {old[name]}, not {new[name]}" for name in new if old[name] != new[name]]
    if differences:
        raise DataError(
            f"{folder} holds strips with {'; '.join(differences)}.", hint="Name another --output."
        )


def _card(mode: Inpaint, data: dict[str, Any], options: argparse.Namespace) -> ModelCard:
    return ModelCard(
        **mode.card_fields(),
        data=data,
        landmarks=options.landmarks,
        licence=options.licence,
        consent=options.consent,
    )


def _not_photos(options: argparse.Namespace) -> list[Path]:
    """Return the folders of which no picture is a photo of --photo."""
    folders = (options.output, options.masks, options.images)
    return [each for each in folders if each is not None]


def _photos_in(folder: Path, exclude: list[Path]) -> list[Path]:
    """Return the photos of a folder, without those in other folders below it."""
    from face2face.data.batch import by_stem
    from face2face.media.stills import list_images

    photos = by_stem(list_images(folder, exclude))
    if not photos:
        raise DataError(f"{folder} holds no photo.", hint="Name another folder.")
    return list(photos.values())


def _unknown_formats(options: argparse.Namespace) -> SkipReport:
    """Return the photos in formats that can't be read."""
    from face2face.data.annotations import SkipReason, SkipReport
    from face2face.data.batch import Failures

    reason = SkipReason(
        "photo is in a format that can't be read", "photos are in formats that can't be read"
    )
    report = SkipReport()
    for folder in options.photos:
        for path in Failures.in_folder(folder, _not_photos(options)).errors:
            report.add(reason, path)
    return report


def _faces(
    photos: list[list[Path]], options: argparse.Namespace, skipped: SkipReport, failed: SkipReport
) -> Iterator[_Face]:
    """Yield all faces.

    Args:
        photos: The photos of each folder.
        options: The command's options.
        skipped: Where photos and lines without a usable face are noted.
        failed: Where photos are noted that can't be read or downloaded.
    """
    for folder, paths in zip(options.photos, photos, strict=True):
        yield from _detected_faces(folder, paths, options.landmarks, skipped, failed)
    if options.annotations:
        yield from _annotated_faces(options, skipped, failed)


def _detected_faces(
    folder: Path, photos: list[Path], landmarks: str, skipped: SkipReport, failed: SkipReport
) -> Iterator[_Face]:
    """Yield the largest face of each photo in a folder."""
    from tqdm import tqdm

    from face2face.data.annotations import SkipReason
    from face2face.face.back_ends import make_detector
    from face2face.segmentation.parser import portrait_crop

    faceless = SkipReason("photo shows no face", "photos show no face")
    detect = make_detector(landmarks, ensemble_size=2)
    for path in tqdm(photos, folder.name, unit="photo"):
        photo = _read_or_skip(path, failed)
        if photo is None:
            continue
        faces = detect(photo)
        if not faces:
            skipped.add(faceless, path)
            continue
        box = portrait_crop(faces[0], *photo.shape[:2])
        yield _Face(f"{folder.resolve().name}-{path.stem}", path.stem, box.cut(photo))


def _annotated_faces(
    options: argparse.Namespace, skipped: SkipReport, failed: SkipReport
) -> Iterator[_Face]:
    """Yield the faces of an annotation file."""
    from tqdm import tqdm

    from face2face.data.annotations import SkipReason, photo_of, read_annotations, square
    from face2face.data.fetch import fetch_all
    from face2face.files import ensure_writable_dir

    missing = SkipReason("line has no photo here", "lines have no photo here")
    lines, left_out = read_annotations(options.annotations)
    skipped.also(left_out)
    if options.download:
        urls = {line.number: line.url for line in lines}
        failed.also(fetch_all(urls, ensure_writable_dir(options.images)))
    for line in tqdm(lines, options.annotations.name, unit="photo"):
        path = photo_of(options.images, line.number)
        if path is None:
            skipped.add(missing, line.number)
            continue
        photo = _read_or_skip(path, failed)
        if photo is None:
            continue
        for number, rect in enumerate(line.faces):
            box = square(rect, photo.shape[0], photo.shape[1], _MARGIN)
            yield _Face(f"{path.stem}.{number}", path.stem, box.cut(photo))


def _read_or_skip(path: Path, failed: SkipReport) -> Image | None:
    """Return a photo, or note that it can't be read and return None."""
    from face2face.data.annotations import SkipReason
    from face2face.media.stills import read_image

    try:
        return read_image(path)
    except MediaError:
        failed.add(SkipReason("photo can't be read", "photos can't be read"), path)
        return None


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
