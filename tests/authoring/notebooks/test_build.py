"""Texts, their rules, the notebooks built from them, the stubs, and the release."""

import json
import shutil

import nbformat
import pytest
from authoring_course import TEXT, make_course
from leaks import leaks, strangers

from course.authoring.notebooks.build import build, build_week, cells_of, content, notebook, notebook_bytes
from course.authoring.text import model
from course.authoring.text import parse as texts
from course.cli import main
from course.coursedir.errors import AuthoringError
from course.coursedir.layout import Repository, chosen_weeks, repository
from course.syntax.regions import stub


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path)


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """A course whose week is released once for all tests that only look."""
    root = make_course(tmp_path_factory.mktemp("course"))
    assert run(root, "release", "week9") == 0
    return root


def run(root, *argv):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        return main(argv)


def found(text):
    """The problems of a text as "line: message"."""
    return [str(problem).split(":", 1)[1] for problem in texts.parse(text, "source/week9/small.py")[1]]


# --- Texts and their rules ------------------------------------------------------------------------------------------


def test_a_sound_text_is_read_with_its_roles_and_lines():
    source = texts.loads(TEXT, "source/week9/small.py")
    exercise = source.exercises["double"]
    assert (source.assignment, source.notebook) == ("week9", "small")
    assert list(source.exercises) == ["double", "steps"] and list(source.answers) == ["why_it_works"]
    assert exercise.points == 2 and source.exercises["steps"].points == 0.5
    assert [cell.title for cell in exercise.wrongs] == ["once", "squared"]
    assert [cell.title for cell in exercise.rights] == ["a sum"]
    assert (exercise.wrongs[0].says, exercise.wrongs[0].next) == ("You return X itself.", "Multiply it.")
    lines = TEXT.splitlines()
    for cell in source.cells:
        assert lines[cell.line - 1].startswith("# %%") and cell.source.splitlines()[0] in lines[cell.line]


def test_a_text_is_written_back_byte_for_byte():
    source = texts.loads(TEXT, "source/week9/small.py")
    assert texts.dumps(source) == TEXT
    assert texts.loads(texts.dumps(source), source.path) == source


