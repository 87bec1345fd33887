"""train --local-processes: its workers are found through /proc."""
import os
import pathlib
import signal

from cluster import exact
from harness import Follower, Process, log_of, wait_until


class LocalRun:
    def __init__(self, test, *args, workers, name="local", ignored=()):
        self.test, self.count = test, workers
        self.log_path = test.folder / f"{name}.jsonl"
        self.trace = Follower(test.folder / "trace.txt")
        self.server = Process(test, name, "train", "--local-processes", workers, "--verify", "--json",
                              "--trace", "trace.txt", "--log", self.log_path, *args, ignored=ignored)

    def pid_of(self, slot):
        """The process that has this place now, or None."""
        for pid in self.test.marked():
            try:
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if "worker" in words and "--slot" in words and words[words.index("--slot") + 1] == str(slot):
                return pid
        return None

    def signal(self, slot, which):
        pid = wait_until(lambda: self.pid_of(slot), f"a process for worker {slot}", 10)
        try:
            os.kill(pid, which)
        except ProcessLookupError:
            return None
        return pid

    def kill(self, slot):
        return self.signal(slot, signal.SIGKILL)

    def finished(self, rounds, lost=None, seconds=120.0):
        t = self.test
        ended = self.server.ended(seconds)
        t.check(ended == 0, f"train ends with {ended}")
        lines, summary = log_of(self.log_path)
        if not t.check(summary is not None, "the log has a summary"):
            return {}, lines
        t.check(len(lines) == rounds, f"{len(lines)} rounds in the log, expected {rounds}")
        exact(t, lines)
        if lost is not None:
            t.check(summary["workers_lost"] == lost, f"workers_lost {summary['workers_lost']}, expected {lost}")
        t.none_left()
        return summary, lines
