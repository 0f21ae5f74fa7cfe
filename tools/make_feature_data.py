"""Make training strips for the mode feature from pictures of people."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.card import FILE_NAME, describes_data
from face2face.commands.console import number, positive, run_program, whole
from face2face.commands.options import (
    add_card_arguments,
    add_held_out_argument,
    add_landmarks_argument,
)
from face2face.commands.outputs import Outputs
from face2face.errors import DataError, OptionError
from face2face.face.features import FEATURES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from face2face.data.batch import Failures
    from face2face.data.feature_pairs import FeaturePair, Picture
    from face2face.modes.feature import FeatureMode

DESCRIPTION = """Make strips for train.py --mode feature: any picture of a person warped to the
landmarks of any other picture of the same person, and that picture. Pictures whose heads are turned
too differently, or whose light or hair differs too much, make no strip. One person in ten, by name,
is validated on. The same seed makes the same files. Existing strips are kept."""
READS, WRITES = ("people", "videos", "singles"), ("output",)
#: Largest number of attempts to find a partner for a picture.
_ATTEMPTS = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--people",
        metavar="DIR",
        type=Path,
        nargs="+",
        default=[],
        help="folders with several photos of each person: in a subfolder for each, or with the "
        "person's name before the first underscore of the file's name",
    )
    parser.add_argument(
        "--videos",
        metavar="FILE",
        type=Path,
        nargs="+",
        default=[],
        help="videos of one person each",
    )
    parser.add_argument(
        "--singles",
        metavar="DIR",
        type=Path,
        nargs="+",
        default=[],
        help="folders with one photo of each person: a warp to another person's expression takes "
        "the place of a second photo",
    )
    parser.add_argument(
        "--repeats", type=positive, default=12, help="number of strips in which a picture is true"
    )
    parser.add_argument(
        "--single-repeats", type=positive, default=2, help="the same for a photo of --singles"
    )
    parser.add_argument(
        "--frames-per-second",
        type=number,
        default=1.3,
        help="number of frames used of each second of a video",
    )
    parser.add_argument(
        "--size", type=positive, default=128, help="width and height of a panel in pixels"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("feature"),
        help="folder for the strips: mouth/ and eyes/ with train/, val/ and a card each",
    )
    parser.add_argument("--seed", type=whole, default=0, help="seed of partners and tones")
    add_held_out_argument(parser)
    add_landmarks_argument(parser)
    add_card_arguments(parser, "pictures")


def outputs(options: argparse.Namespace) -> Outputs:
    """Return the cards; existing strips stay."""
    cards = [options.output / name / FILE_NAME for name in FEATURES]
    return Outputs(cards, lambda path: describes_data(path.parent, "feature"))


def run(options: argparse.Namespace) -> int:
    """Make the strips, and print how many of each feature.

    Returns:
        1 where a photo or a video can't be read, else 0.
    """
    from face2face.card import ModelCard
    from face2face.data.batch import Failures
    from face2face.data.pairs import TRAIN, VAL
    from face2face.files import ensure_writable_dir
    from face2face.modes.feature import FeatureMode

    if not (options.people or options.videos):
        raise OptionError("No pictures are named.", hint="Add --people FOLDER or --videos FILE.")
    modes = [FeatureMode(options.size, name) for name in FEATURES]
    for mode in modes:
        for part in (TRAIN, VAL):
            ensure_writable_dir(options.output / mode.feature / part)
    failures = Failures()
    counts, people = dict.fromkeys(FEATURES, 0), 0
    names = ("repeats", "single_repeats", "frames_per_second", "seed")
    recipe: dict[str, Any] = {name: getattr(options, name) for name in names}
    for strips in _people(options, modes, failures):
        people += 1
        for feature, count in strips.items():
            counts[feature] += count
    if not any(counts.values()):
        raise DataError("No two pictures of a person fit together.", hint="Name other pictures.")
    for mode in modes:
        ModelCard(
            **mode.card_fields(),
            data=recipe | {"people": people},
            landmarks=options.landmarks,
            licence=options.licence,
            consent=options.consent,
        ).save(options.output / mode.feature)
        print(f"written: {counts[mode.feature]} strips of {mode.feature} of {people} people")
    return failures.report(people)


def _people(
    options: argparse.Namespace, modes: list[FeatureMode], failures: Failures
) -> Iterator[dict[str, int]]:
    """Write the strips of one person after another; yield their number by feature."""
    import numpy as np
    from tqdm import tqdm

    from face2face.data.label_maps import held_out_rule
    from face2face.data.people import people_in, photo_pictures, video_pictures
    from face2face.face.back_ends import make_detector

    detect = make_detector(options.landmarks)
    excluded = held_out_rule(options.held_out) if options.held_out else lambda name: False
    displacements: list[NDArray[np.floating]] = []
    groups = {
        name: kept
        for name, paths in people_in(options.people).items()
        if (kept := [path for path in paths if not excluded(path.stem)])
    }
    for name, paths in tqdm(groups.items(), "people", unit="person"):
        with failures.noted(paths[0]):
            pictures = photo_pictures(paths, detect)
            yield _write_person(name, pictures, options, modes, displacements)
    for path in tqdm(options.videos, "videos", unit="video"):
        with failures.noted(path):
            pictures = video_pictures(path, detect, options.frames_per_second)
            name = f"{path.parent.name}-{path.stem}"
            yield _write_person(name, pictures, options, modes, displacements)
    singles = [path for paths in people_in(options.singles).values() for path in paths]
    for path in tqdm(singles, "photos of one", unit="photo"):
        if not excluded(path.stem):
            with failures.noted(path):
                for picture in photo_pictures([path], detect):
                    yield _write_single(path.stem, picture, options, modes, displacements)


def _write_person(
    name: str,
    pictures: list[Picture],
    options: argparse.Namespace,
    modes: list[FeatureMode],
    displacements: list[NDArray[np.floating]],
) -> dict[str, int]:
    """Write the strips of a person, each picture as the truth of several others.

    Args:
        name: Name of the person.
        pictures: The person's pictures.
        options: The command's options.
        modes: The mode of each feature.
        displacements: The landmarks' ways between the pictures are added to these.
    """
    import numpy as np

    from face2face.data.feature_pairs import FeaturePair
    from face2face.face.expression import AVERAGE_FACE
    from face2face.face.head_pose import HeadPose

    shapes = [HeadPose.of(each.landmarks, AVERAGE_FACE).shape for each in pictures]
    rng = np.random.default_rng((options.seed, *name.encode()))
    counts = dict.fromkeys(FEATURES, 0)
    for number_, truth in enumerate(pictures if len(pictures) > 1 else []):
        others = [place for place in range(len(pictures)) if place != number_]
        displacements.append(shapes[number_] - shapes[others[0]])

        def pair(
            mode: FeatureMode, others: list[int] = others, truth: Picture = truth
        ) -> FeaturePair | None:
            return FeaturePair.of(pictures[rng.choice(others)], truth)

        _add(counts, _write(f"{name}.{number_}", pair, options.repeats, options, modes, rng, name))
    return counts


def _write_single(
    name: str,
    picture: Picture,
    options: argparse.Namespace,
    modes: list[FeatureMode],
    displacements: list[NDArray[np.floating]],
) -> dict[str, int]:
    """Write the strips of a person's only photo: the photo is true, and warps of it are changed."""
    import numpy as np

    from face2face.data.feature_pairs import FeaturePair, moved_picture

    rng = np.random.default_rng((options.seed, *name.encode()))

    def pair(mode: FeatureMode) -> FeaturePair | None:
        way = displacements[rng.integers(len(displacements))] * rng.uniform(0.5, 1.2)
        return FeaturePair.of(moved_picture(picture, way, mode.feature), picture)

    return _write(name, pair, options.single_repeats, options, modes, rng, name)


