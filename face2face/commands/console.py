"""The console: verbs, options, and how errors are told to a person."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from face2face import __version__
from face2face.commands.outputs import Outputs, check
from face2face.errors import Face2FaceError, OptionError
from face2face.signals import ignore, on_end

#: Verb -> what it does. Each is a module of this package with ``DESCRIPTION``, ``add_arguments`` and ``run``. ``READS`` and ``WRITES`` list
#: the options that name its inputs and outputs; ``inputs(options)`` and ``outputs(options)``, if it has them, name the files themselves.
VERBS = {
    "generate_train_data": "a video or photos of somebody -> training pairs",
    "train": "training pairs -> a face that can be driven",
    "run_webcam": "drive a face with a camera, a video or a script",
    "evaluate": "a model on frames that it never saw -> figures, a clip, a contact sheet",
    "compare_training": "several ways of training, side by side on one video",
    "benchmark": "how fast it is on this machine, beside the ancestors' way",
    "steadiness": "what --smoothing does: trembling left against lag",
    "demo": "see it work, without camera, video or screen",
    "edit": "a photo, and what shall be changed in it -> the photo changed",
    "retouch": "a photo, or a folder of them -> spots and whatever is masked painted over by what belongs there",
    "parse": "photos -> label maps: which part of a face each pixel is",
    "make_inpaint_data": "photos of faces -> photos with holes, from which mending is learnt",
    "make_semantic_data": "photos, with or without label maps -> what faces are rebuilt from",
    "train_parser": "photos and their label maps -> a parser",
    "evaluate_parser": "a parser on photos that it never saw -> figures, contact sheets",
    "evaluate_rebuild": "models that rebuild faces, on faces that they never saw -> figures, contact sheets",
    "evaluate_edit": "fifty edits of photos that an edit model never saw -> figures, a contact sheet",
    "evaluate_retouch": "holes in faces that a model never saw, mended by it and by OpenCV -> figures, a contact sheet",
    "evaluate_blemishes": "blemishes drawn into photos, found and removed -> figures, a contact sheet",
    "process": "resize, combine or otherwise change a folder of pictures",
    "split": "move a folder of pairs into train/, val/ and test/",
    "reduce_model": "a training run -> its generator alone",
    "freeze_model": "a generator -> one frozen graph",
}

#: Exit statuses: a person's error, and a signal that asks the program to end.
FAILED, INTERRUPTED = 2, 130


class CommandParser(argparse.ArgumentParser):
    """A parser that tells an error in one line."""

    def error(self, message: str) -> NoReturn:
        """Called by argparse where options are wrong."""
        raise OptionError(f"{message} (see {self.prog} --help)")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command ``face2face VERB ...``; returns its exit status."""
    parser = CommandParser(
        "face2face", description="A webcam drives another person's face, live, on a laptop."
    )
    parser.add_argument("--version", action="version", version=__version__)
    width = max(map(len, VERBS))
    listing = "\n".join(f"  {verb:<{width}}  {what}" for verb, what in VERBS.items())
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"verbs:\n{listing}\n\nface2face VERB --help tells a verb's options."
    parser.add_argument("verb", choices=VERBS, metavar="VERB")
    given = list(sys.argv[1:] if arguments is None else arguments)
    return report_errors(
        lambda: run_verb(parser.parse_args(given[:1]).verb, given[1:], f"face2face {given[0]}")
    )


def script(verb: str) -> int:
    """The command of one verb, for the scripts; returns its exit status."""
    return report_errors(lambda: run_verb(verb, sys.argv[1:], Path(sys.argv[0]).name))


def run_verb(verb: str, arguments: Sequence[str], program: str) -> int:
    """Parses a verb's options, sees that no file is lost, and runs it.

    Raises:
        Face2FaceError: What the person should be told.
    """
    # NumPy's products are small here: on two threads they take as long, and both spin.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    module = import_module(f"face2face.commands.{verb}")
    parser = CommandParser(
        program,
        description=module.DESCRIPTION,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    module.add_arguments(parser)
    if module.WRITES:
        parser.add_argument("--overwrite", action="store_true", help="replace files that exist")
    options = parser.parse_args(arguments)
    if module.WRITES:
        written = paths_of(options, module.WRITES)
        outputs = module.outputs(options) if hasattr(module, "outputs") else Outputs(written)
        read = (
            partial(module.inputs, options)
            if hasattr(module, "inputs")
            else partial(paths_of, options, module.READS)
        )
        check(outputs, read, written, options.overwrite)
    status = module.run(options)
    return int(status or 0)


def paths_of(options: argparse.Namespace, names: Sequence[str]) -> list[Path]:
    """The files and folders that some options name, those that weren't given left out."""
    values = (getattr(options, name) for name in names)
    return [
        Path(each)
        for value in values
        for each in (value if isinstance(value, list) else [value])
        if each is not None
    ]


def report_errors(action: Callable[[], int]) -> int:
    """Runs an action; an error that the person can mend is one line on stderr and status 2."""
    # Libraries talk to developers; what a person should know is said by us.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    os.environ.setdefault("QT_LOGGING_RULES", "*.warning=false")
    try:
        with on_end(_interrupt):
            return action()
    except Face2FaceError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return FAILED
    except ImportError as error:
        if hint := _system_package(str(error)):
            print(f"error: {hint}", file=sys.stderr)
            return FAILED
        raise


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps stderr shut while TensorFlow is imported: it greets there before it can be told not to."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _interrupt() -> NoReturn:
    # The first signal closes what is open; another one mustn't cut that short.
    ignore()
    raise KeyboardInterrupt


def _system_package(message: str) -> str | None:
    """What to install where a shared library is missing."""
    packages = {
        "libGL.so": "libgl1",
        "libgthread": "libglib2.0-0",
        "libglib": "libglib2.0-0",
        "libxcb": "libxcb1",
        "libX11": "libx11-6",
    }
    for library, package in packages.items():
        if library in message:
            return f"OpenCV needs the system package {package}, got {message}: sudo apt-get install {package}"
    return None


def positive(text: str) -> int:
    """An option that is a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number of at least 1, got {text}")
    return int(text)


def whole(text: str) -> int:
    """An option that is a whole number of at least 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a whole number of at least 0, got {text}")
    return int(text)


def number(text: str) -> float:
    """An option that is a number of at least 0."""
    value = _read(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"a number of at least 0, got {text}")
    return value


def strength(text: str) -> float:
    """An option that says how much of something there is: from 0, none, to 2, twice as much."""
    value = _read(text)
    if not 0 <= value <= 2:
        raise argparse.ArgumentTypeError(f"a number from 0 to 2, got {text}")
    return value


def _read(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
