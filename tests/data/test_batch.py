"""Folders of photos: bad ones, ones of one name, results among them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from face2face.data.batch import Failures, by_stem
from face2face.errors import DataError
from face2face.files import WriteError
from face2face.image import Scene
from face2face.media.stills import write_image

Command = Callable[..., tuple[int, str, str]]

#: Command on the folder ``photos`` -> the folder of its results.
COMMANDS = {
    ("parse", "--landmarks-only", "--photo", "photos", "--output"): "out",
    ("process", "--operation", "grayscale", "--input_dir", "photos", "--output_dir"): "out",
    ("make_semantic_data", "--repeats", 0, "--photos", "photos", "--output"): "out/studies",
    ("make_inpaint_data", "--repeats", 1, "--photos", "photos", "--output"): "out",
}
each_command = pytest.mark.parametrize(
    ("command", "results"), COMMANDS.items(), ids=lambda value: value[0] if value else None
)


@pytest.fixture(autouse=True)
def photos(in_folder: Path, astronaut: Scene) -> Path:
    """A folder with two photos of a face, a PNG and a WebP."""
    (in_folder / "photos").mkdir()
    write_image(in_folder / "photos" / "a.png", astronaut.photo)
    write_image(in_folder / "photos" / "b.webp", astronaut.photo)
    return in_folder / "photos"


def files(folder: str) -> list[str]:
    return sorted(path.stem for path in Path(folder).rglob("*.[np][pn][zg]"))


@each_command
def test_bad_photos_are_listed_and_the_others_done(
    command: tuple[str, ...], results: str, photos: Path, face2face: Command
) -> None:
    (photos / "broken.png").write_bytes(b"no")
    (photos / "empty.jpg").touch()
    (photos / "cut.webp").write_bytes((photos / "b.webp").read_bytes()[:400])
    (photos / "dangling.bmp").symlink_to("nothing")
    (photos / "raw.NEF").touch()
    status, out, err = face2face(*command, "out")
    assert status == 1, err
    for name in ("broken.png", "empty.jpg", "cut.webp", "dangling.bmp", "raw.NEF"):
        assert name in out
    assert len(files(results)) == 2
    again = ["--overwrite"] if command[0] == "parse" else []
    status, out, _ = face2face(*command, "out", *again)
    assert status == 1, "the bad ones still aren't done"
    assert "broken.png" in out


@each_command
@pytest.mark.parametrize("twin", ["a.jpg", "A.png", "sub/a.png", "sub/a.webp"])
def test_two_photos_of_one_name_are_refused_before_work_begins(
    command: tuple[str, ...], results: str, twin: str, photos: Path, face2face: Command
) -> None:
    if (photos / twin).exists():
        pytest.skip("the file system ignores case")
    (photos / twin).parent.mkdir(exist_ok=True)
    Pillow.open(photos / "a.png").save(photos / twin)
    status, _, err = face2face(*command, "out")
    assert (status, err.count("\n")) == (2, 1), err
    assert str(Path("photos", twin)) in err
    assert str(Path("photos/a.png")) in err
    assert not Path("out").exists()


@each_command
@pytest.mark.parametrize("inside", ["photos/out", "photos/sub/../out"])
def test_results_inside_the_folder_are_not_read(
    command: tuple[str, ...], results: str, inside: str, photos: Path, face2face: Command
) -> None:
    (photos / "sub").mkdir()
    assert face2face(*command, inside)[0] == 0
    before = sorted(photos.rglob("*"))
    assert face2face(*command, inside, *(["--overwrite"] if command[0] == "parse" else []))[0] == 0
    assert sorted(photos.rglob("*")) == before


@each_command
def test_hidden_files_are_no_photos(
    command: tuple[str, ...], results: str, photos: Path, face2face: Command
) -> None:
    for name in ("._a.png", ".aside.99999999.c.png", ".thumbnails/a.png", "__MACOSX/a.png"):
        (photos / name).parent.mkdir(exist_ok=True)
        (photos / name).write_bytes(b"no")
    status, out, err = face2face(*command, "out")
    assert status == 0, out + err
    assert len(files(results)) == 2


def test_a_full_disk_ends_a_batch() -> None:
    failures = Failures()
    with pytest.raises(WriteError), failures.noted(Path("a.png")):
        raise WriteError("a.png can't be written: No space left on device.")
    with failures.noted(Path("large.png")):
        raise MemoryError
    assert list(failures.errors) == [Path("large.png")]


def test_names_are_unique() -> None:
    paths = [Path("x/a.jpg"), Path("b.tar.png"), Path("ß.png")]
    assert by_stem(paths) == {"a": paths[0], "b.tar": paths[1], "ß": paths[2]}
    with pytest.raises(DataError, match=r"x/a\.jpg and A\.png"):
        by_stem([*paths, Path("A.png")])


def test_leftovers_are_no_studies(photos: Path, face2face: Command) -> None:
    command = ("make_semantic_data", "--repeats", 1, "--photos", "photos", "--output", "out")
    assert face2face(*command)[0] == 0
    studies = Path("out/studies")
    whole = (studies / "b.npz").read_bytes()
    (studies / ".aside.99999999.c.npz").write_bytes(whole[:100])
    (studies / "b.npz").write_bytes(whole[: len(whole) // 2])
    status, out, err = face2face(*command)
    assert status == 0, err
    assert "2 studies" in out
    assert (studies / "b.npz").read_bytes() == whole, "a damaged study is made again"
    assert files("out/studies") == ["a", "b"]
    (studies / "foreign.npz").write_bytes(b"")
    np.savez(studies / "other.npz", x=np.zeros(3))
    status, out, _ = face2face(*command)
    assert status == 1
    assert "foreign.npz" in out
    assert "other.npz" in out
    assert "2 studies" in out
