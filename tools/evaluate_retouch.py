"""``evaluate_retouch``: holes in faces that a model never saw, mended by it and by OpenCV -> figures, a contact sheet."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from face2face.commands.console import positive, run_program
from face2face.commands.outputs import Outputs

DESCRIPTION = """Takes the strips that make_inpaint_data held out, and has their holes mended by models of mode inpaint and by OpenCV's two
methods. Prints how far each is from the photo, inside the holes, by their size, and draws a sheet."""
READS, WRITES = ("input_dir", "model"), ("output",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    parser.add_argument(
        "--input_dir",
        type=Path,
        default=Path("inpaint"),
        help="the output folder of make_inpaint_data",
    )
    parser.add_argument(
        "--model",
        type=Path,
        nargs="+",
        default=[],
        help="folders of inpainting models (default: the one that is shipped)",
    )
    parser.add_argument(
        "--output", type=Path, default=Path("mended"), help="where mended.json and the sheet go"
    )
    parser.add_argument(
        "--count", type=positive, default=200, help="how many strips, spread over those held out"
    )
    parser.add_argument("--rows", type=positive, default=8, help="of the sheet")


def outputs(options: argparse.Namespace) -> Outputs:
    """Figures and sheet."""
    return Outputs([options.output / "mended.json", options.output / "mended.png"])


def run(options: argparse.Namespace) -> None:
    """Measures, draws, and prints the tables."""
    import numpy as np
    from tqdm import tqdm

    from face2face.card import ModelCard
    from face2face.data.pairs import VAL, list_strips, read_card, read_strip
    from face2face.errors import DataError
    from face2face.evaluation.inpainting import CLASSICAL, Mended, Mender, mended, table
    from face2face.evaluation.metrics import distance_from, lpips
    from face2face.face.detector import Detector
    from face2face.face.identity import Identity
    from face2face.files import atomic_write, ensure_writable_dir
    from face2face.image import Scene, side_by_side
    from face2face.inference.pretrained import load_painter, load_retoucher, pretrained
    from face2face.media.stills import write_image
    from face2face.modes.inpaint import PANELS
    from face2face.sample import evenly_spaced

    card = read_card(options.input_dir)
    strips = list_strips(options.input_dir, VAL)
    if card.panels != PANELS or not strips:
        raise DataError(
            "--input_dir holds held-out strips of mode inpaint",
            f"none in {options.input_dir}",
            "see make_inpaint_data",
        )
    strips = evenly_spaced(strips, options.count)
    folder = ensure_writable_dir(options.output)

    def alone(model: Path) -> Mender:
        """A model's answer, as it is."""
        paint = load_painter(model, "inpaint")
        return lambda photo, mask: paint(Scene(photo, mask=mask))

    menders: dict[str, Mender] = dict(CLASSICAL)
    for model in options.model or [pretrained("inpaint")]:
        menders[str(model)] = alone(model)
        if ModelCard.load(model).panels == PANELS:
            menders[f"{model}, retouched"] = load_retoucher(model)
    detect, identify, perceived = Detector(tries=2), Identity(), lpips()
    rows: dict[str, list[Mended]] = {name: [] for name in menders}
    shown = []
    for path in tqdm(strips, "strips", unit="strip"):
        holed, mask, photo = read_strip(path, 3)
        faces = detect(photo)
        distance = distance_from(photo, faces[0], identify) if faces else None
        for name, mend in menders.items():
            rows[name].append(mended(photo, mask[..., 0], mend, distance, perceived))
        shown.append(side_by_side([holed, *(each[-1].picture for each in rows.values()), photo]))
    lines = [
        f"{len(strips)} strips held out, {sum(len(each.holes) for each in rows['Telea'])} holes",
        "",
        *table(rows),
    ]
    print("\n".join(lines))
    figures = {
        name: {
            "lpips": [each.lpips for each in pictures],
            "identity": [each.identity for each in pictures],
            "holes": [vars(hole) for each in pictures for hole in each.holes],
        }
        for name, pictures in rows.items()
    }
    with atomic_write(folder / "mended.json") as aside:
        aside.write_text(json.dumps(figures) + "\n", encoding="utf-8")
    write_image(folder / "mended.png", np.concatenate(evenly_spaced(shown, options.rows)))
    print(
        f"written: {folder}; its sheet shows the holes, then {', '.join(menders)}, then the photo"
    )


if __name__ == "__main__":
    sys.exit(run_program(sys.modules[__name__]))
