"""LiveOptions: all options of the live program as one frozen value.

The console, Python and the web studio build the same value. Nothing here imports NumPy: the
detection of faces starts first.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.errors import OptionError
from face2face.face.back_ends import choose_back_end

if TYPE_CHECKING:
    from face2face.face.facial_change import FacialChange

#: Modes of a model that runs live: another face that follows, or one's own, retouched.
MODEL_MODES = ("reenact", "inpaint")
#: The live mode of one's own face with another expression; it needs no model of a target.
EXPRESSION_MODE = "expression"
#: All live modes.
LIVE_MODES = (*MODEL_MODES, EXPRESSION_MODE)
#: Compositions of a frame, see :meth:`face2face.live.frame.RenderedFrame.compose`.
COMPOSITIONS = SIDE, TARGET, DRIVER = ("side", "target", "driver")
#: Motion that is transferred: head and expression, the expression alone, or none (as it lies).
RETARGETING = FULL, EXPRESSION, NONE = ("full", "expression", "none")
#: Whose picture the inside of the target's mouth is taken from.
MOUTHS = (TARGET, DRIVER)
#: The name of the scripted driver among the sources.
DEMO = "demo"
#: Suffix of recordings.
VIDEO = ".mp4"
#: Suffix of files of recorded landmarks.
RECORDED = ".npz"
#: Largest strength of expression, head motion, smoothing and retouching; 1 is natural.
MAX_STRENGTH = 2.0


def _check_strength(name: str, value: float) -> None:
    if not 0 <= value <= MAX_STRENGTH:
        raise OptionError(f"{name} is {value}.", hint="Give a number from 0 to 2.")


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise OptionError(f"{name} is {value!r}.", hint=f"Choose one of {', '.join(choices)}.")


def _check_suffix(path: Path | None, suffix: str) -> None:
    if path is not None and path.suffix.lower() != suffix:
        raise OptionError(
            f"{path.name} doesn't end with {suffix}.", hint=f"Use a name that ends with {suffix}."
        )


@dataclass(frozen=True)
class MotionOptions:
    """How the driver's motion is transferred.

    Attributes:
        retarget: One of :data:`RETARGETING`.
        expression: Strength of the expression, 0 to 2.
        head: Strength of the head's motion, 0 to 2.
        smoothing: Strength of the landmark filter, 0 to 2.
        gaze: Strength of the gaze, 0 to 2.
        stay_in_range: Ease away an expression that goes farther than the target was seen to go.
        express: Changes of the face that are added to its motion all the time, see
            :meth:`face2face.face.facial_change.FacialChange.parse`; keys change them.
        models: Folder with the models ``mouth`` and ``eyes``, which know expressions; None for the
            pretrained ones.

    Raises:
        OptionError: A value is out of range.

    >>> MotionOptions(expression=1.2, head=0.5).retarget
    'full'
    """

    retarget: str = FULL
    expression: float = 1.0
    head: float = 1.0
    smoothing: float = 1.0
    gaze: float = 1.0
    stay_in_range: bool = False
    express: tuple[FacialChange, ...] = ()
    models: Path | None = None

    def __post_init__(self) -> None:
        _check_choice("retarget", self.retarget, RETARGETING)
        for name in ("expression", "head", "smoothing", "gaze"):
            _check_strength(name, getattr(self, name))


@dataclass(frozen=True)
class DisplayOptions:
    """How a frame is shown.

    Attributes:
        compose: One of :data:`COMPOSITIONS`.
        conditioning: Show the conditioning picture next to the target instead of the driver.
        mirror: Exchange left and right.

    Raises:
        OptionError: The composition is unknown.
    """

    compose: str = SIDE
    conditioning: bool = False
    mirror: bool = False

    def __post_init__(self) -> None:
        _check_choice("compose", self.compose, COMPOSITIONS)


@dataclass(frozen=True)
class OutputOptions:
    """Where the pictures go.

    Attributes:
        window: Open a window.
        recording: An ``.mp4`` file to write; None for none.
        virtual_camera: Send the pictures to the system's virtual camera.
        landmarks: An ``.npz`` file for the driver's landmarks; None for none.
        watermark: Write on recorded and sent pictures that they are synthetic.

    Raises:
        OptionError: There is neither a window nor another output, or a file has another suffix.
    """

    window: bool = True
    recording: Path | None = None
    virtual_camera: bool = False
    landmarks: Path | None = None
    watermark: bool = True

    def __post_init__(self) -> None:
        if not (self.window or self.recording or self.virtual_camera or self.landmarks):
            raise OptionError(
                "There is no window and no other output.",
                hint="Add --output out.mp4 or --virtual-camera, or leave --no-window out.",
            )
        _check_suffix(self.recording, VIDEO)
        _check_suffix(self.landmarks, RECORDED)


@dataclass(frozen=True)
class LiveOptions:
    """All options of a live run.

    Attributes:
        driver: A camera's number, a video, photos, a stream's URL, recorded landmarks (``.npz``),
            or ``demo``.
        model: A model's folder or graph, or a folder of models; None for the newest model trained
            in the current folder, or else the pretrained targets.
        mode: The mode that the model must have, or :data:`EXPRESSION_MODE`; None for any of
            :data:`MODEL_MODES`.
        landmarks: The landmark back end, ``dlib`` or ``mesh``; None for the model's own.
        landmark_model: A dlib shape predictor of 68 points; None for the bundled one.
        retouching: Strength of retouching, 0 to 2; for models of mode ``inpaint``.
        motion: How the driver's motion is transferred.
        display: How frames are shown at first; keys change it.
        output: Where the pictures go.
        targets: Videos, photos or folders of photos, of one person each, from which targets are
            made without training; none to run a model.
        neutral_at: Time in these videos, in seconds, at which the face is neutral; None to find
            out.
        mouth: One of :data:`MOUTHS`.

    Raises:
        OptionError: A value is out of range, or two values don't go together.

    >>> LiveOptions(driver="clip.mp4", motion=MotionOptions(head=0.5)).motion.head
    0.5
    """

    driver: str = "0"
    model: Path | None = None
    mode: str | None = None
    landmarks: str | None = None
    landmark_model: Path | None = None
    retouching: float = 1.0
    motion: MotionOptions = MotionOptions()
    display: DisplayOptions = DisplayOptions()
    output: OutputOptions = OutputOptions()
    targets: tuple[Path, ...] = ()
    neutral_at: float | None = None
    mouth: str = TARGET

    def __post_init__(self) -> None:
        _check_strength("retouching", self.retouching)
        _check_choice("mouth", self.mouth, MOUTHS)
        choose_back_end(self.landmarks, self.landmark_model)
        self._check_targets()
        self._check_own_face()

    def _check_targets(self) -> None:
        if self.targets and self.model:
            raise OptionError(
                "--target and --tf-model both name who is driven.", hint="Leave one of them out."
            )
        if self.targets and self.mode not in (None, "reenact"):
            raise OptionError(
                f"In mode {self.mode} no target is driven.", hint="Leave --target or --mode out."
            )
        if self.neutral_at is not None and not self.targets:
            raise OptionError(
                "--neutral-at names a time in a target's video.", hint="Add --target VIDEO."
            )

    def _check_own_face(self) -> None:
        """Check the options that show the driver's own face, or a part of it."""
        own = self.mode == EXPRESSION_MODE
        if own and self.model:
            raise OptionError(
                f"In mode {self.mode} no target is driven.", hint="Leave --tf-model or --mode out."
            )
        if self.mouth == DRIVER and self.mode not in (None, "reenact"):
            raise OptionError(
                f"In mode {self.mode} the mouth is the driver's.", hint="Leave --mouth out."
            )
        if self.has_landmarks and (own or self.mouth == DRIVER):
            raise OptionError(
                f"The driver {self.driver} has no picture of its face.",
                hint="Name a camera or a video as --source.",
            )
        if self.motion.express and self.mode == "inpaint":
            raise OptionError(
                "In mode inpaint no expression is added.", hint="Leave --express out."
            )

    @property
    def has_landmarks(self) -> bool:
        """Whether the driver brings its landmarks, so that no face has to be found."""
        return self.driver == DEMO or self.driver.endswith(RECORDED)
