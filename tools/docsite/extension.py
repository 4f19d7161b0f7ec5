"""The Sphinx extension of the documentation: how it reads docstrings, and how it links names."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx
from tools.docsite import _docstrings
from tools.docsite._accessible import mend_pages
from tools.docsite._names import PythonNames, check_complete

__all__ = ["setup"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("autodoc-process-docstring", _docstrings.read_docstring)
    app.connect("autodoc-before-process-signature", _docstrings.simplify_annotations)
    app.connect("autodoc-process-signature", _docstrings.show_signature)
    app.connect("autodoc-skip-member", _docstrings.leave_out_inherited)
    app.connect("env-check-consistency", check_complete)
    app.connect("build-finished", mend_pages)
    app.add_post_transform(PythonNames)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
