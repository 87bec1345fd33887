"""What the sections of acceptance.py work with: the program, its files, and the list of what is wrong."""
import json
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
METHODS = ["partial", "original", "uncoded"]
ERROR_MAX = 1e-5  # of a gradient, relative
TALLIES = 3  # numbers that travel with a gradient: loss, correct, samples

SUMMARY_KEYS = {
    "method", "policy", "status", "reason", "seed", "rounds", "seconds_per_round", "loss", "accuracy",
    "test_accuracy", "chunks_completed", "chunks_used", "bytes_to_server", "bytes_to_workers",
    "gradient_error_max", "workers_lost", "epochs_max", "ledger"}
ROUND_KEYS = {
    "type", "round", "seconds", "loss", "residual", "chunks_completed", "chunks_used", "bytes_to_server",
    "gradient_error", "epoch", "reencoded", "workers"}
PLAN_KEYS = {
    "workers", "chunks", "blocks", "load_max", "replication_min", "tolerated_losses", "order_kind", "q_max",
    "q_max_lower_bound", "colours", "worst_condition", "worker_memory_bytes", "server_memory_bytes", "fingerprint"}


class Missing(Exception):
    """Something that a section needs is not there."""


class Log:
    """What --log wrote: a start, rounds, a summary."""

    def __init__(self, path):
        lines = [strict_json(line) for line in pathlib.Path(path).read_text().splitlines()]
        self.start, self.rounds, self.summary = lines[0], lines[1:-1], lines[-1]
        self.types = [line.get("type") for line in lines]


def strict_json(text):
    return json.loads(text, parse_constant=refuse_constant)


class Trial:
    """One section: runs the program, and keeps what was not as it must be."""

    def __init__(self, options, folder):
        self.options, self.folder, self.wrong = options, folder, 0

    def check(self, good, text):
        print(f"  {'ok    ' if good else 'WRONG '} {text}", flush=True)
        self.wrong += not good
        return good

    def between(self, value, low, high, text):
        self.check(value is not None and low <= value <= high, f"{text}: {value:.4g}, expected {low:g} to {high:g}")

    def note(self, text):
        print(f"         {text}", flush=True)

    def rounds(self, usual, quick, full=None):
        if self.options.quick:
            return quick
        return full if self.options.full and full else usual

    def data(self, name):
        path = self.options.shared / "data" / name
        if not path.is_file():
            raise Missing(f"there is no {path}")
        return str(path)

    def reference(self, name):
        path = self.options.shared / "reference" / name
        if not path.is_file():
            raise Missing(f"there is no {path}")
        return str(path)

    def mnist(self):
        return ["--data", self.data("t10k-images-idx3-ubyte.gz"), "--labels", self.data("t10k-labels-idx1-ubyte.gz"),
                "--test-fraction", "0.2"]

    def gleaner(self, *args, expect=0, program=None):
        """Runs the program; returns its stdout and stderr."""
        args = [str(a) for a in args]
        run = subprocess.run([program or self.options.gleaner, *args], cwd=self.folder, capture_output=True, text=True)
        if run.returncode != expect:
            self.check(False, f"gleaner {' '.join(args)} ended with {run.returncode}, not {expect}")
            print("\n".join("         " + line for line in run.stderr.splitlines()[-12:]))
        return run.stdout, run.stderr

    def train(self, *args, expect=0, program=None):
        """Runs `gleaner train --json`; returns the object and stderr. stdout must hold nothing else."""
        out, err = self.gleaner("train", *args, "--json", expect=expect, program=program)
        try:
            found, end = json.JSONDecoder(parse_constant=refuse_constant).raw_decode(out)
        except ValueError as e:
            self.check(False, f"stdout is no JSON: {e}: {out[:200]!r}")
            return {}, err
        if out[end:].strip() or not isinstance(found, dict):
            self.check(False, "stdout holds more than one JSON object")
        return found, err

    def exact(self, log, text):
        worst = max(r["gradient_error"] for r in log.rounds)
        self.check(worst <= ERROR_MAX and all(r["residual"] == 0 for r in log.rounds),
                   f"{text}: exact in all of {len(log.rounds)} rounds, worst gradient error {worst:.2g}")

    def paced(self, log, text):
        chunks = [c for r in log.rounds for c in r["chunk_times"]]
        early = [c for c in chunks if c["seconds"] < c["drawn_seconds"]]
        self.check(chunks and not early, f"{text}: none of {len(chunks)} chunk times is below its draw {early[:3]}")

    def same_draws(self, logs):
        """Whoever computes in one round of two methods meets one draw."""
        seen, clashes = {}, []
        for log in logs:
            for r in log.rounds:
                for c in r["chunk_times"]:
                    key = r["round"], c["worker"]
                    if seen.setdefault(key, c["drawn_seconds"]) != c["drawn_seconds"]:
                        clashes.append(key)
        self.check(seen and not clashes, f"one draw for every (round, worker) in all methods {clashes[:3]}")


def refuse_constant(constant):
    raise ValueError(f"{constant} is no JSON")


def table_of(err):
    lines = err.splitlines()
    starts = [i for i, line in enumerate(lines) if line.split()[:2] == ["method", "rounds"]]
    return lines[starts[-1]:] if starts else []
