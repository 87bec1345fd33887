"""What the tests of a real cluster work with: processes that are started, followed by their traces, struck and counted.

Every file beside this one is a test program: FILE GLEANER [TEST...] runs its functions whose names are given, or all.
"""
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import uuid

# Under sanitizers everything takes longer, and processes are larger.
SLOW = float(os.environ.get("GLEANER_TEST_PATIENCE", "1"))
MARK = "GLEANER_CLUSTER_TEST"
ERROR_MAX = 1e-6
LOST_AFTER_SIGNAL = "after the signal, before its vector had arrived"


class Missed(Exception):
    """What a test waited for did not come."""


def wait_until(condition, what, seconds=30.0):
    """The first value of `condition()` that is true; Missed after so long."""
    end = time.monotonic() + seconds * SLOW
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Missed(f"not within {seconds * SLOW:.0f} s: {what}")
        time.sleep(0.002)


class Follower:
    """Reads a file that grows, by whole lines."""

    def __init__(self, path):
        self.path, self.lines, self._file, self._rest = pathlib.Path(path), [], None, ""

    def read(self):
        """The lines that have come since the last call."""
        try:
            now = self.path.stat()
        except OSError:
            return []
        # A file that is tried out, removed and made again is another one.
        if self._file is None or os.fstat(self._file.fileno()).st_ino != now.st_ino:
            self._file, self._rest = open(self.path, encoding="utf-8", errors="replace"), ""
        self._rest += self._file.read()
        *new, self._rest = self._rest.split("\n")
        self.lines += new
        return new

    def find(self, pattern, start=0):
        """The first match from line `start` on, or None."""
        self.read()
        for line in self.lines[start:]:
            if match := re.search(pattern, line):
                return match
        return None

    def count(self, pattern):
        self.read()
        return sum(1 for line in self.lines if re.search(pattern, line))

    def wait(self, pattern, seconds=30.0, start=0):
        try:
            return wait_until(lambda: self.find(pattern, start), pattern, seconds)
        except Missed as missed:
            last = "\n    ".join(self.lines[-5:])
            raise Missed(f"{missed} in {self.path.name}, which ends with\n    {last}") from None


