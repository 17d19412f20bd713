"""Do the pages tell the truth about files, commands, settings and packages? Nothing is run that takes long."""

import argparse
import ast
import contextlib
import importlib.util
import io
import re
import shlex

import pytest
from home import ROOT

from course.cli import parser
from course.grading.sandbox.inside import messages
from course.grading.sandbox.limits import Limits

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
MADE = {"coverage.md", "kill-matrix.md", "hostile.md"}  # written by commands, which have tests of their own
WRITTEN = [page for page in PAGES if page.name not in MADE]
GUIDES = (
    "README.md CONTRIBUTING.md LICENSE LICENSE-prose NOTICE Containerfile docs/students.md docs/instructors.md "
    "docs/authors.md docs/security.md docs/architecture.md docs/jupyterhub.md docs/adapting.md docs/troubleshooting.md"
).split()


def name_of(page):
    return str(page.relative_to(ROOT))


def text_of(page):
    return page.read_text(encoding="utf-8")


def unfenced(page):
    """A page's text without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text_of(page), flags=re.MULTILINE | re.DOTALL)


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", unfenced(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def code_of(text):
    """Every piece of code on a page, line by line: inline, fenced and indented."""
    lines = [
        line
        for block in re.findall(r"^```.*?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        for line in block.split("\n")
    ]
    rest = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    lines += [
        line.strip() for line in rest.split("\n") if re.match(r" {4,}\S", line) and not re.match(r" {4,}[-|*]", line)
    ]
    inline = [" ".join(piece.split()) for piece in re.findall(r"(?<!`)`([^`]+)`(?!`)", rest)]
    return [line for line in [*lines, *inline] if line.strip()]


def commands(text, program):
    """The words after ``program`` wherever a page's code calls it, comments and what follows an operator left out."""
    found = []
    for line in code_of(text):
        for piece in re.split(r"&&|\|\||;", line):
            words = shlex.split(piece, comments=True) if balanced(piece) else piece.split()
            while words and ("=" in words[0] or words[0] in ("sudo", "env")):
                words = words[1:]
            if words and words[0] in (program, f".venv/bin/{program}"):
                found.append(words[1:])
    return found


def balanced(text):
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return False
    return True


def subparsers(top):
    return next(action for action in top._actions if isinstance(action, argparse._SubParsersAction)).choices


def problem(words):
    """What is wrong with a `course ...` that a page names, or "". A bare command stands for any use of it."""
    known = subparsers(parser())
    if not words or words[0].startswith("-") or not re.fullmatch(r"[a-z-]+", words[0]):
        return ""
    if words[0] not in known:
        return f"there is no `course {words[0]}`"
    options = {flag for action in known[words[0]]._actions for flag in action.option_strings}
    for word in words[1:]:
        if word.startswith("-") and word.split("=")[0] not in options:
            return f"`course {words[0]}` has no option {word}"
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            parser().parse_args(words)
    except SystemExit:
        if "are required" not in said.getvalue():  # a page may name a command without what it is given
            return f"`course {' '.join(words)}`: {said.getvalue().strip()}"
    return ""


@pytest.mark.parametrize("name", GUIDES)
def test_is_the_guide_there(name):
    assert (ROOT / name).stat().st_size > 500


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_does_every_link_lead_somewhere(page):
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = target.partition("#")
        there = (page.parent / place).resolve() if place else page
        assert there.exists(), f"{name_of(page)} links to {target}"
        assert there.is_relative_to(ROOT), f"{name_of(page)} links out of the repository: {target}"
        if anchor:
            assert anchor in anchors(there), f"{name_of(page)} links to {target}; there is {sorted(anchors(there))}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_has_every_figure_a_text_that_says_what_it_shows(page):
    for words, target in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", text_of(page)):
        assert len(words.split()) >= 5, f"{target}: {words!r}"
        assert target.startswith("https:") or (page.parent / target).stat().st_size > 1000


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_does_every_make_target_exist(page):
    targets = set(re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split())
    for words in commands(text_of(page), "make"):
        named = [word for word in words if "=" not in word]
        assert all(word in targets for word in named), f"make {' '.join(words)}"


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_does_every_course_command_exist_with_its_options(page):
    for words in commands(text_of(page), "course"):
        assert not problem(words), problem(words)


def test_would_a_wrong_command_be_noticed():
    text = "Run `course grade --forse`, `.venv/bin/course report-all`:\n\n    A=1 .venv/bin/course grade week5  # yes\n"
    said = [problem(words) for words in commands(text, "course")]
    assert sorted(said) == ["", "`course grade` has no option --forse", "there is no `course report-all`"]
    assert commands("    make CONSTRAINTS=/dev/null && make hostle\n", "make") == [
        ["CONSTRAINTS=/dev/null"],
        ["hostle"],
    ]


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_does_every_nbgrader_command_exist(page):
    from nbgrader.apps import NbGraderApp

    for words in commands(text_of(page), "nbgrader"):
        if words and re.fullmatch("[a-z_]+", words[0]):
            assert words[0] in NbGraderApp.subcommands, f"nbgrader {' '.join(words)}"


