"""The names of the package, and the sizes of its files and functions."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "face2face"
FILES = sorted(PACKAGE.rglob("*.py"))
#: Most lines of a file.
LONGEST_FILE = 300
#: Most lines of a function, with its docstring.
LONGEST_FUNCTION = 50

#: Names that were replaced by the field's own words: room by room, those of live/ first.
OLD_NAMES = """
Puppet Groom Shows View Driver Posed Cast Look Apart does following searching overlapped Ended
watch marked edged

Bank foresee foresee_near layers ready Likeness doubt choose Follower Backdrop still behind
halves Steady _tremble rise knee tries looks settled near sees mistaken drawn among coloured
sideless searched folds Hold FIRMLY LOOSELY warps sharpened enlarged _bending TargetShape _eased
Performance Take paste

Easel Studio Wipe said told set_in recoloured holed Card study

light Adversary deceived judged departs held_back sway astray perception similarity TaughtLoss
taught

gather Plan Folders apart Layout Study Student Lesson Variation Faults Kind rebuilds
twice

mending untrained Judge Moment endure Ancestor certainty contestants write_aside writable_folder
evenly
"""
RETIRED = frozenset(OLD_NAMES.split())


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def defined(module: ast.Module) -> Iterator[str]:
    """Names of classes, functions, their parameters, and annotated fields."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def test_no_retired_name_is_defined() -> None:
    found = {
        f"{name(path)}: {each}" for path in FILES for each in defined(tree(path)) if each in RETIRED
    }
    assert found == set()


def test_a_class_name_occurs_once() -> None:
    classes = Counter(
        node.name
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
    )
    assert [each for each, count in classes.items() if count > 1] == []


def test_files_are_short() -> None:
    long = {
        name(path)
        for path in FILES
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE
    }
    assert long == set()


def test_functions_are_short() -> None:
    long = {
        f"{name(path)}: {node.name}()"
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    }
    assert long == set()
