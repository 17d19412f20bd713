"""Of the package a sandbox sees the student's side and its own inside, and no line of how submissions are graded."""

import ast
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from course.grading.sandbox.allowlist import PACKAGE, STUDENT_FOLDERS, binds, copies, student_side

LOOK = """
import os
print(sorted(os.path.relpath(os.path.join(folder, name), '/opt/room')
             for folder, _, names in os.walk('/opt/room') for name in names if not folder.endswith('__pycache__')))
"""
GRADERS = (
    "course.coursedir course.coursedir.layout course.syntax.scopes course.authoring.text.parse course.sample.paper "
    "course.commands.grade course.cli course.grading.analysis.slices course.grading.gradebook.classroom "
    "course.grading.run.judging course.grading.pages.feedback course.grading.lms.collect course.grading.nbgrader "
    "course.grading.report.grades_csv course.grading.sandbox.walls course.grading.sandbox.remote_kernel"
).split()


def attempt(packages):
    """Code that imports what is the grader's, and looks for it by path; ``packages`` is where the grader has it."""
    return f"""
import importlib, os, sys, course
found = []
for name in {GRADERS}:
    try:
        importlib.import_module(name)
        found.append(name)
    except ImportError:
        pass
    places = [os.path.join(top, name.replace('.', '/')) for top in (*sys.path, '/opt/room', {str(packages)!r})]
    found += [place + end for place in places for end in ('.py', '') if os.path.exists(place + end)]
print(course.__file__, found, [os.listdir(place) for place in ({str(packages / "course")!r},) if os.path.exists(place)])
"""


def imported(path):
    """The modules of the course that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "course")
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "course":
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def sources():
    for place, _ in binds():
        yield from [place] if place.suffix == ".py" else place.rglob("*.py")


def test_which_of_the_packages_folders_and_modules_are_the_students():
    doorstep = "__init__ cases check data device edges entries graph plot practice train".split()
    assert sorted(STUDENT_FOLDERS) == "answers cache datasets doctor figures judges practices runtime".split()
    inside = ["grading/__init__.py", "grading/sandbox/__init__.py", "grading/sandbox/inside"]
    assert student_side() == [*(f"{name}.py" for name in doorstep), *STUDENT_FOLDERS, *inside]
    assert all((PACKAGE / name).exists() for name in student_side())


def test_do_the_students_modules_import_nothing_of_the_graders():
    shown = set(student_side())
    for path in sources():
        for name in imported(path):
            parts = name.split(".")[1:]
            ways = {"/".join(parts[:count]) for count in range(1, len(parts) + 1)}
            ways |= {f"{way}.py" for way in ways} | {f"{way}/__init__.py" for way in ways}
            assert not parts or ways & shown, f"{path.relative_to(PACKAGE)} imports {name}"


@pytest.mark.long
def test_does_a_sandbox_see_what_the_list_names_and_nothing_else(own):
    seen = ast.literal_eval(own.text(LOOK))
    wanted = {path for name in student_side() for path in [PACKAGE / name, *(PACKAGE / name).rglob("*")]}
    plain = [path for path in wanted if path.is_file() and "__pycache__" not in path.parts]
    assert seen == sorted(f"course/{path.relative_to(PACKAGE).as_posix()}" for path in plain)
    tops = {tuple(name.split("/")[1:3]) for name in seen if name.startswith("course/grading/")}
    assert tops == {("grading", "__init__.py"), ("grading", "sandbox")}


@pytest.mark.long
def test_can_nothing_of_the_graders_be_imported_or_read(own):
    assert own.text(attempt(PACKAGE.parent)) == "/opt/room/course/__init__.py [] []\n"


@pytest.mark.long
def test_is_every_compiled_module_that_it_sees_one_of_the_list(own):
    code = "import pathlib\nroom = pathlib.Path('/opt/room/course')\n"
    code += "print([str(path.relative_to(room)) for path in room.rglob('*.pyc')])"
    for path in map(Path, ast.literal_eval(own.text(code))):
        source = str(path.parent.parent / f"{path.name.split('.')[0]}.py")
        assert source in student_side() or source.startswith(tuple(f"{name}/" for name in student_side())), path


def test_is_every_install_found_in_the_folders_that_are_shown(tmp_path):
    checkout, env, system = tmp_path / "checkout" / "course", tmp_path / "env", tmp_path / "usr"
    (env / "lib").mkdir(parents=True)
    (env / "lib64").symlink_to("lib")
    other = [env / "lib/python3.11/site-packages/course", system / "local/lib/python3.12/dist-packages/course"]
    for place in (checkout, *other, system / "lib/python3/dist-packages/coursework"):
        place.mkdir(parents=True)
    assert copies([env / "lib", system], checkout) == other
    both = [env / "lib/python3.11/site-packages/course", env / "lib64/python3.11/site-packages/course"]
    assert copies([env / "lib", env / "lib64"], checkout) == both, "each of the two is shown"
    assert copies([env / "lib", tmp_path / "checkout"], checkout) == [checkout, other[0]]
    assert copies([tmp_path / "nowhere"], checkout) == []


INSTALLED = """
import sys
packages, sys.prefix, code = sys.argv[1:]
import course
assert course.__file__.startswith(packages)
from course.grading.sandbox.limits import Limits
from course.grading.sandbox.room import Room
room = Room(Limits())
room.enter({})
ran = room.kernel().run(code, seconds=20, clean=True)
print(*[content.get("text", content) for _, content in ran.outputs])
room.close()
"""


@pytest.mark.long
def test_is_a_package_that_was_installed_covered_where_it_lies():
    """A wheel lies in site-packages, which a sandbox sees with the rest of Python."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # not in /tmp, which is another inside
        packages = Path(folder) / "lib" / f"python3.{sys.version_info[1]}" / "site-packages"
        shutil.copytree(PACKAGE, packages / "course", ignore=shutil.ignore_patterns("__pycache__"))
        environment = {"PYTHONPATH": str(packages), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", INSTALLED, str(packages), folder, attempt(packages)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd="/", check=False)
    assert done.stdout.strip() == "/opt/room/course/__init__.py [] [[]]", done.stdout + done.stderr
