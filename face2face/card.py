"""The card: the JSON beside a graph that says what the graph is and what it was made of."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from face2face import __version__
from face2face.errors import ModelError
from face2face.files import atomic_write

FILE_NAME = "card.json"
#: Where training leaves the generator of its best epoch, beside the card.
BEST = "best.keras"
FORMAT = 1
#: Width and height of the panels that pairs can be made of, in pixels; parsers see photos at others too, multiples of this.
SIZES = (256, 512)
_STEP = 64
_PROGRAM = "face2face"
#: Fields that name a panel, if there is one that is this.
ROLES = ("base", "mask", "colours", "bars")
NOTICE = "Pictures made by this model are synthetic. Don't use them to deceive, and don't make a face speak without its owner's consent."


@dataclass(frozen=True)
class ModelCard:
    """What travels with training data and then with the model trained on it.

    Attributes:
        mode: A name in :data:`face2face.modes.MODES`.
        size: Width and height of a panel in pixels, a multiple of 64 between those of :data:`SIZES`.
        panels: What the network is shown, in order; a strip holds these and then the target.
        base: The panel from which the answer departs; empty where it is painted from nothing.
        mask: The panel that says where it may depart; empty for everywhere.
        colours: The panel that shows each part of the face in its mean colour; empty where there is none.
        bars: The panel whose bars are numbers, see :func:`face2face.image.bars`; empty where there is none.
        fill: With what missing pixels are filled, see :data:`face2face.modes.inpaint.FILLS`; empty where none are missing.
        sketch: The fields of :class:`face2face.face.sketch.SketchSpec`.
        shape: The target's shape statistics: the fields of :class:`face2face.face.retarget.TargetShape`.
        data: Where the pictures came from: file name, frames, seconds.
        licence: Of the data, as its owner states it.
        consent: How the person shown agreed.
        generator: Name of the network; empty while there is none.
        training: Settings and extent of the training.
        precision: In which the graph is run: ``f32``, ``int8``, or ``bf16``, and then the next best where a processor doesn't know that.
        metrics: Validation figures of the weights in the graph.
        notice: What whoever uses the model should know.
        made_by: Program and version that wrote the card; empty where the file doesn't say.
        format: Version of this format.
    """

    mode: str
    size: int
    panels: tuple[str, ...]
    base: str = ""
    mask: str = ""
    colours: str = ""
    bars: str = ""
    fill: str = ""
    sketch: dict[str, Any] = field(default_factory=dict)
    shape: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    licence: str = "not stated"
    consent: str = "not stated"
    generator: str = ""
    training: dict[str, Any] = field(default_factory=dict)
    precision: str = "f32"
    metrics: dict[str, float] = field(default_factory=dict)
    notice: str = NOTICE
    made_by: str = f"{_PROGRAM} {__version__}"
    format: int = FORMAT

    @property
    def is_own(self) -> bool:
        """Whether this program wrote the card, in any version."""
        return self.made_by.split(" ")[0] == _PROGRAM

    def showing(self, panels: tuple[str, ...]) -> ModelCard:
        """The card of a network that is shown only these panels: a role whose panel isn't among them is empty."""
        roles: dict[str, Any] = {
            role: name if (name := getattr(self, role)) in panels else "" for role in ROLES
        }
        return replace(self, panels=panels, **roles)

    def save(self, folder: Path) -> None:
        """Writes ``card.json`` into a folder, with the mark of this program and version."""
        values = asdict(replace(self, made_by=ModelCard.made_by))
        with atomic_write(folder / FILE_NAME) as aside:
            aside.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> ModelCard:
        """Reads ``card.json`` from a folder.

        Raises:
            ModelError: It is missing, is not JSON, lacks a field, or is of a newer format.
        """
        path = folder / FILE_NAME
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ModelError(
                "a model has its card beside it",
                f"no file {path}",
                "restore it, or export the model again",
            ) from error
        except (OSError, ValueError, RecursionError) as error:
            raise ModelError(
                "a card is a JSON file", f"{path}, damaged", "restore it, or export the model again"
            ) from error
        return cls.checked(values, str(path))

    @classmethod
    def checked(cls, values: Any, origin: str) -> ModelCard:
        """A card of a JSON object's values.

        Args:
            values: The object.
            origin: Where it came from, for the message.

        Raises:
            ModelError: A field is missing, unknown or of a wrong type.
        """
        do = "restore it, or export the model again"
        if not isinstance(values, dict):
            raise ModelError("a card is a JSON object", f"{type(values).__name__} in {origin}", do)
        if values.get("format") != FORMAT:
            raise ModelError(
                f"this version reads cards of format {FORMAT}",
                f"{values.get('format')!r} in {origin}",
                "update face2face",
            )
        known = {each.name for each in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ModelError(
                "a card has only the fields of its format", f"{', '.join(unknown)} in {origin}", do
            )
        if missing := sorted({"mode", "size", "panels"} - set(values)):
            raise ModelError(
                "a card names its mode, size and panels",
                f"none for {', '.join(missing)} in {origin}",
                do,
            )
        least, most = SIZES
        if values["size"] not in range(least, most + 1, _STEP):
            raise ModelError(
                f"a card's size is a multiple of {_STEP} from {least} to {most}",
                f"{values['size']!r} in {origin}",
                do,
            )
        panels = values["panels"]
        if (
            not isinstance(panels, list)
            or not panels
            or not all(isinstance(each, str) for each in panels)
        ):
            raise ModelError("a card's panels are a list of names", f"{panels!r} in {origin}", do)
        for role in ROLES:
            if values.get(role, "") not in ("", *panels):
                raise ModelError(
                    f"a card's {role} is one of its panels", f"{values[role]!r} in {origin}", do
                )
        for name in ("mode", "made_by"):
            if not isinstance(values.get(name, ""), str):
                raise ModelError(f"a card's {name} is text", f"{values[name]!r} in {origin}", do)
        return cls(**{"made_by": "", **values, "panels": tuple(panels)})


def describes_data(folder: Path, mode: str) -> bool:
    """Whether a folder's card is that of training data of a mode, and of no model trained on it."""
    try:
        card = ModelCard.load(folder)
    except ModelError:
        return False
    return card.mode == mode and not card.generator
