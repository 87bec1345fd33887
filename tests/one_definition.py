#!/usr/bin/env python3
"""No name is defined twice in one namespace: the linker would take one of the two for both, in silence.

Looks at types that begin in the first column, as clang-format leaves them, in all of src/ and include/. What stands in
an unnamed namespace belongs to its file alone and may have any name.

usage: one_definition.py [ROOT]
"""
import collections
import pathlib
import re
import sys

TYPE = re.compile(r"(?:struct|class|enum|enum class|union)\s+(\w+)(?:\s+final)?\s*(?::(?!:)[^;]*)?\{")
OPENS = re.compile(r"namespace(?:\s+([\w:]+))?\s*\{$")
CLOSES = re.compile(r"\}\s*// namespace(?:\s+([\w:]+))?$")


def definitions(path):
    """(full name, line number) of every type of this file that others can see."""
    inside = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        opened, found = OPENS.match(line), TYPE.match(line)
        if opened:
            inside.append(opened.group(1))
        elif CLOSES.match(line):
            inside.pop()
        elif found and None not in inside:
            yield "::".join([*inside, found.group(1)]), number


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    places = collections.defaultdict(list)
    for folder in ["src", "include", "tests", "bench", "fuzz"]:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".h", ".cc"}:
                for name, number in definitions(path):
                    places[name].append(f"{path.relative_to(root)}:{number}")
    if not places:
        sys.exit(f"no types were found below {root}")
    twice = {name: at for name, at in places.items() if len(at) > 1}
    for name, at in sorted(twice.items()):
        print(f"{name} is defined {len(at)} times: {', '.join(at)}; give one of them another name")
    print(f"{len(places)} types, {len(twice)} of them defined twice")
    return 1 if twice else 0


if __name__ == "__main__":
    sys.exit(main())
