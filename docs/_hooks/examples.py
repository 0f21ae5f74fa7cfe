"""Show the `>>>` lines that end a docstring as an example."""

from __future__ import annotations

import re
import textwrap
from typing import Any

from griffe import Extension, Object


class Examples(Extension):
    """Gives a paragraph of `>>>` lines the heading by which Google's style knows an example."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Change a docstring while the code is read."""
        if obj.docstring is not None:
            obj.docstring.value = re.sub(
                r"(?<=\n\n)>>> (?:.|\n)*?(?=\n\n|\Z)",
                lambda lines: "Examples:\n" + textwrap.indent(lines[0], "    "),
                obj.docstring.value,
            )
