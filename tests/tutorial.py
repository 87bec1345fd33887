#!/usr/bin/env python3
"""Runs every block of commands of docs/tutorial.md in one shell, as a reader would who copies them.

The first block, which builds, is left out: the program under test takes its place on the path.

usage: tutorial.py GLEANER TUTORIAL
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# What the reader is told will be seen.
PROMISES = [
    "current,speed,temperature",  # the header of the table
    "the training diverges",
    "lower --lr",
    "uncoded could not finish: round 20",
    "exit code 1",  # diverged
    "exit code 2",  # resumed with other settings
    "--batch",
    "resumed",
    "tolerated_losses",
]


def main():
    gleaner, tutorial = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    blocks = re.findall(r"^```sh\n(.*?)^```", tutorial.read_text(), re.MULTILINE | re.DOTALL)
    if len(blocks) < 10 or "./dev build" not in blocks[0]:
        sys.exit(f"{tutorial} has {len(blocks)} blocks of commands, the first of which does not build")
    environment = dict(os.environ, PATH=f"{gleaner.parent}:/usr/bin:/bin:{os.environ['PATH']}")
    with tempfile.TemporaryDirectory() as folder:
        script = "set -eo pipefail\n" + "\n".join(blocks[1:])
        done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True,
                              timeout=250)
    said = done.stdout + done.stderr
    if done.returncode != 0:
        sys.exit(f"a command of the tutorial failed with {done.returncode}\n{said}")
    missing = [promise for promise in PROMISES if promise not in said]
    if missing:
        sys.exit(f"the tutorial promises what was not seen: {missing}\n{said}")
    print(f"ran {len(blocks) - 1} blocks")


if __name__ == "__main__":
    main()
