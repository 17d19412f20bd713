"""The tags of an HTML page, for tests of what it may hold."""

from html.parser import HTMLParser


class Tags(HTMLParser):
    """``found``: each opening tag with its attributes, in order."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
