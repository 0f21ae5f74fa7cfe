"""The console: verbs, options and how errors are shown."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, NoReturn

from face2face import __version__
from face2face.commands import streams
from face2face.commands.claims import claimed
from face2face.commands.outputs import Outputs, check
from face2face.errors import OptionError, mendable
from face2face.signals import interruptible


class Verb(NamedTuple):
    """A verb of the console.

    A command's module has ``DESCRIPTION``, ``add_arguments(parser)`` and ``run(options)``.
    ``READS`` and ``WRITES`` list the options that name its inputs and outputs. A module may
    list the files themselves in ``inputs(options)`` and ``outputs(options)``.

    Attributes:
        module: Name of its module in ``face2face.commands``.
        summary: One line for the list of verbs.
    """

    module: str
    summary: str


#: Group -> verb -> its module and summary, in the order of ``face2face --help``.
GROUPS = {
    "see it work": {
        "demo": Verb("demo", "write a short clip without camera, video or screen"),
    },
    "drive a face": {
        "prepare": Verb("generate_train_data", "make training pairs from a video or photos"),
        "train": Verb("train", "train a model on training pairs"),
        "export": Verb("export", "write the frozen graph of a training run"),
        "run": Verb("run_webcam", "drive a face with a camera, a video or a script"),
    },
    "photos": {
        "edit": Verb("edit", "change hair, mouth, glasses and more in a photo"),
        "express": Verb("express", "change expression, eyes, gaze or mouth in photos or a video"),
        "retouch": Verb("retouch", "remove spots, scratches and masked parts from photos"),
        "parse": Verb("parse", "write label maps: the part of a face that each pixel shows"),
    },
    "measure": {
        "evaluate": Verb("evaluate", "compare a model with frames it was not trained on"),
        "benchmark": Verb("benchmark", "time the live program on this machine"),
    },
    "your files": {
        "list": Verb("list_belongings", "show the models and the training data in this folder"),
        "forget": Verb("forget", "delete the models and the training data of one person"),
    },
}
VERBS = {name: verb for group in GROUPS.values() for name, verb in group.items()}

#: Exit status after an error that a person can mend.
FAILED = 2
#: Exit status after Ctrl-C or a signal that ends the program.
INTERRUPTED = 130


class CommandParser(argparse.ArgumentParser):
    """A parser that reports an error as one line and shows each default once.

    Hyphens and underscores in option names are the same: ``--input-dir`` is ``--input_dir``.
    """

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        keywords.setdefault("formatter_class", _HelpFormatter)
        super().__init__(*arguments, **keywords)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse options with either spelling."""
        given = list(sys.argv[1:] if args is None else args)
        return super().parse_known_args([self._spelled(each) for each in given], namespace)

    def print_help(self, file: Any = None) -> None:
        """Print the help; argparse would hide that the output is full."""
        (sys.stdout if file is None else file).write(self.format_help())

    def _spelled(self, argument: str) -> str:
        """Return an argument with the option's name, or its beginning, as this parser spells it."""
        name, equals, value = argument.partition("=")
        plain = name.replace("_", "-")
        for option in self._option_string_actions:
            if plain.startswith("--") and option.replace("_", "-").startswith(plain):
                return option[: len(name)] + equals + value
        return argument

    def error(self, message: str) -> NoReturn:
        """Raise the parser's message as an error of ours."""
        raise OptionError(f"{message[:1].upper()}{message[1:]}.", hint=f"See {self.prog} --help.")


