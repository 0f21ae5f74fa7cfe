"""The report page: complete in itself, and shown by a real browser where there is one."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from face2face.evaluation.motion import FEATURES, MotionSeries
from face2face.evaluation.motion_report import page, worst_frames
from face2face.image import Image

#: Names under which Chromium is installed.
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def series() -> MotionSeries:
    """Ten seconds of a driver that moves all features, and a result that misses one moment."""
    times = np.arange(100) / 10
    driver = 0.2 * np.sin(times[:, None] * np.arange(1, 11))
    result = driver.copy()
    result[60] += 1
    result[30] = np.nan
    return MotionSeries(driver, driver, result)


def picture(index: int) -> Image:
    return np.full((16, 32, 3), index, np.uint8)


@pytest.fixture
def html() -> str:
    return page("a <driver> & me", list(np.arange(100) / 10), series(), picture)


class _Tags(HTMLParser):
    """Collects tags with their attributes, and checks that they are closed in order."""

    _VOID = frozenset({"meta", "img", "line", "path"})

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self._VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_names_nothing_outside_itself(html: str) -> None:
    parser = _Tags()
    parser.feed(html)
    assert parser.open == []
    names = [tag for tag, _ in parser.tags]
    assert names.count("svg") == len(FEATURES)
    assert not {"script", "link", "iframe"} & set(names)
    sources = [each["src"] or "" for _, each in parser.tags if "src" in each]
    assert sources and all(each.startswith("data:image/jpeg;base64,") for each in sources)
    assert not re.search(r"https?://|url\(|@import", html)
    assert "a &lt;driver&gt; &amp; me" in html


def test_a_frame_without_a_face_interrupts_the_curve(html: str) -> None:
    paths = re.findall(r'd="([^"]*)"', html)
    assert [path.count("M") for path in paths] == [1, 2] * len(FEATURES)


def test_the_frame_that_differs_most_is_shown(html: str) -> None:
    assert "6.00 s" in html


def test_frames_that_are_shown_are_apart() -> None:
    seconds = np.arange(10) / 10
    differences = np.array([0, 0, 9, 8, 7, 0, 0, 0, 6, np.nan])
    assert worst_frames(seconds, differences, 2) == [2, 8]


def test_a_driver_that_does_not_move_has_a_page_too() -> None:
    nothing = MotionSeries(*np.zeros((3, 5, 10)))
    html = page("nobody", [0.0, 0.1, 0.2, 0.3, 0.4], nothing, picture)
    assert html.count("does not move") == len(FEATURES)


def test_a_browser_shows_curves_and_pictures(html: str, tmp_path: Path) -> None:
    browser = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        pytest.skip("needs Chromium")
    # A script of the test alone writes what the browser made of the page into its title.
    probe = """<script>addEventListener("load", () => {
      const images = [...document.images].every(each => each.complete && each.naturalWidth === 32);
      const paths = [...document.querySelectorAll("path")];
      const curves = paths.every(each => each.getTotalLength() > 0);
      document.title = `images ${images} curves ${curves}`;
    });</script></body>"""
    file = tmp_path / "page.html"
    file.write_text(html.replace("</body>", probe), encoding="utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    home = f"--user-data-dir={tmp_path / 'profile'}"
    shown = subprocess.run(
        [*command, home, "--virtual-time-budget=5000", file.as_uri()],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "<title>images true curves true</title>" in shown
