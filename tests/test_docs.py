"""The documentation agrees with the code: rooms, commands, options and style."""

from __future__ import annotations

import importlib.util
import re
import shlex
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from tests.test_rooms import FLOORS

ROOT = Path(__file__).resolve().parents[1]
#: Pages that say how things are today; experiments keep the commands of their date.
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "models/README.md"]
    if path.parent.name != "experiments"
)
_MAX_WORDS = 25


@cache
def reference() -> ModuleType:
    """Return the hook that writes the pages of the reference."""
    path = ROOT / "docs/_hooks/reference.py"
    spec = importlib.util.spec_from_file_location("reference", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rooms_of_architecture() -> list[set[str]]:
    """Return the rooms that docs/architecture.md lists, row by row."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    table = text.split("| room | holds |\n|---|---|\n")[1].split("\n\n")[0]
    return [set(re.findall(r"`(\w+)/?`", row.split("|")[1])) for row in table.splitlines()]


def test_the_architecture_page_lists_the_rooms_in_the_order_that_is_enforced() -> None:
    assert rooms_of_architecture() == FLOORS


def test_the_architecture_page_lists_every_room_of_the_package() -> None:
    package = ROOT / "face2face"
    there = {path.name for path in package.iterdir() if (path / "__init__.py").is_file()}
    there |= {path.stem for path in package.glob("*.py") if not path.stem.startswith("__")}
    assert set().union(*rooms_of_architecture()) == there


def commands(page: Path) -> list[list[str]]:
    """Return the commands of this project in a page's blocks of code, split into words."""
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    found = []
    for line in lines:
        if re.match(r"(?:KERAS_BACKEND=\w+ )?(?:python [\w/]+\.py|face2face) ", line):
            words = shlex.split(line, comments=True)
            found.append(words[1:] if "=" in words[0] else words)
    return found


@cache
def help_text(program: str, verb: str) -> str:
    """Return the help text of a script or of a verb."""
    if program == "face2face":
        return str(reference().verb_help(verb))
    return str(reference().help_of(ROOT / verb))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_in_the_documentation_exist_with_their_options(page: Path) -> None:
    for program, verb, *words in commands(page):
        if program == "face2face":
            assert verb.startswith("--") or verb in reference().verbs(), f"face2face {verb}"
        else:
            assert (ROOT / verb).is_file(), verb
        if verb.startswith("--"):
            continue
        text = help_text(program, verb).replace("-", "_")
        for word in words:
            if word.startswith("--"):
                option = word.split("=")[0].replace("-", "_")
                assert re.search(rf"{option}\b", text), f"{verb} has no {word}"


def test_the_reference_has_a_section_for_every_verb_and_program() -> None:
    page = reference().commands()
    for name in reference().verbs():
        assert f"### face2face {name}\n" in page
    for path in (ROOT / "tools").glob("*.py"):
        assert f"### tools/{path.name}\n" in page
    assert "usage: train.py" in page


def test_the_reference_lists_error_messages_with_placeholders() -> None:
    page = reference().errors()
    assert re.search(r"\| … exists\..*--overwrite", page)
    assert "{" not in page


def sentences(page: Path) -> list[str]:
    """Return the sentences of a page, without code, tables, headings and links."""
    text = re.sub(r"```.*?```", "\n\n", page.read_text(encoding="utf-8"), flags=re.S)
    text = re.sub(r"(?m)^(    .*|\|.*|#.*|!\[.*|=== .*)$", "\n", text)
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text).replace("*", "")
    paragraphs = re.split(r"\n\s*\n|\n(?=\s*(?:-|\d+\.) )", text)
    return [each for part in paragraphs for each in re.split(r"(?<=[.!?])\s+", part)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_sentence_of_the_documentation_is_longer_than_25_words(page: Path) -> None:
    assert [each for each in sentences(page) if len(each.split()) > _MAX_WORDS] == []


def test_the_readme_is_short_and_names_what_it_must() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    for needed in (
        "make test",
        "make demo",
        "--compose driver",
        "256 pixels",
        "https://github.com/datitran/face2face-demo",
        "https://github.com/affinelayer/pix2pix-tensorflow",
    ):
        assert needed in text
