"""What of a text may not be in the notebook that students get, found without the code that makes that notebook."""

import ast
import re
from collections import Counter
from pathlib import Path

SECRET_CELL = re.compile(r'^# %%.*\b(wrong|right)="')
ANSWER_CELL = re.compile(r'^# %%.*\banswer="')


def split_text(text):
    """(lines that students may see, lines that they may not) of a source; whole cells and regions are told apart."""
    shown, secret, cell, region = [], [], False, False
    for line in text.splitlines():
        if line.startswith("# %%"):
            cell, region = bool(SECRET_CELL.match(line) or ANSWER_CELL.match(line)), False
            (shown if not cell else secret).append("# %%")
            continue
        if re.search(r"BEGIN (SOLUTION|HIDDEN TESTS)", line):
            region = True
            shown.append(f"{line[: len(line) - len(line.lstrip())]}pass")  # so that what is left can be read as Python
        elif re.search(r"END (SOLUTION|HIDDEN TESTS)", line):
            region = False
            secret.append("# %%")
        else:
            (secret if cell or region else shown).append(line)
    return shown, secret


def statements(lines):
    """How often each Python statement occurs, compared by syntax tree; prose and broken code are passed over."""
    found = Counter()
    for block in "\n".join(lines).split("# %%"):
        for code in _parsable(block):
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.stmt) and not isinstance(node, (ast.Import, ast.ImportFrom)):
                    found[ast.unparse(node)] += 1
    return found


def leaks(text, notebook):
    """What of a source's solutions, hidden tests, model answers and known answers is in a released notebook."""
    shown, secret = split_text(text)
    ours = [cell for cell in notebook.cells if "course-header" not in cell.metadata.get("tags", ())]
    cells = [line for cell in ours for line in ["# %%", *cell.source.splitlines()]]
    found = [f"marker: {line}" for line in cells if re.search(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)", line)]
    fair, there = _plain(shown), _plain(cells)
    for line, count in _plain(secret).items():
        if count and there[line] > fair[line]:
            found.append(f"line: {line}")
    fair, there = statements(shown), statements(cells)
    for statement in statements(secret):
        if there[statement] > fair[statement]:
            found.append(f"statement: {statement}")
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader", {})
        if cell.get("outputs"):
            found.append(f"output of {cell.id}")
        if meta.get("solution") and cell.get("attachments"):
            found.append(f"attachment of {cell.id}")
    return found


def strangers(source, release):
    """Files of a released folder that neither are the week's notebooks nor lie, as data, in its source folder."""
    texts = {path.stem for path in source.glob("*.py")}
    data = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.suffix not in (".py", ".ipynb", ".orig")
    }
    wanted = data | {f"{name}.ipynb" for name in texts}
    return sorted(
        name
        for path in Path(release).rglob("*")
        if path.is_file() and (name := path.relative_to(release).as_posix()) not in wanted
    )


def _plain(lines):
    return Counter(re.sub(r"^#\s*", "", line.strip()) for line in lines if line.strip() and line != "# %%")


def _parsable(block):
    """A block of code, or its parts that stand at one indentation, in so far as Python reads them."""
    lines = [line for line in block.splitlines() if line.strip() and not line.lstrip().startswith(("#", "%", "!"))]
    if not lines:
        return
    indent = min(len(line) - len(line.lstrip()) for line in lines)
    whole = "\n".join(line[indent:] for line in lines)
    try:
        ast.parse(whole)
        yield whole
    except SyntaxError:
        for line in lines:
            try:
                ast.parse(line.strip())
                yield line.strip()
            except SyntaxError:
                continue
