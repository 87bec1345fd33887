"""A server and its workers as processes, what their traces say, and what must be true at the end of every run."""
import json
import re
import signal

from harness import ERROR_MAX, Follower, Missed, Process, log_of, wait_until


class Worker(Process):
    """A gleaner worker; `--slot` where the test cares which one it is."""

    def __init__(self, test, connect, slot=None, *args, name=None):
        name = name or f"worker-{slot if slot is not None else 'any'}-{len(test.processes)}"
        place = [] if slot is None else ["--slot", slot]
        self.slot = slot
        super().__init__(test, name, "worker", "--connect", connect, *place, "--trace", f"{name}.trace", *args)
        self.trace = Follower(test.folder / f"{name}.trace")


class Cluster:
    """A server with trace and log. Its workers are started by the test."""

    def __init__(self, test, *args, workers=6, tls=None, name="server", listen="127.0.0.1:0"):
        self.test, self.count, self.tls = test, workers, tls
        self.log_path = test.folder / f"{name}.jsonl"
        security = [] if tls is None else ["--tls", f"{tls}/server"]
        self.server = Process(test, name, "server", "--listen", listen, "--workers", workers, "--verify", "--json",
                              "--trace", "trace.txt", "--log", self.log_path, *security, *args)
        self.trace = Follower(test.folder / "trace.txt")
        self.workers = {}
        try:
            self.address = wait_until(self._listening, "listening at", 15)
        except Missed:
            raise Missed("the server did not come up: " + " / ".join(self.server.err.lines[-3:])) from None

    def _listening(self):
        match = self.server.err.find(r"listening at (\S+:\d+)")
        if match is None and self.server.child.poll() is not None:
            raise Missed(f"it ended with {self.server.child.returncode}")
        return match and match.group(1)

    def add(self, slot=None, *args, connect=None, name=None):
        """Starts a worker; of a place, if one is named."""
        if self.tls is not None and "--tls" not in args:
            args = [*args, "--tls", f"{self.tls}/worker-{slot}"]
        worker = Worker(self.test, connect or self.address, slot, *args, name=name)
        if slot is not None:
            self.workers[slot] = worker
        return worker

    def add_all(self):
        for slot in range(self.count):
            self.add(slot)

    def status(self):
        security = [] if self.tls is None else ["--tls", f"{self.tls}/operator"]
        out, _ = self.test.gleaner_says("status", "--connect", self.address, "--json", *security)
        return json.loads(out)

    def round_now(self):
        self.trace.read()
        for line in reversed(self.trace.lines):
            if match := re.search(r"round (\d+) started", line):
                return int(match.group(1))
        return 0

    def wait_for_round(self, number, seconds=30.0):
        return wait_until(lambda: self.round_now() >= number, f"round {number}", seconds)

    def finished(self, rounds=None, lost=None, status="completed", code=0, seconds=90.0,
                 error_max=ERROR_MAX):
        """Waits for the end and checks what holds for every run; returns the summary and the rounds."""
        t = self.test
        ended = self.server.ended(seconds)
        t.check(ended == code, f"the server ends with {ended}, expected {code}")
        lines, summary = log_of(self.log_path)
        if not t.check(summary is not None, "the log has a summary"):
            return {}, lines
        t.check(summary["status"] == status, f"status {summary['status']} {summary['reason']}")
        if rounds is not None:
            t.check(len(lines) == rounds == summary["rounds"], f"{len(lines)} rounds in the log, expected {rounds}")
        exact(t, lines, error_max)
        if lost is not None:
            t.check(summary["workers_lost"] == lost, f"workers_lost {summary['workers_lost']}, expected {lost}")
        for w in self.workers.values():
            if w.child.poll() != -signal.SIGKILL:
                w.thaw()
                ended = w.ended(20)
                if ended != 0:
                    t.check(False, f"{w.name} ends with {ended}")
        t.none_left()
        return summary, lines


def exact(t, rounds, error_max=ERROR_MAX):
    """Every round gave the gradient that a plain sum gives."""
    errors = [r["gradient_error"] for r in rounds]
    wrong = [r["round"] for r in rounds
             if r["gradient_error"] is None or r["gradient_error"] > error_max or r["residual"] != 0]
    largest = max((e for e in errors if e is not None), default=-1)
    t.check(rounds and not wrong, f"{len(rounds)} rounds are exact, largest error {largest:.1e} {wrong or ''}")
