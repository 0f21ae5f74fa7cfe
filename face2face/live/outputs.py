"""LiveOutputs: where composed pictures go besides the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType

from face2face.errors import MediaError
from face2face.image import Image
from face2face.imaging.text import draw_mark
from face2face.media.sink import Sink
from face2face.media.stills import write_image


class LiveOutputs:
    """Sinks, and what a person adds by keys: a recording and snapshots.

    A context manager: it closes a recording that was started by a key, not the sinks.

    Args:
        sinks: Take every picture.
        watermark: Write on every picture that leaves the program that it is synthetic.
        open_recording: Returns a new recording and its file; None where none can be made.
        name_snapshot: Returns the file of the next snapshot.
        title: Title in the metadata of snapshots.

    Attributes:
        picture: The last composed picture, without watermark; None before the first.
    """

    def __init__(
        self,
        sinks: Iterable[Sink] = (),
        watermark: bool = True,
        open_recording: Callable[[], tuple[Sink, Path]] | None = None,
        name_snapshot: Callable[[], Path] = lambda: Path("snapshot.png"),
        title: str = "",
    ) -> None:
        self._sinks = list(sinks)
        self._watermark = watermark
        self._open_recording = open_recording
        self._name_snapshot = name_snapshot
        self._title = title
        self._recording: Sink | None = None
        self._recording_start: float | None = None
        self._recording_scope = ExitStack()
        self.picture: Image | None = None

    def write(self, picture: Image, seconds: float) -> str:
        """Send a composed RGB uint8 picture, with its time in seconds, to every sink.

        Returns:
            A note on a recording that a key has started and that failed; empty for none.
        """
        self.picture = picture
        if not self._sinks and self._recording is None:
            return ""
        sent = self._marked(picture)
        for sink in self._sinks:
            sink.write(sent, seconds)
        return self._record(sent, seconds)

    def _record(self, sent: Image, seconds: float) -> str:
        """Add a picture to the recording that a key has started; if that fails, end it."""
        if self._recording is None:
            return ""
        if self._recording_start is None:
            self._recording_start = seconds
        try:
            self._recording.write(sent, seconds - self._recording_start)
        except MediaError as error:
            with suppress(MediaError):
                self.toggle_recording()
            return str(error)
        return ""

    def write_snapshot(self) -> str:
        """Write the last picture as a PNG, and return a note on it; empty before the first."""
        if self.picture is None:
            return ""
        path = self._name_snapshot()
        write_image(path, self._marked(self.picture), self._title)
        return f"written: {path}"

    def toggle_recording(self) -> str:
        """Start a recording, or end it, and return a note on it; empty where none can be made."""
        if self._recording is not None:
            self._recording = self._recording_start = None
            self._recording_scope.close()
            return "recording ended"
        if self._open_recording is None:
            return ""
        sink, path = self._open_recording()
        self._recording = self._recording_scope.enter_context(sink)
        return f"recording: {path}"

    def _marked(self, picture: Image) -> Image:
        return draw_mark(picture) if self._watermark else picture

    def __enter__(self) -> LiveOutputs:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._recording_scope.__exit__(kind, error, trace)
