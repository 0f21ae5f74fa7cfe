import pytest

from face2face.edit.colours import parse_colour, part_classes


@pytest.mark.parametrize(
    "text, red_green_blue",
    [("#552200", (85, 34, 0)), ("#F00", (255, 0, 0)), ("Navy", (0, 0, 128))],
)
def test_codes_and_css_names_are_colours(text: str, red_green_blue: tuple[int, ...]) -> None:
    colour = parse_colour(text)
    assert colour is not None
    assert colour.tolist() == list(red_green_blue)


@pytest.mark.parametrize("name", ["blond", "Blonde", "ginger", "auburn", "brunette", "grey"])
def test_names_for_hair_are_colours(name: str) -> None:
    assert parse_colour(name) is not None


@pytest.mark.parametrize("text", ["", "none", "up", "#12", "#552200ff", "mauvish"])
def test_other_words_are_no_colours(text: str) -> None:
    assert parse_colour(text) is None


def test_skin_takes_the_nose_along_and_leaves_the_lips() -> None:
    assert "nose" in part_classes("skin")
    assert "upper_lip" not in part_classes("skin")
