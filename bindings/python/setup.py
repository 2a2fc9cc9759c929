"""pip install --no-build-isolation bindings/python: builds the library and the module in it with CMake.

Where the environment variable HANDOFF_PYTHON_MODULE names a _core module that is built already, that is taken.
"""

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MODULE = "_core" + sysconfig.get_config_var("EXT_SUFFIX")


def version():
    text = (ROOT / "include/handoff/version.hpp").read_text(encoding="utf-8")
    return re.search(r'HANDOFF_VERSION "([^"]+)"', text)[1]


class BuildWithCMake(build_ext):
    def build_extension(self, ext):
        module = os.environ.get("HANDOFF_PYTHON_MODULE") or self.build_module()
        self.copy_file(str(module), self.get_ext_fullpath(ext.name))

    def build_module(self):
        build = Path(self.build_temp).resolve()
        subprocess.run(
            ["cmake", "-S", ROOT, "-B", build, "-DCMAKE_BUILD_TYPE=Release", "-DHANDOFF_DEVELOP=OFF",
             "-DHANDOFF_PROGRAMS=OFF", "-DHANDOFF_INSTALL=OFF", "-DHANDOFF_PYTHON_BINDINGS=ON",
             f"-DHANDOFF_PYTHON={sys.executable}"], check=True)
        jobs = os.environ.get("CMAKE_BUILD_PARALLEL_LEVEL", str(os.cpu_count() or 1))
        subprocess.run(["cmake", "--build", build, "--target", "handoff_python", "--parallel", jobs], check=True)
        return build / "python/handoff" / MODULE


# What pip makes on its way stays out of the source folder.
WORK = ROOT / "build/pip"
WORK.mkdir(parents=True, exist_ok=True)

setup(
    options={"build": {"build_base": str(WORK)}, "egg_info": {"egg_base": str(WORK)}},
    version=version(),
    packages=["handoff"],
    package_data={"handoff": ["py.typed", "*.pyi"]},
    ext_modules=[Extension("handoff._core", sources=[])],
    cmdclass={"build_ext": BuildWithCMake},
    zip_safe=False,
)
