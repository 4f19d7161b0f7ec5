"""How Sphinx builds the documentation; `python -m tools.docsite` calls it."""

project = "atlex"
author = "the authors of atlex"
html_title = "atlex"
extensions = ["myst_parser", "sphinx.ext.autodoc", "tools.docsite.extension"]
myst_enable_extensions = ["deflist"]
exclude_patterns = ["conf.py"]

myst_enable_extensions = ["deflist"]
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

default_role = "code"
add_module_names = False
python_use_unqualified_type_names = True
maximum_signature_line_length = 88
autodoc_typehints_format = "short"
autodoc_inherit_docstrings = False

# Imported for type checkers alone, so that texts can be read without the generated package.
nitpick_ignore = [("py:class", "Facet")]
