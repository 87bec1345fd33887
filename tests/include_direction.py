#!/usr/bin/env python3
"""Checks that rooms look only in the directions that docs/architecture.md allows.

The table there (room | holds | may include) is the only source. Every #include "ROOM/..." under src/ must be
of the file's own room or of one that its row names; the tests of a room obey its row too, and may include
"support/..." of tests/. So must the ROOMS of each src/ROOM/CMakeLists.txt, and the table itself must have no
cycle. The public headers of include/ include one another and the standard library, in <>, and nothing else;
src/embed and its tests are the only ones that include them. There are no exceptions.

usage: include_direction.py [ROOT]
"""
import graphlib
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
ANGLED = re.compile(r"^\s*#\s*include\s+<([^>]+)>", re.MULTILINE)
ROOM_CALL = re.compile(r"gleaner_room\(\s*(\w+)([^)]*)\)")
KEYWORDS = {"ROOMS", "PUBLIC", "PRIVATE"}
TABLE = "docs/architecture.md"
PUBLIC = "include"
BEHIND_PUBLIC = "embed"
OUTSIDE = ("tests", "bench", "fuzz")  # no rooms: they may look into every room, and nothing looks into them


def read_table(text):
    """{room: set of rooms} from the first table with the three columns, or an empty dict."""
    table = {}
    in_table = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells == ["room", "holds", "may include"]:
            in_table = True
        elif in_table and not line.strip():
            break
        elif in_table and not set(line) <= set("|- :"):
            room, allowed = cells[0], cells[-1]
            table[room] = set() if allowed == "-" else {name.strip() for name in allowed.split(",")}
    return table


def table_problems(table):
    problems = []
    for room, allowed in table.items():
        for other in sorted(allowed - table.keys()):
            problems.append(f"{TABLE}: {room} may include {other}, which is no room")
    try:
        graphlib.TopologicalSorter(table).prepare()
    except graphlib.CycleError as error:
        problems.append(f"{TABLE}: a cycle of rooms: " + ", ".join(error.args[1]))
    if "sim" in table.get("runtime", ()) or "runtime" in table.get("sim", ()):
        problems.append(f"{TABLE}: runtime and sim must never include each other")
    return problems


def include_problems(path, room, text, table):
    """Problems of one source file of `room`; `path` is what a person reads."""
    problems = []
    for match in INCLUDE.finditer(text):
        target = match.group(1)
        other = target.split("/")[0]
        line = text.count("\n", 0, match.start(1)) + 1
        if "/" not in target or ".." in target.split("/"):
            problems.append(f'{path}:{line}: "{target}" is not written as "room/file.h"')
        elif other == "support":
            if room not in OUTSIDE and not path.stem.endswith("_test"):
                problems.append(f"{path}:{line}: only tests may include {target}")
        elif other in OUTSIDE and other == room:
            pass
        elif other not in table:
            problems.append(f'{path}:{line}: "{target}" belongs to no room')
        elif room not in OUTSIDE and other != room and other not in table[room]:
            problems.append(f"{path}:{line}: {room} must not include {target}")
    return problems


def public_problems(path, room, text):
    """Problems with public headers; `room` is "include" for one of them."""
    problems = []
    if room == PUBLIC:
        for match in INCLUDE.finditer(text):
            problems.append(f'{path}: a public header must not include "{match.group(1)}"')
    for match in ANGLED.finditer(text):
        target = match.group(1)
        if room == PUBLIC and not (target.startswith("gleaner/") or re.fullmatch(r"[a-z_]+", target)):
            problems.append(f"{path}: a public header must not include <{target}>")
        if room not in (PUBLIC, BEHIND_PUBLIC) and target.startswith("gleaner/"):
            problems.append(f"{path}: only {BEHIND_PUBLIC} may include <{target}>")
    return problems


def cmake_problems(path, room, text, table):
    problems = []
    for name, arguments in ROOM_CALL.findall(text):
        words = re.sub(r"#.*", "", arguments).split()
        if name != room:
            problems.append(f"{path}: makes the room {name} in the folder of {room}")
        if "ROOMS" not in words:
            continue
        for word in words[words.index("ROOMS") + 1 :]:
            if word in KEYWORDS:
                break
            if word not in table[room]:
                problems.append(f"{path}: {room} must not link {word}")
    return problems


def sources(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in {".h", ".cc", ".hpp"})


def check(root):
    table = read_table((root / TABLE).read_text())
    if not table:
        return [f'{TABLE}: no table "room | holds | may include"']
    problems = table_problems(table)
    folders = sorted(path for path in (root / "src").iterdir() if path.is_dir())
    for folder in folders:
        room = folder.name
        if room not in table:
            problems.append(f"src/{room}: not in the table of {TABLE}")
            continue
        for path in sources(folder):
            problems += include_problems(path.relative_to(root), room, path.read_text(), table)
            problems += public_problems(path.relative_to(root), room, path.read_text())
        cmake = folder / "CMakeLists.txt"
        problems += cmake_problems(cmake.relative_to(root), room, cmake.read_text(), table)
    for outside in OUTSIDE:
        for path in sources(root / outside):
            problems += include_problems(path.relative_to(root), outside, path.read_text(), table)
    for path in sources(root / PUBLIC):
        problems += public_problems(path.relative_to(root), PUBLIC, path.read_text())
    for room in sorted(table.keys() - {folder.name for folder in folders}):
        problems.append(f"{TABLE}: the room {room} has no folder src/{room}")
    return problems


def main():
    here = pathlib.Path(__file__).resolve().parent.parent
    problems = check(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
