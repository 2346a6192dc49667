"""Lets the API reference show the section "Example:" of docstrings as code, as "Examples:" is."""

import re
from typing import Any

import griffe


class Examples(griffe.Extension):
    """Calls the section by the name that griffe knows."""

    def on_object(self, *, obj: Any, **_: Any) -> None:
        """Change the docstring of one object, once it is read."""
        if obj.docstring is not None:
            text = obj.docstring.value
            obj.docstring.value = re.sub(r"^Example:$", "Examples:", text, flags=re.MULTILINE)
