"""The package: its names, texts and type stubs, and that pip installs it or says what is missing."""

import ast
import inspect
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import handoff
import pytest
from conftest import TIMEOUT_S

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/python.md").read_text(encoding="utf-8")
SOURCE = ROOT / "bindings/python"
BUILT_FROM = ["CMakeLists.txt", "LICENSE", "cmake", "include", "src", "bindings/python"]
STUB = ast.parse((SOURCE / "handoff/__init__.pyi").read_text(encoding="utf-8"))
CLASSES = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}
INHERITED = ("__enter__", "__exit__", "__iter__", "__next__", "__init__")


def members_in_stub(name):
    """All members that the stub declares for a class, including inherited ones."""
    names = set()
    for node in CLASSES[name].body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names.add(node.name)
        elif isinstance(node, ast.AnnAssign):
            names.add(node.target.id)
    for base in CLASSES[name].bases:
        names |= members_in_stub(base.id) if isinstance(base, ast.Name) and base.id in CLASSES else set()
    return names


def members_in_module(cls):
    names = {name for name in dir(cls) if not name.startswith("_")}
    names |= {name for name in ("__iter__", "__next__", "__enter__", "__exit__", "__aiter__", "__anext__", "__await__") if hasattr(cls, name)}
    return names


def public_classes():
    return [name for name in handoff.__all__ if isinstance(getattr(handoff, name), type)]


@pytest.mark.parametrize("name", [name for name in public_classes() if not issubclass(getattr(handoff, name), Exception)])
def test_the_stub_says_what_the_class_has(name):
    cls = getattr(handoff, name)
    in_stub = members_in_stub(name) - {"__init__", "__buffer__"}
    assert in_stub == members_in_module(cls)
    assert ("__buffer__" in members_in_stub(name)) == (name in ("Loan", "Request", "Processed", "Message"))
    if "name: str" in (cls.__init__.__doc__ or ""):  # it is opened by name
        said = cls.__init__.__doc__.splitlines()[0]
        arguments = next(n for base in (name, "_End") if base in CLASSES for n in CLASSES[base].body
                         if isinstance(n, ast.FunctionDef) and n.name == "__init__").args
        asked = [one.arg for one in arguments.args[1:] + arguments.kwonlyargs]
        assert re.findall(r"(\w+): ", said)[1:] == asked
        shown = inspect.signature(cls).parameters.values()
        assert [one.name for one in shown] == asked
        defaults = [ast.literal_eval(value) for value in [*arguments.defaults, *arguments.kw_defaults]]
        assert [one.default for one in shown][1:] == defaults
        assert all(f"\n  {one}: " in cls.__init__.__doc__ for one in asked[1:]), "every option has its sentence"
    for method in (node for node in CLASSES[name].body if isinstance(node, ast.FunctionDef) and node.name != "__buffer__"):
        if not method.decorator_list and method.name not in (*INHERITED, "__aiter__", "__await__"):
            said = inspect.getdoc(getattr(cls, method.name)).splitlines()[0]
            for argument in method.args.args[1:] + method.args.kwonlyargs:
                assert f"{argument.arg}:" in said, f"{name}.{method.name} has no argument {argument.arg}"
    for method in (node for node in CLASSES[name].body if isinstance(node, ast.AsyncFunctionDef)):
        has = inspect.signature(getattr(cls, method.name)).parameters
        assert list(has) == [argument.arg for argument in method.args.args]


def test_everything_public_is_in_the_stub_and_has_a_docstring():
    errors = ast.parse((SOURCE / "handoff/_errors.py").read_text(encoding="utf-8"))  # the stub has all of it
    in_stub = {node.name for node in STUB.body + errors.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    assert {name for name in in_stub if not name.startswith("_")} == set(handoff.__all__)
    for name in handoff.__all__:
        thing = getattr(handoff, name)
        assert inspect.getdoc(thing), f"{name} has no docstring"
        assert thing.__module__ in ("handoff", "handoff._core")
        if isinstance(thing, type) and name not in ("ChannelInfo", "ChannelState", "TopicInfo", "TopicState", "LatestInfo"):
            for member in vars(thing):
                if not member.startswith("_"):
                    assert getattr(thing, member).__doc__ or member == "code", f"{name}.{member} has no docstring"


def copy_of_the_tree(place):
    """What a build needs: pip and setup.py write into the tree."""
    for name in BUILT_FROM:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-r", ROOT / name, place / name], check=True)
    return place


def run(command, **environment):
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=TIMEOUT_S,
                          check=False)