def _write(
    name: str,
    pair: Callable[[FeatureMode], FeaturePair | None],
    repeats: int,
    options: argparse.Namespace,
    modes: list[FeatureMode],
    rng: np.random.Generator,
    person: str,
) -> dict[str, int]:
    """Write the strips of one true picture; return their number by feature."""
    from face2face.data.feature_pairs import write_pair
    from face2face.data.label_maps import held_out
    from face2face.data.pairs import TRAIN, VAL

    counts = {}
    for mode in modes:
        folder = options.output / mode.feature / (VAL if held_out(person) else TRAIN)
        paths = [folder / f"{name}.{repeat}.png" for repeat in range(repeats)]
        counts[mode.feature] = sum(
            path.is_file() or _write_one(path, pair, mode, rng, write_pair) for path in paths
        )
    return counts


def _write_one(
    path: Path,
    pair: Callable[[FeatureMode], FeaturePair | None],
    mode: FeatureMode,
    rng: np.random.Generator,
    write: Callable[[Path, FeaturePair, FeatureMode, np.random.Generator], bool],
) -> bool:
    """Write a strip with the first partner that fits; return whether there is one."""
    for _ in range(_ATTEMPTS):
        found = pair(mode)
        if found is not None and write(path, found, mode, rng):
            return True
    return False


def _add(counts: dict[str, int], more: dict[str, int]) -> None:
    for name, count in more.items():
        counts[name] += count


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