class _HelpFormatter(argparse.HelpFormatter):
    """Appends ``(default: ...)`` where an option has a default and its help names none."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        default = action.default
        silent = default is None or default is False or default in ("", argparse.SUPPRESS, [], ())
        if not action.help or silent or "default:" in action.help:
            return action.help
        shown = " ".join(map(str, default)) if isinstance(default, list) else str(default)
        return f"{action.help} (default: {shown.replace('%', '%%')})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command ``face2face VERB ...`` and return its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)

    def action() -> int:
        name = _verb_parser().parse_args(given[:1]).verb
        return run_verb(name, given[1:], f"face2face {name}")

    return report_errors(action)


def program() -> NoReturn:
    """Run the command ``face2face VERB ...`` as a program of its own."""
    sys.exit(_finished(main()))


def _verb_parser() -> CommandParser:
    parser = CommandParser(
        "face2face",
        description="Drive another person's face with a webcam, live, on a laptop.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    width = max(map(len, VERBS))
    lines = []
    for title, group in GROUPS.items():
        lines += [
            f"{title}:",
            *(f"  {name:<{width}}  {each.summary}" for name, each in group.items()),
            "",
        ]
    parser.epilog = "\n".join([*lines, "face2face VERB --help lists the options of a verb."])
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("verb", choices=VERBS, metavar="VERB", help="one of those below")
    return parser


def script(verb: str) -> int:
    """Run a verb as a script of its own and return its exit status."""
    return _finished(report_errors(lambda: run_verb(verb, sys.argv[1:], _script_name())))


def run_program(module: ModuleType) -> int:
    """Run a program of ``tools/``, given its own module, and return its exit status."""
    return _finished(report_errors(lambda: run_module(module, sys.argv[1:], _script_name())))


def _script_name() -> str:
    return Path(sys.argv[0]).name


def run_verb(verb: str, arguments: Sequence[str], program: str) -> int:
    """Run a verb in this process, see :func:`run_module`."""
    module = import_module(f"face2face.commands.{VERBS[verb].module}")
    return run_module(module, arguments, program)


def run_module(module: ModuleType, arguments: Sequence[str], program: str) -> int:
    """Parse a command's options, check that no file is lost, and run it.

    Args:
        module: See :class:`Verb`.
        arguments: Options as typed.
        program: Name of the command in its help.

    Returns:
        The exit status.

    Raises:
        Face2FaceError: An error that a person can mend.
    """
    # NumPy's products are small here: two threads take as long as one, and both spin.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    parser = CommandParser(program, description=module.DESCRIPTION)
    module.add_arguments(parser)
    if module.WRITES:
        parser.add_argument("--overwrite", action="store_true", help="replace files that exist")
    options = parser.parse_args(arguments)
    if not module.WRITES:
        return int(module.run(options) or 0)
    written = paths_of(options, module.WRITES)
    outputs = module.outputs(options) if hasattr(module, "outputs") else Outputs(written)
    inputs = getattr(module, "inputs", partial(paths_of, names=module.READS))
    with claimed(written or outputs.files):
        check(outputs, partial(inputs, options), written, options.overwrite)
        return int(module.run(options) or 0)


def paths_of(options: argparse.Namespace, names: Sequence[str]) -> list[Path]:
    """Return the paths that these options name, without the options that are not given."""
    values = (getattr(options, name) for name in names)
    return [
        Path(each)
        for value in values
        for each in (value if isinstance(value, list) else [value])
        if each is not None
    ]


def report_errors(action: Callable[[], int]) -> int:
    """Run an action; report an error that a person can mend as one line and status 2."""
    streams.prepare()
    try:
        with interruptible(_end_unanswered):
            try:
                return action()
            finally:
                streams.finish()
    except KeyboardInterrupt:
        streams.say("interrupted")
        return INTERRUPTED
    except Exception as error:
        if (known := mendable(error)) is None:
            raise
        streams.say(f"error: {known}")
        return FAILED


def _finished(status: int) -> int:
    """Return an exit status; after an interruption end the program here.

    Python would first wait for threads that read from a network or compile a model.
    """
    if status == INTERRUPTED:
        os._exit(status)
    return status


def _end_unanswered() -> NoReturn:
    streams.say("interrupted")
    os._exit(INTERRUPTED)


@contextmanager
def quiet() -> Iterator[None]:
    """Close stderr during a block: TensorFlow prints there while it is imported."""
    stderr, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(null)


def positive(text: str) -> int:
    """Parse a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least 1")
    return int(text)


def whole(text: str) -> int:
    """Parse a whole number of at least 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least 0")
    return int(text)


def number(text: str) -> float:
    """Parse a number of at least 0."""
    value = _parse(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number of at least 0")
    return value


def strength(text: str) -> float:
    """Parse the strength of an effect: 0 is none, 1 is normal, 2 is the most."""
    value = _parse(text)
    if not 0 <= value <= 2:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 2")
    return value


def _parse(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