@pytest.fixture(scope="module", name="sdist")
def make_sdist(tmp_path_factory):
    tree = copy_of_the_tree(tmp_path_factory.mktemp("sdist"))
    (tree / "bindings/python/handoff/_core.so").touch()  # as `pip install -e` leaves one there
    program, made = re.search(r"^python3 (.*?) +# makes (.*)$", PAGE, re.MULTILINE).groups()
    done = subprocess.run([sys.executable, *program.split()], cwd=tree, capture_output=True, text=True, timeout=TIMEOUT_S,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert made == f"build/handoff-{handoff.__version__}.tar.gz"
    return tree / made


def test_the_sdist_has_what_a_build_needs(sdist, tmp_path):
    with tarfile.open(sdist) as packed:
        files = {name.partition("/")[2] for name in packed.getnames()}
        packed.extractall(tmp_path)
    needed = {str(file.relative_to(ROOT)) for name in BUILT_FROM for file in [ROOT / name, *(ROOT / name).rglob("*")]
              if file.is_file() and file.suffix not in (".so", ".pyc")}
    at_the_top = {"setup.py", "pyproject.toml"}
    assert needed - {f"bindings/python/{name}" for name in at_the_top} | at_the_top <= files
    assert not [name for name in files if name.endswith((".so", ".pyc"))]
    done = run(["cmake", "-S", tmp_path / sdist.name.removesuffix(".tar.gz"), "-B", tmp_path / "build", "-DHANDOFF_DEVELOP=OFF",
                "-DHANDOFF_PROGRAMS=OFF", "-DHANDOFF_PYTHON_BINDINGS=ON", f"-DHANDOFF_PYTHON={sys.executable}"])
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("source", ["tree", "sdist", "editable"])
def test_pip_installs_it(source, sdist, tmp_path):
    module = next(Path(handoff.__file__).parent.glob("_core*.so"))
    tree = copy_of_the_tree(tmp_path / "tree") / "bindings/python"
    target = tmp_path / "installed"
    what = {"tree": [tree], "sdist": [sdist], "editable": ["-e", tree]}[source]
    shown = r"build/handoff-\S+" if source == "sdist" else "bindings/python"
    words = re.search(rf"env/bin/(pip install .*) {shown}$", PAGE, re.MULTILINE)[1].split()
    done = run([sys.executable, "-m", *words, "--no-deps", "--no-index", "--no-cache-dir", "--target", target, *what],
               HANDOFF_PYTHON_MODULE=str(module))
    assert done.returncode == 0, done.stdout + done.stderr
    place = (tree if source == "editable" else target) / "handoff"
    assert (place / "py.typed").exists() and (place / "__init__.pyi").exists()
    code = f"import site; site.addsitedir({str(target)!r}); import handoff; print(handoff.__file__, handoff.__version__)"
    shown = run([sys.executable, "-c", code], PYTHONPATH="")
    assert shown.stdout.split() == [str(place / "__init__.py"), handoff.__version__], shown.stderr


@pytest.mark.parametrize(("file", "asks_for", "package"), [
    ("CMakeLists.txt", "cmake_minimum_required(VERSION 3.22", "cmake"),
    ("CMakeLists.txt", "find_package(Boost 1.74", "libboost-dev"),
    ("bindings/python/CMakeLists.txt", "find_package(Python3 3.9 REQUIRED", "python3-dev"),
    ("bindings/python/CMakeLists.txt", "find_package(pybind11 2.10 REQUIRED", "pybind11-dev")])
def test_what_is_too_old_is_named(file, asks_for, package, tmp_path):
    tree = copy_of_the_tree(tmp_path)
    text = (tree / file).read_text(encoding="utf-8")
    assert asks_for in text
    newer = re.sub(r"[0-9.]+( REQUIRED)?$", r"99.0\1", asks_for)
    (tree / file).write_text(text.replace(asks_for, newer), encoding="utf-8")
    assert_refused(run([sys.executable, tree / "bindings/python/setup.py", "--quiet", "build_ext"]), package)


@pytest.mark.parametrize(("there", "package"), [("cmake", "make"), ("cmake make", "g++")])
def test_a_tool_that_is_missing_is_named(there, package, tmp_path):
    tree = copy_of_the_tree(tmp_path / "tree")
    (tmp_path / "bin").mkdir()
    for tool in there.split():
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    command = [sys.executable, tree / "bindings/python/setup.py", "--quiet", "build_ext"]
    assert_refused(run(command, PATH=str(tmp_path / "bin"), CXX="", CC=""), package)


def test_pip_shows_the_refusal_and_little_else(sdist, tmp_path):
    done = run([sys.executable, "-m", "pip", "install", "--no-build-isolation", "--no-deps", "--no-index", "--no-cache-dir",
                "--target", tmp_path, sdist], PATH=str(tmp_path))
    assert done.returncode != 0 and "without CMake (Debian's package cmake)" in done.stderr, done.stderr
    assert len(done.stderr.splitlines()) < 20, done.stderr


def test_without_the_package_wheel_it_is_refused(tmp_path):
    setup = copy_of_the_tree(tmp_path) / "bindings/python/setup.py"
    code = ("import runpy, sys; sys.modules['wheel'] = sys.modules['setuptools.command.bdist_wheel'] = None; "
            f"runpy.run_path({str(setup)!r})")
    assert_refused(run([sys.executable, "-c", code, "dist_info"]), "python3-wheel")


def test_without_the_library_beside_it_it_is_refused(tmp_path):
    subprocess.run(["cp", "-r", SOURCE, tmp_path / "alone"], check=True)
    done = run([sys.executable, tmp_path / "alone/setup.py", "--quiet", "build_ext"])
    assert done.returncode == 1 and done.stderr.startswith(f"handoff cannot be built: {tmp_path / 'alone'} is neither")


def assert_refused(done, package):
    """With one sentence, which names what to install as docs/python.md does."""
    assert done.returncode == 1 and done.stdout == "", done.stdout + done.stderr
    sentence = rf"handoff cannot be built without .* \(Debian's package {re.escape(package)}[,)].*\n"
    assert re.fullmatch(sentence, done.stderr), done.stderr
    page = re.search(r"^apt-get install (.*)$", PAGE, re.MULTILINE)[1]
    assert f"`apt-get install {page.replace('python3-venv ', '')}`" in done.stderr


def test_the_interpreter_is_the_one_that_was_asked_for():
    assert sys.executable == os.environ["HANDOFF_PYTHON"]
