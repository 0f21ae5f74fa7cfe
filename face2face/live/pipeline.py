"""LivePipeline: the steps from a driver's frame to a rendered frame, for one loaded model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from face2face.data.photo_frames import Painter
from face2face.errors import ModelError
from face2face.image import Scene
from face2face.imaging.retoucher import Retoucher
from face2face.inference.models import mode_name
from face2face.inference.pretrained import load_expressions, load_mode
from face2face.live.added_expression import AddedExpression
from face2face.live.driver_mouth import WithDriverMouth
from face2face.live.frame import RenderedFrame
from face2face.live.model import ReenactmentModel
from face2face.live.motion_transfer import MotionTransfer
from face2face.live.options import (
    DRIVER,
    EXPRESSION_MODE,
    MODEL_MODES,
    TARGET,
    LiveOptions,
    MotionOptions,
)
from face2face.live.own_face import OwnFaceRenderer, OwnMotion
from face2face.live.renderer import FrameRenderer, Renderer
from face2face.live.retouching import LiveRetoucher


@dataclass(frozen=True)
class LivePipeline:
    """The steps of one loaded model: motion transfer, then rendering.

    Attributes:
        motion: From the driver's landmarks to the target's pose.
        renderer: From the pose to a frame.
        model: Name of the model.
        engine: Name of the library and the precision that run its graph.
    """

    motion: MotionTransfer | OwnMotion
    renderer: Renderer
    model: str
    engine: str

    def __call__(self, scene: Scene) -> RenderedFrame:
        """Return the rendered frame of the driver's next frame.

        Args:
            scene: The driver's frame, with its landmarks where it has a face.
        """
        return self.renderer(self.motion(scene))

    @classmethod
    def of(
        cls,
        model: ReenactmentModel,
        options: MotionOptions = MotionOptions(),
        mouth: str = TARGET,
    ) -> LivePipeline:
        """Return the pipeline of a loaded target.

        Args:
            model: The target.
            options: How the driver's motion is transferred.
            mouth: Whose the inside of the mouth is, one of :data:`face2face.live.options.MOUTHS`.

        Raises:
            ModelError: The added expression isn't known.
        """
        added = _added_expression(options)
        motion = MotionTransfer(model.mode.shape, model.mode.size, options, added)
        renderer: Renderer = FrameRenderer(model)
        if mouth == DRIVER:
            renderer = WithDriverMouth(renderer)
        return cls(motion, renderer, model.name, model.engine.name)

    @classmethod
    def of_driver(cls, paint: Painter, options: MotionOptions = MotionOptions()) -> LivePipeline:
        """Return the pipeline of the driver's own face with an added expression.

        Args:
            paint: Moves the landmarks of a face in a photo.
            options: Its added expression and its smoothing are used.

        Raises:
            ModelError: The added expression isn't known.
        """
        motion = OwnMotion(_added_expression(options), options)
        return cls(motion, OwnFaceRenderer(paint), EXPRESSION_MODE, "OpenVINO")

    @classmethod
    def load(cls, path: Path, options: LiveOptions = LiveOptions()) -> LivePipeline:
        """Return the pipeline of a model on disk, of a target or for retouching.

        Args:
            path: The model's folder, or its graph.
            options: Its mode, motion and retouching are used.

        Raises:
            ModelError: A file is missing or damaged, or the model is of another mode.
        """
        mode = mode_name(path)
        if mode not in MODEL_MODES or options.mode not in (mode, None):
            wanted = options.mode or " or ".join(MODEL_MODES)
            raise ModelError(
                f"The model {path} is of mode {mode}, not {wanted}.",
                hint="Name another model" + (", or leave --mode out." if options.mode else "."),
            )
        options = replace(options, mode=mode)  # checks options that don't fit the mode
        if mode == "reenact":
            return cls.of(ReenactmentModel.load(path), options.motion, options.mouth)
        inpaint, engine = load_mode(path, mode)
        retoucher = Retoucher(inpaint.size, lambda scene: engine(inpaint.condition(scene)))
        return cls(
            MotionTransfer(None, inpaint.size, options.motion),
            LiveRetoucher(retoucher, options.retouching),
            path.name if path.is_dir() else path.parent.name,
            engine.name,
        )


def _added_expression(options: MotionOptions) -> AddedExpression:
    return AddedExpression(options.express, partial(load_expressions, options.models))