BAD = {
    "duplicate name": (('solution="steps"', 'solution="double"'), 49, "the name 'double' is taken by line 17"),
    "solution without check": (('check="steps" points=0.5', 'given="steps_check"'), 49, "'steps' has no check"),
    "check without solution": (('solution="double"', 'given="doubled"'), 26, "the check 'double' has no solution"),
    "no hidden tests": (("### BEGIN HIDDEN TESTS\ncheck.value", "check.value", 1), 61, "END HIDDEN TESTS with no"),
    "no points": (('double" points=2', 'double"'), 26, "the check 'double' has no points"),
    "points no number": (("points=2", 'points="two"'), 26, "points='two' is no number of points"),
    "points negative": (("points=2", "points=-1"), 26, "points=-1 is no number of points"),
    "points where none belong": (('given="data"', 'given="data" points=1'), 11, "takes no points"),
    "answer without points": (("points=3", ""), 67, "'why_it_works' has no points"),
    "unknown marker": (('solution="double"', 'sollution="double"'), 17, "'sollution'. Did you mean solution?"),
    "unknown option": (("points=0.5", "points=0.5 pionts=2"), 58, "'pionts'. Did you mean points?"),
    "two roles": (('given="data"', 'given="data" solution="data"'), 11, "two roles"),
    "no name": (('given="data"', 'given="My Data"'), 11, "'My Data' is no name"),
    "never closed": (("    ### END SOLUTION\n\n\n", "\n\n\n"), 20, "BEGIN SOLUTION is never closed"),
    "nested": (("    secret_factor = 2", "    ### BEGIN SOLUTION"), 21, "inside another one"),
    "solution markers elsewhere": (("rows = torch", "### BEGIN SOLUTION\nrows = torch"), 12, "does not belong"),
    "hidden markers elsewhere": (("print(first)", "### BEGIN HIDDEN TESTS"), 56, "does not belong"),
    "wrong without name": ((' name="squared"', ""), 39, "this wrong answer has no name"),
    "wrong with a name taken": (('name="squared"', 'name="once"'), 39, "another wrong answer is called 'once'"),
    "wrong without says": (("# says: You square X.\n", ""), 39, "no `# says:` line"),
    "wrong without next": (("# next: Add X to itself.\n", ""), 39, "no `# next:` line"),
    "wrong to nothing": (('right="double"', 'right="doubel"'), 45, "'doubel': no exercise has that name"),
    "wrong defines another": (("def double(X):\n    return X**2", "def twice(X):\n    return X"), 39, "define double"),
    "not Python": (("rows = torch.ones(", "rows = = torch.ones("), 12, "this is not Python"),
    "free name": (("check.shape(first", "check.shape(rows"), 59, "the check uses 'rows'"),
    "free name in a lambda": (("on=hidden_cases)", "on=hidden_cases(lambda: rows))"), 30, "the check uses 'rows'"),
    "looks into an answer": (("check.shape(first", "check.shape(first.T"), 59, "looks into the student's 'first' (.T)"),
    "check in markdown": (("[markdown]\n# ## Sum", '[markdown] check="steps" points=1\n# Sum'), 70, "code cell"),
    "unreadable options": (('given="data"', 'given="data" =x='), 11, "cannot read the options"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_a_broken_rule_is_named_with_its_line(case):
    change, line, message = case
    assert change[0] in TEXT
    problems = found(TEXT.replace(*change[:2]))
    assert any(problem.startswith(f"{line}: ") and message in problem for problem in problems), problems


def test_a_solution_without_markers_and_a_check_without_hidden_tests_are_named():
    bare = "".join(line for line in TEXT.splitlines(True) if "###" not in line)
    problems = found(bare)
    assert any("the solution 'double' has no markers" in p for p in problems)
    assert any("the check 'double' has no hidden tests" in p for p in problems)


def test_all_problems_are_told_at_once_with_the_file():
    bad = TEXT.replace("points=2", "").replace('given="data"', 'givn="data"')
    with pytest.raises(model.SourceError) as caught:
        texts.loads(bad, "anywhere/source/week9/small.py")
    assert len(caught.value.problems) == 2
    assert str(caught.value).splitlines()[0].startswith("source/week9/small.py:11: unknown marker or option 'givn'")


def test_magics_strings_with_markers_and_imports_are_fine():
    extra = '\n# %%\n# %pip install --quiet x\n!ls\ntext = """\n# %% no cell\n"""\n'
    assert found(TEXT + extra) == []


def test_nbgraders_own_metadata_is_read_as_a_role():
    meta = {
        "grade": True,
        "grade_id": "check-double",
        "locked": True,
        "points": 2,
        "schema_version": 3,
        "solution": False,
    }
    long_form = TEXT.replace('check="double" points=2', f"nbgrader={json.dumps(meta)}")
    assert texts.loads(long_form, "source/week9/small.py") == texts.loads(TEXT, "source/week9/small.py")


def test_a_header_that_jupytext_cannot_read_is_named():
    with pytest.raises(model.SourceError, match="week9/small.py:1: jupytext cannot read it"):
        texts.loads("# ---\n# jupyter:\n#   kernelspec: 1\n# ---\n\n" + TEXT, "source/week9/small.py")


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(model.SourceError, match="none.py:1: cannot read it"):
        texts.read(tmp_path / "none.py")


# --- Stubs ----------------------------------------------------------------------------------------------------------

STUBS = {
    "function": (
        "def f(x):\n    y = 1\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION",
        'def f(x):\n    y = 1\n    # YOUR CODE HERE\n    raise NotImplementedError("f")',
    ),
    "top level": (
        "### BEGIN SOLUTION\na = 1\nb, (c, d) = 2, (3, 4)\nfor i in a:\n    e = i\n### END SOLUTION\nprint(a)",
        "\n".join(f"{name} = ...  # YOUR CODE HERE" for name in "abcde") + "\nprint(a)",
    ),
    "in a with block": (
        "with open(p) as f:\n    ### BEGIN SOLUTION\n    a = f.read()\n    ### END SOLUTION",
        "with open(p) as f:\n    a = ...  # YOUR CODE HERE",
    ),
    "in place": (
        "x = zeros(3)\n### BEGIN SOLUTION\nx[1] = 2\n### END SOLUTION",
        'x = zeros(3)\n# YOUR CODE HERE\nraise NotImplementedError("ex")',
    ),
    "two regions": (
        "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
        "### BEGIN SOLUTION\na = 2\n### END SOLUTION",
        'def f():\n    # YOUR CODE HERE\n    raise NotImplementedError("f")\na = ...  # YOUR CODE HERE',
    ),
    "methods": (
        "class A:\n    def f(self):\n        ### BEGIN SOLUTION\n        x = 1\n        ### END SOLUTION\n"
        "    def g(self):\n        ### BEGIN SOLUTION\n        x = 2\n        ### END SOLUTION",
        'class A:\n    def f(self):\n        # YOUR CODE HERE\n        raise NotImplementedError("A")\n'
        '    def g(self):\n        # YOUR CODE HERE\n        raise NotImplementedError("A")',
    ),
    "a comprehension's variable stays out": (
        "### BEGIN SOLUTION\na = [k for k in range(3)]\n### END SOLUTION",
        "a = ...  # YOUR CODE HERE",
    ),
    "no region": ("a = 1", '# YOUR CODE HERE\nraise NotImplementedError("ex")'),
}


@pytest.mark.parametrize("source, wanted", STUBS.values(), ids=STUBS)
def test_a_stub_is_the_solution_minus_its_answer(source, wanted):
    assert stub(source, "ex") == wanted
    compile(stub(source, "ex"), "stub", "exec")


def test_a_written_answer_becomes_an_invitation():
    assert stub("Because.\n\nAnd so.", "why", "markdown") == "*Write your answer here.*"


# --- Building -------------------------------------------------------------------------------------------------------


def test_a_notebook_has_nbgraders_metadata_and_no_known_answers(course):
    nb = notebook(texts.read(course / "source/week9/small.py"))
    nbformat.validate(nb)
    meta = {
        cell.metadata["nbgrader"]["grade_id"]: cell.metadata["nbgrader"]
        for cell in nb.cells
        if "nbgrader" in cell.metadata
    }
    assert list(meta) == ["data", "double", "check-double", "steps", "check-steps", "why_it_works"]
    assert meta["check-double"] == {
        "grade": True, "grade_id": "check-double", "locked": True, "points": 2, "schema_version": 3, "solution": False,
        "task": False,
    }  # fmt: skip
    assert meta["why_it_works"]["solution"] and meta["why_it_works"]["grade"] and meta["why_it_works"]["points"] == 3
    assert meta["data"]["locked"] and not meta["double"]["locked"]
    assert "You square X" not in nbformat.writes(nb) and nb.metadata.course == {
        "assignment": "week9",
        "notebook": "small",
    }


def test_building_twice_gives_the_same_bytes_and_leaves_the_file_alone(course):
    path = course / "source/week9/small.py"
    assert build(course, path) == "built"
    first, stamp = path.with_suffix(".ipynb").read_bytes(), path.with_suffix(".ipynb").stat().st_mtime_ns
    assert build(course, path) == "up to date"
    shutil.rmtree(course / ".stamps")
    assert build(course, path) == "up to date"
    assert (path.with_suffix(".ipynb").read_bytes(), path.with_suffix(".ipynb").stat().st_mtime_ns) == (first, stamp)
    assert notebook_bytes(texts.read(path)) == first


def test_cells_come_back_from_the_notebook_as_they_were(course):
    source = texts.read(course / "source/week9/small.py")
    assert [content(c) for c in cells_of(notebook(source))] == [content(c) for c in source.cells if c.released]


def test_an_insertion_keeps_the_other_cells_ids(course):
    path = course / "source/week9/small.py"
    before = {cell.id for cell in notebook(texts.read(path)).cells}
    path.write_text(TEXT.replace("# %%\nimport", "# %% [markdown]\n# New.\n\n# %%\nimport"))
    assert before < {cell.id for cell in notebook(texts.read(path)).cells}


def test_the_badge_and_the_install_cell_follow_the_repository(course):
    source = texts.read(course / "source/week9/small.py")
    badge, install = notebook(source).cells[:2]
    assert "In JupyterLab there is nothing to do" in badge.source and "In Colab" in badge.source
    assert "%pip install -q {wheels[-1]}" in install.source and "git+" not in install.source
    (course / "pyproject.toml").write_text('[tool.course]\nrepository = "https://github.com/a/b"\nbranch = "main"\n')
    assert repository(course) == Repository("a", "b", "main")
    badge, install = notebook(source, repository(course)).cells[:2]
    assert "colab.research.google.com/github/a/b/blob/main/release/week9/small.ipynb" in badge.source
    assert install.source.endswith('%pip install -q "git+https://github.com/a/b@main"')


def test_a_repository_that_colab_cannot_open_is_told(course):
    (course / "pyproject.toml").write_text('[tool.course]\nrepository = "git@host:a/b"\n')
    with pytest.raises(AuthoringError, match="no address that Colab opens"):
        repository(course)


def test_one_bad_text_does_not_keep_the_others_from_being_built(tmp_path):
    course = make_course(tmp_path, bad="# %% sollution='x'\n")
    with pytest.raises(model.SourceError, match="source/week9/bad.py:1: unknown marker"):
        build_week(course, "week9")
    assert (course / "source/week9/small.ipynb").is_file()
    assert not list((course / "source/week9").glob(".*"))


def test_weeks_are_in_order_and_an_unknown_one_is_named(course):
    for week in ("week10", "week2"):
        (course / "source" / week).mkdir()
        (course / "source" / week / "a.py").write_text("")
    assert chosen_weeks(course, []) == ["week2", "week9", "week10"]
    with pytest.raises(AuthoringError, match="unknown week 'week3'. The weeks are: week2, week9, week10.") as caught:
        chosen_weeks(course, ["week3"])
    assert caught.value.status == 2


# --- Commands and the release ---------------------------------------------------------------------------------------


def test_commands_print_a_line_for_each_notebook(course, capsys):
    assert run(course, "build") == 0 and run(course, "build", "week9") == 0
    assert capsys.readouterr().out.splitlines() == [
        "source/week9/small.ipynb: built",
        "source/week9/small.ipynb: up to date",
    ]
    assert run(course, "build", "week3") == 2
    (course / "source/week9/small.py").write_text(TEXT.replace("points=2", ""))
    assert run(course, "build") == 1
    assert "small.py:26: the check 'double' has no points" in capsys.readouterr().err


def test_a_release_holds_stubs_visible_checks_and_data_only(released):
    week = released / "release/week9"
    nb = nbformat.read(week / "small.ipynb", 4)
    assert sorted(path.name for path in week.iterdir()) == ["prices.csv", "small.ipynb"]
    assert strangers(released / "source/week9", week) == []
    assert leaks(TEXT, nb) == []
    cells = {cell.metadata["nbgrader"]["grade_id"]: cell for cell in nb.cells if "nbgrader" in cell.metadata}
    assert 'raise NotImplementedError("double")' in cells["double"].source
    assert cells["why_it_works"].source == "*Write your answer here.*"
    assert (
        cells["check-double"].source.startswith("check.function(double")
        and not cells["check-double"].metadata.deletable
    )
    assert "secret_factor" not in (week / "small.ipynb").read_text()


def test_a_released_week_is_up_to_date_until_its_text_changes(released, tmp_path, capsys):
    course = tmp_path / "course"
    shutil.copytree(released, course)
    assert run(course, "release") == 0 and run(course, "release", "--check") == 0
    assert capsys.readouterr().out.splitlines() == ["release/week9: up to date"] * 2
    path = course / "source/week9/small.py"
    path.write_text(TEXT.replace("in prose", "in other prose"))
    (course / "release/week9/extra.txt").write_text("")
    before = (course / "release/week9/small.ipynb").read_bytes()
    assert run(course, "release", "--check") == 1
    assert capsys.readouterr().out.splitlines() == [
        "release/week9/extra.txt should not be there. Run `course release week9`.",
        "release/week9/small.ipynb is stale. Run `course release week9`.",
    ]
    assert (course / "release/week9/small.ipynb").read_bytes() == before


def test_a_release_that_fails_leaves_the_old_one(released, tmp_path, monkeypatch, capsys):
    course = tmp_path / "course"
    shutil.copytree(released, course)
    (course / "source/week9/small.py").write_text(TEXT.replace("in prose", "in other prose"))
    from nbgrader.preprocessors import ClearOutput

    def broken(*args):
        raise RuntimeError("small.ipynb, double: no such thing.")

    monkeypatch.setattr(ClearOutput, "preprocess", broken)
    before = (course / "release/week9/small.ipynb").read_bytes()
    assert run(course, "release") == 1
    error = capsys.readouterr().err
    assert "source/week9: nbgrader could not release it. small.ipynb, double: no such thing." in error
    assert "Traceback" not in error and len(error.splitlines()) == 1
    assert (course / "release/week9/small.ipynb").read_bytes() == before
    assert [path.name for path in (course / ".stamps").glob("release-*")] == []


def test_the_leak_test_sees_leaks(released):
    nb = nbformat.read(released / "release/week9/small.ipynb", 4)
    for secret in (
        "secret_factor = 2",
        "x = 3\nfor i in [1]:\n    secret_factor  =  2",
        "hidden_cases = cases.draw(seeds=24, seed0=100, X='n d')",
        "### END SOLUTION",
        "Because the model answer says so.",
        "# says: You square X.",
    ):
        leaky = nbformat.from_dict(nb)
        leaky.cells = [*nb.cells, nbformat.v4.new_code_cell(secret)]
        assert leaks(TEXT, leaky), secret
    leaky.cells = [*nb.cells, nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("stream", text="2")])]
    assert leaks(TEXT, leaky)


@pytest.mark.filterwarnings("ignore:Object of type")  # nbgrader's own use of SQLAlchemy
def test_the_sample_class_makes_room_for_changed_exercises_and_students_do_not(released, tmp_path, capsys):
    from nbgrader.api import Gradebook

    course = tmp_path / "course"
    shutil.copytree(released, course)
    changed = TEXT.replace('"steps"', '"stairs"')
    database = f"sqlite:///{course / 'gradebook.db'}"
    with Gradebook(database, "neural-network-foundations") as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission("week9", "ada")
    (course / "source/week9/small.py").write_text(changed)
    assert run(course, "release") == 1
    error = capsys.readouterr().err
    assert "submissions of ada" in error and "nbgrader db assignment remove week9 --force" in error
    with Gradebook(database, "neural-network-foundations") as gradebook:
        gradebook.remove_submission("week9", "ada")
        gradebook.add_student("sample-perfect")
        gradebook.add_submission("week9", "sample-perfect")
    assert run(course, "release") == 0
    with Gradebook(database, "neural-network-foundations") as gradebook:
        assert {cell.name for cell in gradebook.find_notebook("small", "week9").grade_cells} == {
            "check-double", "check-stairs", "why_it_works",
        }  # fmt: skip
