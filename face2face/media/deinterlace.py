"""Turn interlaced frames into progressive ones."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av


def deinterlaced(frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Yield the frames, those that are interlaced filtered by FFmpeg's bwdif."""
    graph: av.filter.Graph | None = None
    form: tuple[object, ...] = ()
    for frame in frames:
        if graph is not None and form != frame_form(frame):
            yield from _flushed(graph)
            graph = None
        if graph is None and frame.interlaced_frame:
            graph, form = _deinterlacer(frame), frame_form(frame)
        if graph is None:
            yield frame
        else:
            graph.vpush(frame)
            yield from _pulled(graph)
    if graph is not None:
        yield from _flushed(graph)


def frame_form(frame: av.VideoFrame) -> tuple[object, ...]:
    """Return the properties that all frames of a filter graph share."""
    return frame.width, frame.height, frame.format.name, frame.colorspace, frame.color_range


def _deinterlacer(frame: av.VideoFrame) -> av.filter.Graph:
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=frame.time_base or Fraction(1, 90_000),
    )
    graph.link_nodes(
        source, graph.add("bwdif", "mode=send_frame:deint=interlaced"), graph.add("buffersink")
    ).configure()
    return graph


def _pulled(graph: av.filter.Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return


def _flushed(graph: av.filter.Graph) -> Iterator[av.VideoFrame]:
    graph.vpush(None)
    yield from _pulled(graph)
