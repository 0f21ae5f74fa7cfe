"""Convert decoded frames to RGB pictures of one size."""

from __future__ import annotations

import av
import numpy as np

from face2face.image import Image
from face2face.media.deinterlace import frame_form
from face2face.media.geometry import over_white

#: Rows from which a video of no declared colour matrix has that of HD, as in players.
_HD_ROWS = 720
#: FFmpeg's number of the matrix that a video doesn't declare.
_UNDECLARED = 2


class Converter:
    """Converts frames of any pixel format to RGB.

    A filter graph takes its pictures from a pool, so that their memory is used again. To get new
    memory for each one takes as long as to convert it.

    Args:
        size: Width and height of the pictures.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._graph: av.filter.Graph | None = None
        self._form: tuple[object, ...] = ()
        self._transparent = False

    def __call__(self, frame: av.VideoFrame) -> Image:
        """Return a frame as ``(h, w, 3)`` uint8 RGB, on white where it is transparent."""
        if self._graph is None or self._form != frame_form(frame):
            self._build(frame)
        assert self._graph is not None
        self._graph.vpush(frame)
        pixels = np.asarray(self._graph.vpull().to_ndarray(), np.uint8)
        return over_white(pixels) if self._transparent else pixels

    def _build(self, frame: av.VideoFrame) -> None:
        self._form = frame_form(frame)
        self._transparent = frame.format.has_palette or any(
            component.is_alpha for component in frame.format.components
        )
        undeclared = frame.colorspace == _UNDECLARED and frame.height >= _HD_ROWS
        width, height = self._size
        matrix = "bt709" if undeclared else "auto"
        graph = av.filter.Graph()
        graph.link_nodes(
            graph.add_buffer(
                width=frame.width,
                height=frame.height,
                format=frame.format,
                time_base=frame.time_base,
            ),
            graph.add("scale", f"{width}:{height}:flags=bilinear:in_color_matrix={matrix}"),
            graph.add("format", "rgba" if self._transparent else "rgb24"),
            graph.add("buffersink"),
        ).configure()
        self._graph = graph
