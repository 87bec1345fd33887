#!/usr/bin/env python3
"""Builds Gleaner with one bug at a time and expects the disasters to find it: the checker can fail.

Every tests/mutants/*.patch is a bug that a person could write; the comment above its diff says what it is and what
should be seen. The sources that git knows are copied to build/mutants, so that the checkout stays as it is. First the
copy runs without any bug, and must pass; then every patch is applied, built, run and taken back. Exit code 1 if a bug
is not found, a patch does not apply or does not build.

usage: mutants.py [--rounds N] [--seed S] [--only-apply] [--short] [NAME ...]
    NAME: patches to try, without .patch (default: all)
    --short: every fourth of them, and another fourth after the next commit
    --only-apply: says whether they fit the sources as they are now, and builds nothing
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
COPY = ROOT / "build" / "mutants" / "src"
BUILD = COPY / "build" / "release"  # where the preset puts it
PROGRAM = BUILD / "tests" / "disasters"
RUN_SECONDS_MAX = 120
APPLY = ["git", "apply", "-p0", "--directory=src"]  # patches name files as an #include does
# Without this, git would take the copy for a part of the checkout around it.
OUTSIDE = {**os.environ, "GIT_CEILING_DIRECTORIES": str(COPY.parent)}


def tool(name):
    """Debian's own, even where another one of that name stands first on PATH."""
    return f"/usr/bin/{name}" if os.access(f"/usr/bin/{name}", os.X_OK) else name


def synchronise():
    """Makes the copy equal to the checkout, touching only what differs: what was built of the rest stays."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    wanted = {name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()}
    for name in wanted:
        source, target = ROOT / name, COPY / name
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
        target.chmod(source.stat().st_mode)
    for path in COPY.rglob("*"):
        name = path.relative_to(COPY)
        if path.is_file() and name.parts[0] != "build" and str(name) not in wanted:
            path.unlink()


def call(*command, **options):
    return subprocess.run(command, cwd=COPY, env=OUTSIDE, capture_output=True, text=True, errors="replace", **options)


def build():
    """An error text, or None."""
    done = call(tool("cmake"), "--build", str(BUILD), "--target", "disasters", "--parallel", str(os.cpu_count()))
    return None if done.returncode == 0 else (done.stdout + done.stderr)[-4000:]


def configure():
    if (BUILD / "build.ninja").exists():
        return
    compiler = {"CXX": os.environ.get("CXX", tool("g++"))}
    done = subprocess.run([tool("cmake"), "--preset", "release"], cwd=COPY, env={**OUTSIDE, **compiler},
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("the copy cannot be configured:\n" + done.stdout + done.stderr)


def disasters(arguments):
    """(whether a bug was found, what it was found by, rounds) of one run."""
    command = [str(PROGRAM), str(arguments.rounds), str(arguments.seed), str(os.cpu_count())]
    try:
        done = call(*command, timeout=RUN_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return False, f"no end within {RUN_SECONDS_MAX} s", "-"
    if done.returncode == 0:
        return False, "nothing", str(arguments.rounds)
    caught = re.search(r'caught by the rule "(.*)" after (\d+) rounds', done.stdout)
    if caught:
        return True, caught.group(1), caught.group(2)
    if done.returncode < 0:  # an assertion of the program itself
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return True, f"assertion: {last[:60]}", "-"
    return False, f"exit code {done.returncode}", "-"


def line(name, verdict, by, rounds, seconds):
    print(f"{name:<34}{verdict:<12}{by:<22}{rounds:>8}{seconds:>9}", flush=True)


def attempt(patch, arguments):
    """Tries one bug; True if it was found."""
    began = time.monotonic()
    applied = call(*APPLY, str(patch))
    if applied.returncode != 0:
        line(patch.stem, "BROKEN", "it does not apply", "-", "-")
        print(applied.stderr, file=sys.stderr)
        return False
    try:
        error = build()
        if error is not None:
            line(patch.stem, "BROKEN", "it does not build", "-", "-")
            print(error, file=sys.stderr)
            return False
        found, by, rounds = disasters(arguments)
    finally:
        call(*APPLY, "-R", str(patch))
    line(patch.stem, "caught" if found else "SURVIVED", by, rounds, f"{time.monotonic() - began:.1f}")
    return found


def all_apply(patches):
    """Whether every patch fits the checkout; says which do not."""
    misfits = 0
    for patch in patches:
        checked = subprocess.run([*APPLY, "--check", str(patch)], cwd=ROOT, capture_output=True, text=True)
        if checked.returncode != 0:
            misfits += 1
            print(f"{patch.name} no longer fits the sources: write the same bug anew\n{checked.stderr}")
    print(f"{len(patches)} patches, {misfits} of them do not fit")
    return bool(patches) and misfits == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--only-apply", action="store_true")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    patches = sorted((ROOT / "tests" / "mutants").glob("*.patch"))
    unknown = set(arguments.names) - {p.stem for p in patches}
    if unknown:
        parser.error(f"no such patch: {', '.join(sorted(unknown))}; there are: {', '.join(p.stem for p in patches)}")
    if arguments.only_apply:
        return 0 if all_apply(patches) else 1
    print(f"seed {arguments.seed}, up to {arguments.rounds} rounds each", flush=True)
    line("bug", "verdict", "by", "rounds", "seconds")
    began = time.monotonic()
    synchronise()
    configure()
    error = build()
    if error is not None:
        sys.exit("the copy does not build:\n" + error)
    found, by, rounds = disasters(arguments)
    line("(none)", "FAILED" if by != "nothing" else "passed", by, rounds, f"{time.monotonic() - began:.1f}")
    if by != "nothing":
        return 1
    chosen = [p for p in patches if not arguments.names or p.stem in arguments.names]
    if arguments.short:
        count = subprocess.run(["git", "rev-list", "--count", "HEAD"], cwd=ROOT, capture_output=True, text=True)
        chosen = chosen[int(count.stdout.strip() or 0) % 4 :: 4]
    caught = sum(attempt(p, arguments) for p in chosen)
    print(f"{caught} of {len(chosen)} caught, {time.monotonic() - began:.0f} s")
    return 0 if caught == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
