"""The model card: the JSON file next to a graph that describes the graph and its training data."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from face2face import __version__, config, files
from face2face.errors import ModelError

#: Name of the card in a model's folder.
FILE_NAME = files.CARD_NAME
#: Name of the file in which training keeps the generator of its best epoch.
BEST = "best.keras"
#: Folder, in that of a run, of the generator from target to source, where there is one.
BACK = "back"
#: Mode -> version of its card's format; 1 for all other modes. Version 2 of ``reenact`` has
#: landmarks with irises, and shape statistics in three dimensions.
_FORMATS = {"reenact": 2}
#: Widths of a panel that shows a whole face, in pixels. Pairs are made at one of these two.
SIZES = (256, 512)
#: A panel's width is a multiple of this, in pixels: networks halve it six times. It is also the
#: smallest width, of modes that show a part of a face.
_SIZE_STEP = 64
#: First word of :attr:`ModelCard.made_by` in cards that this program wrote.
_PROGRAM = "face2face"
#: Mode -> its objective, where the card names none; pix2pix for all other modes.
_OBJECTIVES = {
    "inpaint": "inpainting",
    "manipulate": "manipulation",
    "parse": "segmentation",
    "emotion": "classification",
}
#: Modes that a driver moves.
DRIVEN = frozenset({"reenact"})
#: Fields that name one of the panels.
ROLES = ("base", "mask", "colours", "bars")
#: Panel -> the file next to the card from which its mode makes the panel.
PANEL_FILES = {"warp": "bank.npz", "composed": "donors.npz"}
#: Fields that are names, such as that of a panel, and the largest number of their characters.
_NAMES = (
    "mode",
    "base",
    "mask",
    "colours",
    "bars",
    "fill",
    "feature",
    "objective",
    "generator",
    "precision",
    "landmarks",
)
_MAX_NAME = 60
#: Largest number of panels.
_MAX_PANELS = 16
#: Fields that a person reads, and characters in them that would steer a terminal.
_TEXTS = ("licence", "consent", "notice", "made_by")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: Warning in every card.
NOTICE = (
    "Pictures made by this model are synthetic. Don't use them to deceive, "
    "and don't make a face speak without its owner's consent."
)
#: Largest coordinate in a crop, in pixels.
_MAX_PLACE = 32768
#: A corner's coordinate in a crop.
_Place = Annotated[int, Meta(ge=-_MAX_PLACE, le=_MAX_PLACE)]
#: Advice for a card that can't be used.
_HINT = "Restore it, or export the model again."


@dataclass(frozen=True)
class _Sketch:
    """Values in :attr:`ModelCard.sketch` that the program uses; the mode knows their names."""

    palette: str = ""
    thickness: Annotated[int, Meta(ge=1, le=64)] = 1
    smooth: bool = True


@dataclass(frozen=True)
class _Data:
    """Values in :attr:`ModelCard.data` that the program uses; others only describe the data."""

    file: Annotated[str, Meta(max_length=1000)] = ""
    trained_until: Annotated[float, Meta(ge=0)] = 0.0
    chosen_until: Annotated[float, Meta(ge=0)] = 0.0
    crop: tuple[_Place, _Place, Annotated[int, Meta(ge=1, le=_MAX_PLACE)]] = (0, 0, 1)


@dataclass(frozen=True)
class _Training:
    """Values in :attr:`ModelCard.training` that the program uses."""

    steps: Annotated[int, Meta(ge=0)] = 0
    batch_size: Annotated[int, Meta(ge=1)] = 1
    minutes: Annotated[float, Meta(ge=0)] = 0.0
    peak_mib: Annotated[float, Meta(ge=0)] = 0.0


@dataclass(frozen=True)
class ModelCard:
    """The description of training data, and of the model trained on it.

    Attributes:
        mode: A name in :data:`face2face.modes.MODES`; ``parse`` for a parser, ``emotion`` for an
            emotion classifier.
        size: Width and height of a panel in pixels: a multiple of 64 up to 512.
        panels: Names of the panels shown to the network, in order. A strip holds these, then the
            target.
        base: Panel to which the network adds its answer; empty where it paints from nothing.
        mask: Panel that limits where the answer may differ from the base; empty for everywhere.
        colours: Panel in which each part of the face has its mean colour; empty for none.
        bars: Panel that holds numbers, see :func:`face2face.image.vector_panel`; empty for none.
        fill: Fill of missing pixels, see :data:`face2face.modes.inpaint.FILLS`; empty where none
            are missing.
        feature: Feature of the face that the network repaints, in
            :data:`face2face.face.features.FEATURES`; empty where it is shown the whole face.
        objective: Name of the training's losses, in
            :data:`face2face.learn.objectives.OBJECTIVES`; empty for the mode's own. That of a
            parser is ``segmentation``.
        sketch: Fields of :class:`face2face.face.sketch.SketchSpec`.
        shape: Fields of :class:`face2face.face.target_statistics.TargetStatistics`.
        expressions: Fields of :class:`face2face.face.expression_model.ExpressionModel`; empty where
            none are known.
        data: Origin of the pictures: file name, frames, seconds.
        landmarks: Landmark back end that measured the data, in
            :data:`face2face.face.back_ends.BACK_ENDS`; cards that don't name it are dlib's.
        licence: Licence of the data, as its owner states it.
        consent: How the person shown agreed.
        generator: Name of the network; empty while there is none.
        training: Settings and extent of the training.
        precision: Arithmetic of the graph: ``f32``, ``bf16`` or ``int8``. A processor without bf16
            runs the next best.
        metrics: Validation figures of the graph's weights.
        notice: Warning to users of the model.
        made_by: Program and version that wrote the card; empty where the file doesn't say.
        format: Version of the mode's format; 0 for the one that this version writes.

    >>> card = ModelCard("reenact", 256, ("sketch",))
    >>> card.is_own, card.format
    (True, 2)
    """

    mode: str
    size: int
    panels: tuple[str, ...]
    base: str = ""
    mask: str = ""
    colours: str = ""
    bars: str = ""
    fill: str = ""
    feature: str = ""
    objective: str = ""
    sketch: dict[str, Any] = field(default_factory=dict)
    shape: dict[str, Any] = field(default_factory=dict)
    expressions: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    landmarks: str = "dlib"
    licence: str = "not stated"
    consent: str = "not stated"
    generator: str = ""
    training: dict[str, Any] = field(default_factory=dict)
    precision: str = "f32"
    metrics: dict[str, float] = field(default_factory=dict)
    notice: str = NOTICE
    made_by: str = f"{_PROGRAM} {__version__}"
    format: int = 0

    def __post_init__(self) -> None:
        if not self.objective:
            object.__setattr__(self, "objective", _OBJECTIVES.get(self.mode, "pix2pix"))
        if not self.format:
            object.__setattr__(self, "format", format_of(self.mode))

    @property
    def is_own(self) -> bool:
        """Whether any version of this program wrote the card."""
        return self.made_by.split(" ")[0] == _PROGRAM

    def with_panels(self, panels: tuple[str, ...]) -> ModelCard:
        """Return the card of a network that is shown only some of the panels.

        A role whose panel is left out becomes empty.

        >>> ModelCard("reenact", 256, ("sketch", "warp"), base="warp").with_panels(("sketch",)).base
        ''
        """
        roles: dict[str, Any] = {
            role: name if (name := getattr(self, role)) in panels else "" for role in ROLES
        }
        return replace(self, panels=panels, **roles)

    def save(self, folder: Path) -> None:
        """Write ``card.json`` into a folder, marked with this program's name and version.

        Raises:
            MediaError: The file can't be written.
        """
        config.save_json(folder / FILE_NAME, replace(self, made_by=ModelCard.made_by))

    @classmethod
    def load(cls, folder: Path, earlier: bool = False) -> ModelCard:
        """Return the card in a folder.

        Args:
            folder: The folder.
            earlier: Whether a card of an earlier format will do. What it says of the data's origin
                still holds; its model can't be used.

        Raises:
            ModelError: The card is missing, damaged or of another format, or a field is missing,
                unknown, of another type or out of range.
        """
        path = folder / FILE_NAME
        values = config.read_json(path, ModelError, _HINT)
        if isinstance(values, dict):
            _check_format(values, path, earlier)
            values = {"made_by": "", **values}
        card = config.from_values(cls, values, path, ModelError, _HINT)
        if problem := card._problem():
            raise ModelError(f"{path} is not valid: {problem}.", hint=_HINT)
        return card

    def _problem(self) -> str:
        """Return the first value that is out of range, in words; empty for none."""
        if problem := self._unfit_text():
            return problem
        largest = max(SIZES)
        if self.size not in range(_SIZE_STEP, largest + 1, _SIZE_STEP):
            return f"size is {self.size}, not a multiple of {_SIZE_STEP} up to {largest}"
        if not self.panels:
            return "panels is empty"
        for role in ROLES:
            if (name := getattr(self, role)) not in ("", *self.panels):
                return f"{role} names {name!r}, which isn't among the panels"
        for name, known in (("sketch", _Sketch), ("data", _Data), ("training", _Training)):
            try:
                msgspec.convert(getattr(self, name), known)
            except (msgspec.ValidationError, OverflowError) as error:
                return f"{name}: {error}"
        return ""

    def _unfit_text(self) -> str:
        """Return the first text that is too long or can't be shown, in words; empty for none."""
        if len(self.panels) > _MAX_PANELS:
            return f"panels has more than {_MAX_PANELS} names"
        names = [(each, getattr(self, each)) for each in _NAMES]
        for field_name, name in [*names, *(("panels", each) for each in self.panels)]:
            if len(name) > _MAX_NAME or not name.isprintable():
                return f"{field_name} is longer than {_MAX_NAME} characters, or not printable"
        for text in _TEXTS:
            if _CONTROLS.search(getattr(self, text)):
                return f"{text} holds control characters"
        if _CONTROLS.search(str(self.data.get("file", ""))):
            return "data: file holds control characters"
        return ""


def format_of(mode: str) -> int:
    """Return the version of a mode's format, for cards, training data and runs.

    >>> format_of("reenact"), format_of("edit")
    (2, 1)
    """
    return _FORMATS.get(mode, 1)


def _check_format(values: dict[str, Any], path: Path, earlier: bool) -> None:
    """Raise ModelError where a card's values are of another format than is wanted."""
    wanted, found = format_of(str(values.get("mode"))), values.get("format")
    if found in range(1, wanted):
        if earlier:
            return
        raise ModelError(
            f"{path} is of format {found}, from an earlier version of face2face.",
            hint="Prepare and train again: face2face prepare --file VIDEO, "
            "then face2face train --input_dir combined",
        )
    if found != wanted:
        raise ModelError(
            f"{path} isn't a card of format {wanted}, which this version reads.",
            hint="Update face2face, or export the model again.",
        )


def describes_data(folder: Path, mode: str) -> bool:
    """Return whether a folder holds the card of a mode's training data, and not of a model."""
    try:
        card = ModelCard.load(folder)
    except ModelError:
        return False
    return card.mode == mode and not card.generator