class Process:
    """A gleaner command, with its stdout and stderr in files."""

    def __init__(self, test, name, *args, ignored=()):
        """`ignored`: signals that it inherits as ignored."""
        self.test, self.name = test, name
        self.args = [str(a) for a in args]
        self.out = Follower(test.folder / f"{name}.out")
        self.err = Follower(test.folder / f"{name}.err")
        with open(self.out.path, "w") as out, open(self.err.path, "w") as err:
            self.child = subprocess.Popen([str(test.gleaner), *self.args], cwd=test.folder, stdin=subprocess.DEVNULL,
                                          stdout=out, stderr=err, env=test.environment, start_new_session=True,
                                          preexec_fn=lambda: [signal.signal(s, signal.SIG_IGN) for s in ignored])
        self.pid = self.child.pid
        test.processes.append(self)

    def signal(self, which):
        if self.child.poll() is None:
            os.kill(self.pid, which)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.child.wait(10 * SLOW)

    def freeze(self):
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def ended(self, seconds=60.0):
        """Its exit code; Missed if it has none after so long."""
        try:
            return self.child.wait(seconds * SLOW)
        except subprocess.TimeoutExpired:
            self.err.read()
            last = "\n    ".join(self.err.lines[-4:])
            raise Missed(f"{self.name} goes on after {seconds * SLOW:.0f} s:\n    {last}") from None

    def megabytes(self):
        """What it holds in memory of its own."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) / 1024
        return 0.0


class Test:
    """One test: its folder, its processes, and what was not as it must be."""

    def __init__(self, gleaner, folder):
        self.gleaner, self.folder, self.processes, self.wrong = gleaner, folder, [], 0
        self.mark = uuid.uuid4().hex
        self.environment = {**os.environ, MARK: self.mark}
        self.random = random.Random(1)

    def check(self, good, text):
        print(f"  {'ok    ' if good else 'WRONG '} {text}", flush=True)
        self.wrong += not good
        return bool(good)

    def note(self, text):
        print(f"         {text}", flush=True)

    def gleaner_says(self, *args, expect=0):
        """Runs a command to its end; returns its stdout and stderr."""
        run = subprocess.run([str(self.gleaner), *map(str, args)], cwd=self.folder, capture_output=True, text=True,
                             timeout=60 * SLOW, env=self.environment)
        if run.returncode != expect:
            self.check(False, f"gleaner {args[0]} ended with {run.returncode}, not {expect}: {run.stderr[-300:]}")
        return run.stdout, run.stderr

    def small_data(self, samples=240, features=10):
        """A table of four classes on which a round takes no time."""
        path = self.folder / "small.csv"
        draw = random.Random(7)
        with open(path, "w") as file:
            file.write(",".join([f"f{k}" for k in range(features)] + ["label"]) + "\n")
            for k in range(samples):
                middle = k % 4
                row = [f"{draw.gauss(1.0 if f % 4 == middle else 0.0, 0.5):.4f}" for f in range(features)]
                file.write(",".join(row + [str(middle)]) + "\n")
        return ["--data", path, "--label-column", "label"]

    def wide_data(self, samples=48, features=500_000):
        """Few sparse samples with so many features that a vector of four classes has 8 MiB."""
        path = self.folder / "wide.svm"
        draw = random.Random(8)
        with open(path, "w") as file:
            for k in range(samples):
                columns = sorted(draw.sample(range(1, features + 1), 20))
                file.write(f"{k % 4} " + " ".join(f"{c}:{draw.gauss(0, 1):.3f}" for c in columns) + "\n")
        return ["--data", path, "--format", "libsvm", "--features", features]

    def marked(self):
        """All live processes that come from this test, whoever their parent is now."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    mine = f"{MARK}={self.mark}".encode() in (entry / "environ").read_bytes()
                    state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                except OSError:
                    continue
                if mine and state != "Z":
                    found.append(int(entry.name))
        return found

    def none_left(self, seconds=10.0):
        """Nothing that this test began runs any more."""
        try:
            wait_until(lambda: not self.marked(), "no process left", seconds)
            self.check(True, "no process is left")
        except Missed:
            self.check(False, f"processes are left: {self.marked()}")

    def clean_up(self):
        for pid in self.marked():
            os.kill(pid, signal.SIGKILL)
        for p in self.processes:
            p.child.wait(10)


def log_of(path):
    """Start, rounds and summary (None: there is none) of a log."""
    lines = [json.loads(line) for line in pathlib.Path(path).read_text().splitlines()]
    rounds = [line for line in lines if line["type"] == "round"]
    return rounds, next((line for line in lines if line["type"] == "summary"), None)


def run_tests(*tests):
    """For the main program of a file."""
    gleaner, names = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
    wrong = []
    for test in tests:
        if names and test.__name__ not in names:
            continue
        print(test.__name__, flush=True)
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            t = Test(gleaner, pathlib.Path(folder))
            try:
                test(t)
            except Missed as missed:
                t.check(False, str(missed))
            except Exception:  # pylint: disable=broad-except
                t.check(False, traceback.format_exc())
            finally:
                t.clean_up()
            if t.wrong:
                keep_words(t)
        print(f"  {time.monotonic() - began:.1f} s", flush=True)
        if t.wrong:
            wrong.append(test.__name__)
    print(f"wrong: {', '.join(wrong)}" if wrong else "all as it must be")
    sys.exit(1 if wrong else 0)


def keep_words(t):
    """The last words of everybody, for whoever looks for the reason."""
    for p in t.processes:
        p.err.read()
        for line in p.err.lines[-8:]:
            print(f"         {p.name}: {line}")
    trace = Follower(t.folder / "trace.txt")
    for line in trace.read()[-12:]:
        print(f"         trace: {line}")
