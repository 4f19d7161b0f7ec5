"""How Sphinx builds the documentation; `python -m tools.docsite` calls it."""

project = "atlex"
author = "the authors of atlex"
html_title = "atlex"
extensions = ["myst_parser"]
exclude_patterns = ["conf.py"]

# Headings can be linked to, by the names that they have on the repository's page.
myst_heading_anchors = 4

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
