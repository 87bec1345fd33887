#!/usr/bin/env python3
"""Runs every block of commands of a document in one shell, as a reader would who copies them.

A block of text that follows one of commands is what they print: its lines must be among those that were seen, in this
order. (Where others stand between them, the document has left those out.) Blocks that build are left out: the program
under test takes its place on the path. The shell stands in a folder beside which there is ../shared, if it is given;
without it the blocks that speak of it are left out as well.

usage: documents.py GLEANER DOCUMENT [SHARED]
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# What a reader is told will be seen, where no text shows it; and how many blocks there are at least.
PROMISES = {
    "tutorial.md": (10, [
        "current,speed,temperature",  # the header of the table
        "the training diverges",
        "lower --lr",
        "uncoded could not finish: round 20",
        "exit code 1",  # diverged
        "exit code 2",  # resumed with other settings
        "--batch",
        "resumed",
        "tolerated_losses",
    ]),
    "simulating.md": (10, ['"completion_time"']),
}
BUILDS = "./dev build"


def blocks_of(document):
    """(commands, the text that they print or None) of every block of commands."""
    found = []
    for kind, body in re.findall(r"^```(sh|text)\n(.*?)^```", document, re.MULTILINE | re.DOTALL):
        if kind == "sh":
            found.append((body, None))
        elif found:
            found[-1] = (found[-1][0], body)
    return found


def first_missing(text, seen):
    """The first line of `text` that does not come in its turn; None if all do."""
    lines = iter(line.rstrip() for line in seen.splitlines())
    for wanted in (line.rstrip() for line in text.splitlines()):
        if wanted and wanted not in lines:  # goes on behind the line that was found last
            return wanted
    return None


def main():
    gleaner, document = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    shared = pathlib.Path(sys.argv[3]).resolve() if len(sys.argv) > 3 else None
    least, promises = PROMISES[document.name]
    blocks = blocks_of(document.read_text())
    if len(blocks) < least or not any(BUILDS in commands for commands, _ in blocks):
        sys.exit(f"{document} has {len(blocks)} blocks of commands, or none of them builds")
    here = shared is not None and shared.is_dir()
    chosen = [b for b in blocks if BUILDS not in b[0] and (here or "../shared" not in b[0])]
    environment = dict(os.environ, PATH=f"{gleaner.parent}:/usr/bin:/bin:{os.environ['PATH']}")
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder) / "work"
        work.mkdir()
        if here:
            (work.parent / "shared").symlink_to(shared)
        script = "set -eo pipefail\n" + "".join(f"{commands}\necho @@end {k}\n" for k, (commands, _) in
                                                 enumerate(chosen))
        done = subprocess.run(["bash", "-c", script], cwd=work, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=250)
    said = done.stdout
    if done.returncode != 0:
        sys.exit(f"a command of {document.name} failed with {done.returncode}\n{said}")
    missing = [promise for promise in promises if promise not in said]
    if missing:
        sys.exit(f"{document.name} promises what was not seen: {missing}\n{said}")
    for (commands, text), seen in zip(chosen, re.split(r"^@@end \d+\n", said, flags=re.MULTILINE)):
        line = first_missing(text, seen) if text is not None else None
        if line is not None:
            sys.exit(f"{document.name} shows a line that was not seen, or not in its turn:\n{line}\n"
                     f"after the commands\n{commands}which printed\n{seen}")
    texts = sum(text is not None for _, text in chosen)
    print(f"ran {len(chosen)} of {len(blocks)} blocks, compared {texts} texts")


if __name__ == "__main__":
    main()