def settings():
    """The settings of nbgrader_config.py, with the text of their values."""
    tree = ast.parse((ROOT / "nbgrader_config.py").read_text(encoding="utf-8"))
    targets = [(node.targets[0], node.value) for node in tree.body if isinstance(node, ast.Assign)]
    return {
        ast.unparse(target): ast.unparse(value) for target, value in targets if ast.unparse(target).startswith("c.")
    }


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_does_every_setting_that_a_page_names_exist(page):
    import nbgrader.apps as apps
    import nbgrader.coursedir as coursedir
    from nbgrader.exchange.default import exchange

    from course.grading.run.execute import Execute

    homes = {"Execute": Execute, "CourseDirectory": coursedir.CourseDirectory, "Exchange": exchange.Exchange}
    for name, trait in re.findall(r"`c\.(?:Validator\.)?(\w+)\.(\w+)\b", text_of(page)):
        if f"c.{name}.{trait}" not in settings():
            assert trait in homes.get(name, apps.NbGraderApp).class_traits(config=True), f"c.{name}.{trait}"


def test_does_the_page_on_security_name_every_setting_with_its_default():
    page = text_of(ROOT / "docs" / "security.md")
    for name, value in settings().items():
        assert f"`{name}`" in page, name
        if name.startswith("c.Execute."):
            assert f"| `{name}` | {ast.literal_eval(value)} |" in page, name


def test_are_the_limits_of_the_wall_as_the_page_says():
    page = text_of(ROOT / "docs" / "security.md")
    sizes = (
        f"{messages.MAX_TEXT_BYTES >> 20} MiB of text and {messages.MAX_TENSOR_BYTES >> 20} MiB of tensors in a message"
    )
    assert f"{sizes}, {messages.MAX_DEPTH} levels" in " ".join(page.split())


def test_are_the_defaults_without_a_configuration_the_same():
    limits, said = Limits(), settings()
    mebibytes = {"memory": limits.memory, "file_size": limits.file_size, "space": limits.space}
    assert all(said[f"c.Execute.{name}"] == str(size >> 20) for name, size in mebibytes.items())
    assert said["c.Execute.timeout"] == f"{limits.cell:g}" and said["c.Execute.processes"] == str(limits.processes)


def test_is_the_map_the_tree_that_is_there():
    spec = importlib.util.spec_from_file_location("tree", ROOT / "docs" / "tree.py")
    tree = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tree)
    text = text_of(ROOT / "docs" / "architecture.md")
    assert text == tree.page(text), "python docs/tree.py"
    for path in (ROOT / "course").rglob("*.py"):
        assert path.name == "__init__.py" or f" {path.name} " in text, path


def test_is_every_place_of_the_terms_there():
    rows = re.findall(r"^\|[^|]*\|[^|]*\| (`.*) \|$", text_of(ROOT / "docs" / "terms.md"), re.MULTILINE)
    assert len(rows) > 30
    for row in rows:
        first, *others = re.findall(r"`([\w/]+)`", row)
        for place in (first, *(f"{first.rpartition('/')[0]}/{other}" for other in others)):
            path = ROOT / "course" / place
            assert path.is_dir() or path.with_suffix(".py").exists(), place


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_does_every_path_that_a_page_names_exist(page):
    for piece in code_of(text_of(page)):
        for path in re.findall(r"(?<![\w/.$])((?:course|docs|tests|benchmarks|source|\.ci)/[\w./-]+)", piece):
            path = path.rstrip(".")
            made = "weekN" in path or path.endswith(".ipynb") or re.search(r"(week5|backprop)\.py:", path)
            assert made or (ROOT / path).exists() or (ROOT / f"{path}.py").exists(), f"{name_of(page)}: {path}"


def test_are_the_messages_that_troubleshooting_answers_still_said():
    """Each of our own messages on that page is somewhere in the course's code, up to the part that varies."""
    code = "\n".join(strings(path) for path in [*(ROOT / "course").rglob("*.py"), ROOT / "Makefile"])
    for words in OURS:
        assert f"`{words}" in text_of(ROOT / "docs" / "troubleshooting.md"), words
        for part in re.split(r" ?\.\.\. ?|week5|'week99'|300 s|20 s|cell$", words):
            assert part.strip(" .`") in code, words


OURS = (
    "Python cannot make a virtual environment here",
    "The course needs Python 3.10 or later",
    "The exact versions in .ci/constraints.txt need Python 3.11.5 or later",
    "bubblewrap (bwrap) is not installed",
    "a sandbox that only Linux has",
    "The room in which submissions run did not start",
    "The machine has too little memory left",
    "No more files can be opened here",
    "No more processes can be started here",
    "There is no space left on one of the disks",
    "unknown week 'week99'",
    "no course here (no nbgrader_config.py beside source/)",
    "nothing was handed in",
    "there is no such folder",
    "the gradebook could not be used",
    "The gradebook could not be read",
    "is not a notebook",
    "This is another notebook than",
    "The notebook ran longer than 300 s",
    "The kernel died again and again",
    "Python ended in cell",
)


