"""``express --file``: changes the expression of a face in a video."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from face2face.errors import FaceError, OptionError

if TYPE_CHECKING:
    from face2face.edit.clip import FaceTrack
    from face2face.edit.face_painter import FacePainter
    from face2face.face.facial_change import FacialChange
    from face2face.face.steady_changes import SteadyChanges
    from face2face.image import Image
    from face2face.media.video import VideoFile


def check_files(file: Path, output: Path) -> None:
    """Check the names of the video and of the changed one.

    Raises:
        MediaError: The output isn't an MP4 file.
        OptionError: The file is a photo, or a folder.
    """
    from face2face.media.recording import check_suffix
    from face2face.media.source import holds_photos

    if file.exists() and holds_photos(file):
        raise OptionError(f"{file} is no video.", hint=f"Use --photo {file}.")
    check_suffix(output)


def change_video(options: argparse.Namespace, changes: Sequence[FacialChange]) -> None:
    """Change the face in a video, frame by frame, and write it with its sound.

    The video is read twice: first to follow the face, then to change it. The output appears when it
    is whole. Frames without a face stay as they are.

    Args:
        options: Their ``file``, ``output``, ``face``, ``landmarks``, ``models`` and ``no_mark`` are
            read.
        changes: In their order.

    Raises:
        FaceError: No frame has a face that can be changed.
        MediaError: The video can't be read, or the output not be written.
        ModelError: A model is missing or damaged, or none knows the way to an expression.
    """
    from tqdm import tqdm

    from face2face.edit.face_painter import FacePainter
    from face2face.face.steady_changes import SteadyChanges
    from face2face.files import atomic_write, ensure_writable_dir
    from face2face.imaging.text import draw_mark
    from face2face.media.recording import Recording
    from face2face.media.video import VideoFile

    file, output = options.file, options.output
    paint = FacePainter(options.models)
    expressions = paint.prepare(changes)
    ensure_writable_dir(output.parent)
    with atomic_write(output) as aside, VideoFile(file) as video:
        track = _follow(video, options)
        move = SteadyChanges(changes, track.usual_face(), expressions)
        for change in move.made:
            tqdm.write(f"{file}: {change.name} is there already, and stays as it is")
        video.rewind()
        with Recording(aside, video.fps, sound=file, name=output) as recording:
            pictures = _changed(video, track, move, paint)
            for picture, seconds in tqdm(pictures, "frames", len(track.faces), unit="frame"):
                recording.write(picture if options.no_mark else draw_mark(picture), seconds)
    print(f"written: {output}, the face changed in {track.count} of {len(track.faces)} frames")


def _follow(video: VideoFile, options: argparse.Namespace) -> FaceTrack:
    """Return the track of the face that ``--face`` names.

    Raises:
        FaceError: No frame has it.
    """
    from tqdm import tqdm

    from face2face.edit.clip import FaceTrack
    from face2face.face.back_ends import make_detector
    from face2face.face.tracker import Tracker

    tracker = Tracker(make_detector(options.landmarks), video.fps, options.face)
    track = FaceTrack.follow(tqdm(video, "faces", unit="frame"), tracker)
    if not track.count:
        wanted = "a face" if options.face == 1 else f"{options.face} faces"
        raise FaceError(
            f"No frame of {options.file} shows {wanted}, upright, large and from ahead.",
            hint="Use a video in which the face looks at the camera.",
        )
    return track


def _changed(
    video: VideoFile, track: FaceTrack, move: SteadyChanges, paint: FacePainter
) -> Iterator[tuple[Image, float]]:
    """Yield each frame, changed, ``(h, w, 3)`` uint8 RGB, and its time in seconds."""
    frames = zip(video, track.faces, track.shares().tolist(), track.seconds, strict=True)
    for scene, landmarks, share, seconds in frames:
        if landmarks is None:
            yield scene.photo, seconds
        else:
            yield paint(scene.photo, landmarks, move(landmarks, share)), seconds
