"""The package: its names, texts and type stubs, and that pip installs it."""

import ast
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import handoff
import pytest
from conftest import PATIENCE_S

SOURCE = Path(__file__).resolve().parents[3] / "bindings/python"
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


def test_pip_installs_it(tmp_path):
    module = next(Path(handoff.__file__).parent.glob("_core*.so"))
    environment = {**os.environ, "HANDOFF_PYTHON_MODULE": str(module)}
    target = tmp_path / "installed"
    copy = tmp_path / "tree"
    (copy / "include/handoff").mkdir(parents=True)
    (copy / "bindings").mkdir()
    version = SOURCE.parents[1] / "include/handoff/version.hpp"
    (copy / "include/handoff/version.hpp").write_bytes(version.read_bytes())
    subprocess.run(["cp", "-r", SOURCE, copy / "bindings/python"], check=True)  # pip builds where the source is
    pip = [sys.executable, "-m", "pip", "install", "--no-build-isolation", "--no-deps", "--no-index", "--target", target,
           copy / "bindings/python"]
    done = subprocess.run(pip, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (target / "handoff/py.typed").exists() and (target / "handoff/__init__.pyi").exists()
    code = "import handoff; print(handoff.__file__, handoff.__version__)"
    shown = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(target)}, capture_output=True, text=True,
                           check=True).stdout.split()
    assert shown == [str(target / "handoff/__init__.py"), handoff.__version__]


def test_the_interpreter_is_the_one_that_was_asked_for():
    assert sys.executable == os.environ["HANDOFF_PYTHON"]