def strings(path):
    """The texts in a module, with what is filled in left out; another file as it is."""
    if path.suffix != ".py":
        return path.read_text(encoding="utf-8")
    source = path.read_text(encoding="utf-8")
    texts = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "nbgrader_config.py" for part in node.values]
            texts.append("".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.append(node.value)
    return "\n".join(texts)


def test_are_the_pages_in_one_spelling_and_without_this_or_that_machines_paths():
    for page in WRITTEN:
        prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
        american = re.findall(r"\b(?:color|neighbor|behavior|center|normalize[sd]?|recognize[sd]?)\b", prose)
        assert not american, f"{name_of(page)}: {american}"
        assert not re.search(r"(?<![\w.])/(?:work|root|home/\w+)/", text_of(page)), name_of(page)


# The container's recipe


def instructions():
    """The Containerfile's instructions: word and rest, continued lines joined, comments left out."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Containerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n", " ", text).split("\n")
    return [tuple(line.split(None, 1)) for line in lines if line.strip()]


def test_is_the_recipe_made_of_known_instructions_in_order():
    words = [word for word, _ in instructions()]
    assert words[0] == "FROM" and words[-1] == "CMD"
    assert set(words) <= {"FROM", "RUN", "WORKDIR", "COPY", "ARG", "ENV", "CMD"}
    assert dict(instructions())["CMD"] == '["course", "grade"]'


def test_has_the_container_the_python_that_conda_and_the_project_have():
    version = re.fullmatch(r"python:(\d+\.\d+)-slim", dict(instructions())["FROM"])[1]
    assert f"- python={version}\n" in (ROOT / "environment.yml").read_text()
    project = (ROOT / "pyproject.toml").read_text()
    least = re.search(r'requires-python = ">=(\d+)\.(\d+)"', project)
    assert tuple(map(int, version.split("."))) >= tuple(map(int, least.groups()))


def test_does_the_container_install_what_make_installs_but_the_tests():
    run = next(rest for word, rest in instructions() if word == "RUN" and "uv pip install" in rest)
    make = re.search(r"uv pip install (.*)", (ROOT / "Makefile").read_text())[1].replace(
        "$(CONSTRAINTS)", ".ci/constraints.txt"
    )
    extras = re.search(r"'\.\[(.*)\]'", run)[1].split(",")
    assert extras == ["instructor"] and "instructor" in re.search(r"'\.\[(.*)\]'", make)[1].split(",")
    assert re.search(r"--constraint \S+", run)[0] == re.search(r"--constraint \S+", make)[0]


def test_has_the_container_the_programs_that_grading_needs():
    apt = next(rest for word, rest in instructions() if word == "RUN" and "apt-get" in rest)
    packages = re.search(r"--no-install-recommends ([\w -]+?)\s*&&", apt)[1].split()
    assert packages == ["bubblewrap"]
    assert all(f"apt-get install {name}" in text_of(ROOT / "docs" / "security.md") for name in packages)


def test_is_everything_that_the_recipe_copies_let_through_and_there():
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().split("\n") if line.startswith("!")]
    for _, rest in [pair for pair in instructions() if pair[0] == "COPY"]:
        *sources, _ = rest.split()
        for source in sources:
            assert source in allowed, source
            assert list(ROOT.glob(source)), source


def test_do_the_page_and_the_recipe_say_the_same_commands():
    page, recipe = (
        " ".join(text_of(ROOT / name).replace("#", " ").replace("\\\n", " ").split())
        for name in ("docs/security.md", "Containerfile")
    )
    found = re.findall(r"podman (?:build|run) .*?(?= podman | Docker|$)", recipe)
    assert len(found) == 2 and all(command.strip() in page for command in found)


# The licences


def test_do_the_licence_files_say_which_is_which():
    code, prose, notice = (text_of(ROOT / name) for name in ("LICENSE", "LICENSE-prose", "NOTICE"))
    assert code.startswith("BSD 3-Clause License") and "AS IS" in code and "Neither the name" in code
    assert "https://creativecommons.org/licenses/by/4.0/" in prose and "BSD 3-Clause" in prose
    for name in ("MNIST", "Fashion-MNIST", "scikit-learn", "Zalando", "LeCun", "Alpaydin"):
        assert name in notice, name


def test_is_every_data_set_of_others_credited():
    tree = ast.parse((ROOT / "course" / "datasets" / "images.py").read_text(encoding="utf-8"))
    for name in [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_"]:
        assert f"course.data.{name}" in text_of(ROOT / "NOTICE"), name
