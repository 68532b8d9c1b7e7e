"""How Sphinx builds the site of the pages that ``scripts/docs.py`` lays out."""

from nasbench_db import __version__

project = "nasbench_db"
author = "the authors of nasbench_db"
release = version = __version__
copyright = author

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]

# Markdown: links to headings, and notebooks with the outputs that they are kept with.
myst_heading_anchors = 4
myst_enable_extensions = ["html_image"]
nb_execution_mode = "off"
nb_ipywidgets_js = {}  # which would be fetched from elsewhere
nb_mime_priority_overrides = [("html", "text/html", 0)]

# The docstrings are Google's sections with the roles of Sphinx.
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80

html_theme = "furo"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_title = f"nasbench_db {version}"
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
