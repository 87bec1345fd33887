#!/usr/bin/env python3
"""Does what docs/cluster.md says, as it is written, on three machines that are network namespaces.

What stands before a block of commands says where it is run: "On machine b:" in the machine's home folder, to its end;
"On machine b, in a terminal for worker 0:" likewise, but nobody waits for its end. A block of text is what the
commands before it show, or what "the terminal for worker 0 shows": its lines come in this order, with other lines
between them and other numbers. The exit codes are looked at in the end.

Not as on real machines: the program is there already (blocks that build are left out); scp copies between the home
folders; sudo runs a command as it is; and all machines see one list of processes.

usage: document.py GLEANER DOCUMENT
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import netlab
from netlab import Link, check, wait_for

MACHINES = {"a": Link("100mbit"), "b": Link("100mbit", 0.002), "c": Link("50mbit", 0.005)}
BUILDS = "./dev build"
# How the processes of the terminals end, one after another.
ENDS = {"the server": [0, 0], "worker 0": [0, 0], "worker 1": [-9, 0], "worker 2": [0, 0], "worker 3": [0, 0],
        "the spare": [0]}
SCP = """#!/bin/sh -e
# scp -r FILE... MACHINE:
for last; do :; done
while [ $# -gt 1 ]; do
  case $1 in -*) ;; *) cp -r "$1" "$HOMES/${last%%:*}/" ;; esac
  shift
done
"""
SUDO = '#!/bin/sh\nexec "$@"\n'
NUMBER = re.compile(r"-?\d+(?:\\?\.\d+)?(?:e-?\d+)?")


def steps_of(document):
    """(words before it, kind, body) of every block."""
    found, at = [], 0
    for block in re.finditer(r"^```(sh|text)\n(.*?)^```$", document, re.MULTILINE | re.DOTALL):
        before = " ".join(document[at:block.start()].split())
        found.append((before, block[1], block[2]))
        at = block.end()
    return found


def pattern_of(line):
    """Any number for a number, any space for a space."""
    words = [NUMBER.sub(lambda _: r"-?\d+(?:\.\d+)?(?:e-?\d+)?", re.escape(word)) for word in line.split()]
    return re.compile(r"\s*" + r"\s+".join(words) + r"\s*")


def first_missing(text, seen):
    lines = iter(re.split(r"[\n\r]", seen))
    for wanted in filter(str.strip, text.splitlines()):
        pattern = pattern_of(wanted)
        if not any(pattern.fullmatch(line) for line in lines):  # goes on behind the line that was found last
            return wanted
    return None


class Reader:
    def __init__(self, lab, gleaner):
        self.lab = lab
        tools = lab.folder / "tools"
        tools.mkdir()
        (tools / "gleaner").symlink_to(gleaner)
        for name, text in {"scp": SCP, "sudo": SUDO}.items():
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)
        self.path = f"{tools}:{os.environ['PATH']}"
        self.terminals = {name: [] for name in ENDS}  # (process, machine, file with what it says)
        self.shown = ""

    def environment(self, machine):
        return dict(os.environ, PATH=self.path, HOME=str(self.lab.home(machine)), HOMES=str(self.lab.folder))

    def run(self, machine, commands):
        time.sleep(1)  # a reader is no faster
        done = subprocess.run(self.lab.command(machine, ["bash", "-euo", "pipefail"]), input=commands,
                              cwd=self.lab.home(machine), env=self.environment(machine), timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        check(done.returncode == 0, f"on machine {machine} failed with {done.returncode}:\n{commands}{done.stdout}",
              self.lab)
        self.shown = done.stdout

    def open_terminal(self, machine, name, command):
        before = self.terminals[name]
        if before:
            wait_for(f"the end of the first terminal for {name}", 20, lambda: before[-1][0].poll() is not None,
                     self.lab)
        says = f"says-{name.replace(' ', '-')}-{len(before) + 1}"
        process = self.lab.start(machine, ["bash", "-c", command], says=says, env=self.environment(machine))
        before.append((process, machine, says))

    def compare(self, name, text):
        def missing():
            seen = self.shown if name is None else self.lab.said(*self.terminals[name][-1][1:])
            return first_missing(text, seen)

        until = time.monotonic() + (0 if name is None else 90)
        while (line := missing()) is not None:
            check(time.monotonic() < until,
                  f"the document shows a line that was not seen, or not in its turn:\n{line}\n"
                  f"{self.shown if name is None else ''}", self.lab)
            time.sleep(0.1)

    def follow(self, steps):
        latest = None  # the terminal whose text follows, or None: the commands just run
        counts = {"sh": 0, "text": 0}
        for before, kind, body in steps:
            if BUILDS in body:
                continue
            place = re.search(r"[Oo]n machine ([abc])(?:, in a terminal for ([a-z0-9 ]+))?:$", before)
            shows = re.search(r"terminal for ([a-z0-9 ]+) shows:$", before)
            if kind == "sh":
                check(place, f"no word on which machine it is: {body}")
                latest = place[2]
                self.open_terminal(place[1], latest, body) if latest else self.run(place[1], body)
            else:
                check(shows or not before, f"no word on where this is seen: {before}")
                self.compare(shows[1] if shows else latest, body)
            counts[kind] += 1
        return counts


def main():
    gleaner, document = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder, netlab.Lab(MACHINES, folder) as lab:
        reader = Reader(lab, gleaner)
        counts = reader.follow(steps_of(document.read_text()))
        check(counts["sh"] >= 15 and counts["text"] >= 7, f"{document} has {counts} blocks only")
        for name, terminals in reader.terminals.items():
            for process, _, _ in terminals:
                wait_for(f"{name} to end", 10, lambda p=process: p.poll() is not None, lab)
            ends = [process.poll() for process, _, _ in terminals]
            check(ends == ENDS[name], f"the terminals for {name} ended with {ends}, not {ENDS[name]}", lab)
        check(not lab.left_over(), f"still running: {lab.left_over(0)}", lab)
        print(f"did {counts['sh']} blocks of commands, compared {counts['text']} texts")


if __name__ == "__main__":
    netlab.enter()
    main()
