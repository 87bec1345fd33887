#!/usr/bin/python3
"""Gives the program bad input of every kind, one case after another.

    bad_input.py GLEANER [--seconds S] [NAME...]

Every case must end with exit code 2 and one line on stderr that begins with "gleaner COMMAND: ", names the
culprit, and ends with a cure behind "; "; with nothing on stdout; with no file made or changed; and within S
seconds of processor time (default 5; the wall clock would blame the program for a busy machine). NAME: only the
cases whose name contains it. Exits 1 if a case fails.
"""
import argparse
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

import bad_input_certs
import bad_input_cluster
import bad_input_files
import bad_input_runs
import bad_input_saved
import bad_input_simulate
import bad_input_torch

CASES = (bad_input_runs.CASES + bad_input_saved.CASES + bad_input_simulate.CASES + bad_input_certs.CASES +
         bad_input_cluster.CASES + bad_input_torch.CASES)
COMMANDS = ("train", "plan", "eval", "simulate", "advise", "grid", "reproduce", "certs", "version", "server", "worker", "status",
            "stop")

# What a person should never read.
JARGON = ["what():", "std::", "terminate", "CLI::", "exception", "errno", "Could not convert", "required but",
          "npos", "0x7f", "optional"]


HANGS_AFTER = 60  # seconds


def processor_seconds():
    """Of all programs that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def snapshot(folder):
    return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in folder.rglob("*")}


def complaints(case, gleaner, folder, seconds_max):
    name, args, expected, changed_env = (*case, {})[:4]
    before = snapshot(folder)
    env = {"PATH": os.environ.get("PATH", ""), **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
    env |= changed_env
    began = processor_seconds()
    try:
        run = subprocess.run([gleaner, *args], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True,
                             text=True, errors="replace", timeout=HANGS_AFTER)
    except subprocess.TimeoutExpired as late:
        return [f"still running after {HANGS_AFTER} s", (late.stderr or b"").decode()[:200]]
    seconds = processor_seconds() - began
    found = []
    if run.returncode != 2:
        found.append(f"exit code {run.returncode}, not 2")
    if run.stdout:
        found.append(f"on stdout: {run.stdout[:200]!r}")
    line = run.stderr[:-1]
    if not run.stderr.endswith("\n") or "\n" in line:
        found.append("stderr is not one line")
    command = f"gleaner {args[0]}: " if args[0] in COMMANDS else "gleaner: "
    if not line.startswith(command):
        found.append(f"does not begin with {command!r}")
    found += [f"does not say {text!r}" for text in expected if text not in line]
    if "; " not in line or not line.rsplit("; ", 1)[1].strip():
        found.append("names no cure")
    found += [f"says {text!r}" for text in JARGON if text in line]
    if len(line) > 300:
        found.append(f"is {len(line)} characters long")
    if seconds > seconds_max:
        found.append(f"took {seconds:.1f} s of processor time")
    after = snapshot(folder)
    found += [f"made or changed {p}" for p in sorted(after) if before.get(p) != after[p]]
    found += [f"removed {p}" for p in sorted(before) if p not in after]
    return found and [run.stderr.strip()[:400] or "(nothing on stderr)"] + found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("gleaner", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--show", action="store_true", help="print what every case says")
    options = parser.parse_args()
    gleaner = options.gleaner.resolve()
    names = [case[0] for case in CASES]
    assert len(set(names)) == len(names), "two cases have one name"
    failed = ran = 0
    with tempfile.TemporaryDirectory() as where:
        folder = pathlib.Path(where)
        bad_input_files.make_files(folder, gleaner)
        bad_input_saved.make_files(folder, gleaner)
        bad_input_simulate.make_files(folder)
        bad_input_certs.make_files(folder, gleaner)
        for case in CASES:
            if options.names and not any(n in case[0] for n in options.names):
                continue
            ran += 1
            found = complaints(case, gleaner, folder, options.seconds)
            if options.show:
                shown = subprocess.run([gleaner, *case[1]], cwd=folder, capture_output=True, text=True)
                print(f"{case[0]:<40} {shown.stderr.strip()}")
            if found:
                failed += 1
                print(f"FAILED  {case[0]}: gleaner {' '.join(case[1])}")
                print("".join(f"        {line}\n" for line in found), end="")
    print(f"{ran - failed} of {ran} kinds of bad input are answered well")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
