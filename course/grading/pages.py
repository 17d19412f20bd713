"""nbgrader's feedback pages, made quickly: the same page without what is done anew for every student.

nbconvert parses each finished page once more, with BeautifulSoup, to give JupyterLab's cells a tab stop and pictures a
text. nbgrader's feedback has none of JupyterLab's cells, so only the pictures are seen to here. And most of a page is
the same for the whole class, so what a text or a piece of code looks like is worked out once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode

NO_TEXT = "No description has been provided for this image"
_BARE = re.compile(r"<img(?![^>]*\balt=)")
_KEPT = 4096  # texts and pieces of code: ten weeks' worth, and what students wrote besides


class FeedbackExporter(HTMLExporter):
    """HTMLExporter for nbgrader's feedback template. One of it serves a whole class."""

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        self._text = lru_cache(_KEPT)(lambda source: HTMLExporter.markdown2html(self, {}, source))
        self._highlighters: dict[str | None, Any] = {}

    @pass_context
    def markdown2html(self, context: Mapping[str, Any], source: str) -> str:
        """A text cell as HTML."""
        if self.embed_images or context.get("cell", {}).get("attachments"):  # these depend on more than the text
            return super().markdown2html(context, source)
        return self._text(source)

    def from_notebook_node(
        self, nb: NotebookNode, resources: ResourcesDict | None = None, **kw: Any
    ) -> tuple[str, ResourcesDict]:
        """The page of a graded notebook."""
        language = nb.metadata.get("language_info", {})
        lexer = language.get("pygments_lexer", language.get("name"))
        self.register_filter("highlight_code", self.filters.get("highlight_code", self._highlighter(lexer)))
        resources = self._init_resources(resources)
        chooser = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
        self.register_filter("filter_data_type", chooser)
        page, resources = TemplateExporter.from_notebook_node(self, nb, resources, **kw)
        return _BARE.sub(f'<img alt="{NO_TEXT}"', page), resources

    def _highlighter(self, lexer: str | None) -> Any:
        """nbconvert's filter that colours code, which remembers what it has coloured."""
        if lexer not in self._highlighters:
            colour = Highlight2HTML(pygments_lexer=lexer, parent=self)

            @lru_cache(_KEPT)
            def coloured(source: str, language: str | None, magic: str | None) -> str:
                return colour(source, language, {"magics_language": magic} if magic else None)

            def highlight(source: str, language: str | None = None, metadata: Any = None) -> str:
                return coloured(source, language, (metadata or {}).get("magics_language"))

            self._highlighters[lexer] = highlight
        return self._highlighters[lexer]
