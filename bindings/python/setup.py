"""pip install --no-build-isolation bindings/python: builds the library and the module in it with CMake.

Where the environment variable HANDOFF_PYTHON_MODULE names a _core module that is built already, that is taken.
setup.py sdist packs what a build needs into build/handoff-VERSION.tar.gz; there this file is beside CMakeLists.txt.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build import build
from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist

HERE = Path(__file__).resolve().parent
VERSION = "include/handoff/version.hpp"
ROOT = next((folder for folder in (HERE, HERE.parent.parent) if (folder / VERSION).exists()), None)
if not ROOT:
    sys.exit(f"handoff cannot be built: {HERE} is neither bindings/python of its "
             "sources nor the sdist that its setup.py makes")
WORK = ROOT / "build/pip"  # what is made on the way stays out of the source folder
PACKAGE = "bindings/python/handoff"
PACKED = ["CMakeLists.txt", "LICENSE", "cmake", "include", "src", "bindings/python/CMakeLists.txt", "bindings/python/src",
          PACKAGE]
MODULE = "_core" + sysconfig.get_config_var("EXT_SUFFIX")
DEBIAN = "g++ make cmake libboost-dev pybind11-dev python3-dev python3-numpy python3-wheel"
# What CMake says where something is missing, what that is, and Debian's package.
MISSING = [
    (r"unable to find a build program", "make", "make"),
    (r"or higher is required\.\s+You are running", "CMake 3.22 or newer", "cmake"),
    (r"CMAKE_CXX_COMPILER|cxx_std_20", "a C++20 compiler", "g++"),
    (r"Could NOT find Boost", "Boost's headers, 1.74 or newer", "libboost-dev"),
    (r"Could NOT find Python3", f"the headers of {sys.executable}", "python3-dev"),
    (r"configuration\s+file (?:provided by|for package) \"pybind11\"", "pybind11 2.10 or newer", "pybind11-dev"),
]


def refuse(missing, package):
    sys.exit(f"handoff cannot be built without {missing} (Debian's package {package}): "
             f"`apt-get install {DEBIAN}` installs all that it needs")


def version():
    text = (ROOT / VERSION).read_text(encoding="utf-8")
    return re.search(r'HANDOFF_VERSION "([^"]+)"', text)[1]


class ModuleFirst(build):
    # What is missing is then said before anything is copied.
    sub_commands = sorted(build.sub_commands, key=lambda command: command[0] != "build_ext")


class BuildWithCMake(build_ext):
    def build_extension(self, ext):
        module = os.environ.get("HANDOFF_PYTHON_MODULE") or self.build_module()
        place = self.get_ext_fullpath(ext.name)
        self.mkpath(os.path.dirname(place))
        self.copy_file(str(module), place)

    def build_module(self):
        folder = WORK / f"cmake-{sys.implementation.cache_tag}-{sysconfig.get_platform()}"  # kept for the next time
        self.configure(folder)
        jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count() or 1))
        command = ["cmake", "--build", folder, "--target", "handoff_python", "--parallel", jobs]
        if subprocess.run(command, check=False).returncode:
            sys.exit("handoff cannot be built: the compiler says why above")
        return folder / "python/handoff" / MODULE

    def configure(self, folder):
        if not shutil.which("cmake"):
            refuse("CMake", "cmake")
        command = ["cmake", "-S", ROOT, "-B", folder, "-DCMAKE_BUILD_TYPE=Release", "-DHANDOFF_DEVELOP=OFF",
                   "-DHANDOFF_PROGRAMS=OFF", "-DHANDOFF_INSTALL=OFF", "-DHANDOFF_PYTHON_BINDINGS=ON",
                   f"-DHANDOFF_PYTHON={sys.executable}"]
        if importlib.util.find_spec("pybind11"):  # pip has installed it
            import pybind11
            command.append(f"-Dpybind11_DIR={pybind11.get_cmake_dir()}")
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            for words, what, package in MISSING:
                if re.search(words, done.stdout):
                    refuse(what, package)
            sys.exit(f"{done.stdout}\nhandoff cannot be built: CMake says why above")


class SdistWithLibrary(sdist):
    def check_readme(self):
        pass  # README.md is about the whole repository

    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, ["pyproject.toml", "setup.py"])
        for name in PACKED:
            copy = Path(base_dir) / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, copy, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
            else:
                shutil.copyfile(ROOT / name, copy)


os.chdir(HERE)
if "dist_info" in sys.argv and not any(map(importlib.util.find_spec, ("wheel", "setuptools.command.bdist_wheel"))):
    refuse("the Python package wheel", "python3-wheel, which `python3 -m venv --system-site-packages` lets in")

WORK.mkdir(parents=True, exist_ok=True)

setup(
    options={"build": {"build_base": str(WORK)}, "egg_info": {"egg_base": str(WORK)},
             "sdist": {"dist_dir": str(ROOT / "build")}},
    version=version(),
    packages=["handoff"],
    package_dir={"handoff": os.path.relpath(ROOT / PACKAGE, HERE)},
    package_data={"handoff": ["py.typed", "*.pyi"]},
    ext_modules=[Extension("handoff._core", sources=[])],
    cmdclass={"build": ModuleFirst, "build_ext": BuildWithCMake, "sdist": SdistWithLibrary},
    zip_safe=False,
)
