#!/usr/bin/env python3
"""Installs a build, builds the examples against it as a stranger would, and compares what they print.

The prefix is moved after the installation and the examples are copied out of the repository, so that nothing can be
found by accident in the sources or by an absolute path.

usage: installed_example.py CMAKE BUILD_DIR SOURCE_DIR
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

TIMEOUT = 200  # seconds, for any one command


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=TIMEOUT)
    if done.returncode != 0:
        sys.exit(f"{' '.join(str(word) for word in command)}\nexit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def check_installation(prefix, own_paths):
    version = run(prefix / "bin" / "gleaner", "version")
    if not version.strip():
        sys.exit("the installed program does not say its version")
    headers = sorted(path.name for path in (prefix / "include").rglob("*") if path.is_file())
    if headers != ["coding.hpp", "gleaner.hpp", "objective.hpp", "result.hpp", "train.hpp"]:
        sys.exit(f"these headers were installed: {headers}")
    for path in prefix.rglob("*.cmake"):
        for own in own_paths:
            if str(own) in path.read_text():
                sys.exit(f"{path.name} names {own}, which no other machine has")


def check_example(cmake, source, build, prefix):
    run(cmake, "-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_PREFIX_PATH={prefix}")
    run(cmake, "--build", build)
    printed = run(build / source.name)
    expected = (source / "expected.txt").read_text()
    if printed != expected:
        sys.exit(f"example {source.name} printed\n{printed}\ninstead of\n{expected}")


def main():
    cmake, build, sources = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    examples = sorted(path.parent.name for path in sources.glob("examples/*/main.cpp"))
    if not examples:
        sys.exit("there are no examples")
    with tempfile.TemporaryDirectory() as folder:
        room = pathlib.Path(folder)
        run(cmake, "--install", build, "--prefix", room / "first")
        prefix = (room / "first").rename(room / "moved")
        check_installation(prefix, [sources, build, room / "first"])
        for name in examples:
            source = shutil.copytree(sources / "examples" / name, room / "copy" / name)
            check_example(cmake, pathlib.Path(source), room / "build" / name, prefix)
    print(f"built and ran {', '.join(examples)}")


if __name__ == "__main__":
    main()
