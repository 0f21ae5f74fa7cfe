"""The gallery: one HTML page of edited, retouched and rebuilt photos that needs no other file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import cv2
import numpy as np

from face2face.evaluation.html import data_uri
from face2face.image import Image
from face2face.imaging.text import draw_mark

#: Longer side of a picture on the page, in pixels.
_SIDE = 400
#: Quality of the pictures' JPEG, 0 to 100.
_QUALITY = 82
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; --text: #1c2226; --faint: #5b6770; --line: #d5dade;
  --page: #fff }}
@media (prefers-color-scheme: dark) {{
  :root {{ --text: #e6e9eb; --faint: #a3adb5; --line: #3a4248; --page: #15191c }}
}}
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 1.5em auto; max-width: 1140px;
  padding: 0 1em; color: var(--text); background: var(--page) }}
nav a {{ margin-right: 1em }}
a {{ color: inherit }}
h2 {{ margin: 2em 0 0 }}
article {{ border-top: 1px solid var(--line); margin-top: 1em }}
h3 {{ font-size: 1em; margin: .6em 0 .4em; overflow-wrap: anywhere }}
.pictures {{ display: grid; gap: .5em;
  grid-template-columns: repeat(auto-fill, minmax(min(13em, 45%), 1fr)) }}
figure {{ margin: 0; max-width: {side}px }}
img {{ display: block; width: 100%; height: auto; box-sizing: border-box;
  border: 1px solid var(--line) }}
figcaption {{ color: var(--faint); font-size: .85em }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>Synthetic: face2face generated the pictures that are marked so. Show them as such, and don't use
them to deceive.</p>
<nav>{contents}</nav>
{sections}
</body>
</html>
"""


@dataclass(frozen=True, eq=False)
class Exhibit:
    """One photo before and after a change.

    Attributes:
        mode: What was done, the heading that it stands under.
        title: The photo's name and the change.
        pictures: Caption -> a picture, ``(h, w, 3)`` uint8 RGB; None where there is no result.
        synthetic: Captions of the pictures that are marked as synthetic.
    """

    mode: str
    title: str
    pictures: Mapping[str, Image | None]
    synthetic: frozenset[str] = field(default_factory=frozenset)


def page(title: str, exhibits: Sequence[Exhibit]) -> str:
    """Return the page: a section for each mode, in it the pictures of each photo side by side.

    Args:
        title: Title of the page.
        exhibits: The photos; those of one mode follow one another.
    """
    modes = list(dict.fromkeys(each.mode for each in exhibits))
    sections = [
        "\n".join(
            [
                f'<section id="{_name(mode)}">',
                f"<h2>{escape(mode)}</h2>",
                *(_article(each) for each in exhibits if each.mode == mode),
                "</section>",
            ]
        )
        for mode in modes
    ]
    return _PAGE.format(
        title=escape(title),
        side=_SIDE,
        contents="\n".join(f'<a href="#{_name(mode)}">{escape(mode)}</a>' for mode in modes),
        sections="\n".join(sections),
    )


def _name(mode: str) -> str:
    """Return the name of a section, for links to it."""
    return escape(mode.replace(" ", "-"))


def _article(exhibit: Exhibit) -> str:
    """Return the pictures of one photo."""
    figures = [_figure(exhibit, caption, picture) for caption, picture in exhibit.pictures.items()]
    return "\n".join(
        [
            "<article>",
            f"<h3>{escape(exhibit.title)}</h3>",
            '<div class="pictures">',
            *figures,
            "</div>",
            "</article>",
        ]
    )


def _figure(exhibit: Exhibit, caption: str, picture: Image | None) -> str:
    """Return a picture with its caption."""
    if picture is None:
        return f"<figure><figcaption>{escape(caption)}: no result</figcaption></figure>"
    small = _small(picture)
    if caption in exhibit.synthetic:
        small = draw_mark(small)
    height, width = small.shape[:2]
    return (
        f'<figure><img alt="{escape(f"{caption}: {exhibit.title}")}" width="{width}" '
        f'height="{height}" loading="lazy" src="{data_uri(small, _QUALITY)}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _small(picture: Image) -> Image:
    """Return a picture reduced to the page's size; smaller ones stay as they are."""
    scale = _SIDE / max(picture.shape[:2])
    if scale >= 1:
        return picture
    size = [max(1, round(scale * each)) for each in picture.shape[1::-1]]
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
