#!/usr/bin/python3
"""Walks through what a first full run must show, with the real program.

    acceptance.py GLEANER SHARED [SECTION...] [--other GLEANER] [--quick | --full]

GLEANER is the program, SHARED the folder with the reference data (the environment variable GLEANER_SHARED
comes first). Without SECTION all of them run:

    speed      MNIST: partial takes half of the time of uncoded, and less than original; the gradient is exact
    loss       two blocks, and a worker lost in the middle of round 5
    census     a8a: logistic regression, sparse, 16 workers
    twin       the model equals one trained by a few lines of numpy
    clock      --clock virtual: the same seed gives the same JSON
    other      the same JSON from another build of the program (--other)
    interrupt  SIGINT ends a run in good order
    plans      orders, bounds and frames on the paper's graph and elsewhere
    mlp        MNIST: a perceptron on mini-batches, with stragglers and a death
    resume     a run that was stopped, killed or interrupted ends as if it had not been
    models     saved models say what the run said, and other programs can read them
    files      CSV with words for labels, NPY, a test file with fewer features
    contract   keys, types, exit codes

Ratios of times are asserted on the virtual clock, where they do not depend on the machine; on the real clock
they are printed. --quick takes fewer rounds (for sanitizers), --full as many as a person who judges.
Exits 1 if something is not as it must be, 77 if data are missing and GLEANER_REQUIRE_SHARED is not 1.
"""
import argparse
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
METHODS = ["partial", "original", "uncoded"]
ERROR_MAX = 1e-5  # of a gradient, relative
TALLIES = 3  # numbers that travel with a gradient: loss, correct, samples

SUMMARY_KEYS = {
    "method", "policy", "status", "reason", "seed", "rounds", "seconds_per_round", "loss", "accuracy",
    "test_accuracy", "chunks_completed", "chunks_used", "bytes_to_server", "bytes_to_workers",
    "gradient_error_max", "workers_lost", "epochs_max"}
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


# --- sections -----------------------------------------------------------------------------------------------


def speed(t):
    args = [*t.mnist(), "--workers", 8, "--replication", 3, "--speeds", "exponential:mean=40ms"]
    n = t.rounds(100, 12)
    runs, _ = t.train(*args, "--rounds", n, "--clock", "virtual", "--compare", *(["--verify"] if t.options.full else []))
    t.check(sorted(runs) == sorted(METHODS), f"one summary for each of {', '.join(runs)}")
    mean = {m: runs[m]["seconds_per_round"]["mean"] for m in METHODS}
    slack = 0.25 if t.options.quick else 0  # a few rounds scatter more
    t.between(mean["partial"] / mean["uncoded"], 0.42 - slack, 0.60 + slack, f"partial/uncoded over {n} rounds")
    t.between(mean["partial"] / mean["original"], 0.52 - slack, 0.70 + slack, f"partial/original over {n} rounds")
    for m in METHODS:
        t.between(runs[m]["test_accuracy"], 0.75 if t.options.quick else 0.91, 1, f"{m}: test accuracy")
    if t.options.full:
        for m in METHODS:
            t.between(runs[m]["gradient_error_max"], 0, ERROR_MAX, f"{m}: largest gradient error")

    n = t.rounds(25, 4, 100)
    runs, err = t.train(*args, "--rounds", n, "--verify", "--compare", "--log", "real.jsonl")
    logs = {m: Log(t.folder / ("real.jsonl" if m == "partial" else f"real.{m}.jsonl")) for m in METHODS}
    for m in METHODS:
        t.exact(logs[m], f"real clock, {m}")
        t.paced(logs[m], f"real clock, {m}")
        t.check(runs[m]["gradient_error_max"] == max(r["gradient_error"] for r in logs[m].rounds),
                f"real clock, {m}: the summary's largest gradient error is the log's")
    t.same_draws(logs.values())
    length = 4 * (logs["partial"].start["parameters"] + TALLIES)
    sizes = {b for log in logs.values() for r in log.rounds for b in r["vector_bytes"]}
    t.check(sizes <= {0, length}, f"every vector has {length} bytes: {sorted(sizes)}")
    mean = {m: runs[m]["seconds_per_round"]["mean"] for m in METHODS}
    t.note(f"real clock, {n} rounds: partial/uncoded {mean['partial'] / mean['uncoded']:.3f}, "
           f"partial/original {mean['partial'] / mean['original']:.3f}")
    for line in table_of(err):
        t.note(line)


def neighbours(workers, replication, worker):
    """Who shares a chunk with a worker: cyclic, as many chunks as workers."""
    return {w for w in range(workers) if w != worker and
            min((w - worker) % workers, (worker - w) % workers) < replication}


def loss(t):
    n = t.rounds(20, 7, 100)
    runs, err = t.train(*t.mnist(), "--workers", 8, "--replication", 4, "--blocks", 2, "--rounds", n,
                        "--speeds", "exponential:mean=40ms", "--faults", "crash:count=1,round=5,at=after-signal",
                        "--verify", "--compare", "--log", "loss.jsonl", "--trace", "loss.txt")
    for m in ["partial", "original"]:
        log = Log(t.folder / ("loss.jsonl" if m == "partial" else f"loss.{m}.jsonl"))
        t.check(runs[m]["status"] == "completed" and runs[m]["workers_lost"] == 1, f"{m}: completed with a worker lost")
        t.exact(log, m)
        t.paced(log, m)
        fifth = log.rounds[4]
        t.check(fifth["round"] == 5 and fifth["epoch"] == 2, f"{m}: round 5 ended in epoch {fifth['epoch']}")
        t.check(all(r["epoch"] == 1 for r in log.rounds if r["round"] != 5), f"{m}: all other rounds in epoch 1")
        t.check(runs[m]["epochs_max"] == 2, f"{m}: epochs_max is 2")
        t.check([r["workers"] for r in log.rounds] == [8] * 4 + [7] * (n - 4), f"{m}: 8 workers, 7 from round 5 on")
        lost = [w for w in range(8) if all(r["vector_bytes"][w] == 0 for r in log.rounds[4:])]
        if not t.check(len(lost) == 1, f"{m}: one worker sends nothing from round 5 on: {lost}"):
            continue
        again, near = set(fifth["reencoded_workers"]), neighbours(8, 4, lost[0])
        t.check(again and again <= near and fifth["reencoded"] == len(again),
                f"{m}: {sorted(again)} encoded again, neighbours of {lost[0]} are {sorted(near)}")
        half = 4 * ((log.start["parameters"] + TALLIES + 1) // 2)
        sizes = {b for r in log.rounds if r["round"] != 5 for b in r["vector_bytes"]}
        t.check(sizes == {0, half} or sizes == {half}, f"{m}: vectors of half the length, {half} bytes: {sorted(sizes)}")
    t.check(runs["uncoded"]["status"] == "failed" and runs["uncoded"]["rounds"] == 4,
            f"uncoded failed after {runs['uncoded']['rounds']} rounds")
    reason = runs["uncoded"]["reason"]
    t.check("round 5" in reason and "chunk" in reason and "worker" in reason, f"its reason: {reason}")
    table = table_of(err)
    t.check(any("uncoded could not finish" in line and "chunk" in line for line in table), "the table says why")
    t.check(any("2 blocks" in line for line in table) and any("copies" in line for line in table),
            "the table says what 2 blocks cost")
    sentences = (t.folder / "loss.txt").read_text()
    t.check("lost after the signal" in sentences and "encode again" in sentences, "the trace tells the loss")
    for line in table:
        t.note(line)


def census(t):
    log = t.folder / "census.jsonl"
    n = t.rounds(100, 100)
    run, _ = t.train("--data", t.data("a8a"), "--test", t.data("a8a.t"), "--objective", "logistic", "--workers", 16,
                     "--replication", 4, "--rounds", n, "--log", log, *([] if t.options.quick else ["--verify"]))
    t.check(Log(log).start["samples"] == 22696, "a8a has 22,696 samples, the last of them without a line end")
    t.between(run["test_accuracy"], 0.84, 1, "test accuracy")
    if not t.options.quick:
        t.between(run["gradient_error_max"], 0, ERROR_MAX, "largest gradient error")
    run, _ = t.train("--data", t.data("agaricus.txt.train"), "--test", t.data("agaricus.txt.test"), "--objective",
                     "logistic", "--rounds", 50, "--blocks", 2, "--scheme", "regular-graph", "--replication", 3)
    t.between(run["test_accuracy"], 0.95, 1, "mushrooms, regular graph, 2 blocks: test accuracy")


def twin(t):
    model = t.folder / "model.npz"
    t.train(*t.mnist(), "--optimizer", "sgd", "--lr", 0.5, "--rounds", 50, "--model-out", model)
    run = subprocess.run([sys.executable, "-B", HERE / "model_twin.py", t.data("t10k-images-idx3-ubyte.gz"),
                          t.data("t10k-labels-idx1-ubyte.gz"), "8000", "50", "0.5", model], capture_output=True, text=True)
    t.check(run.returncode == 0, f"the numpy twin: {(run.stdout + run.stderr).strip()}")


# Small runs on the virtual clock that meet stragglers, losses, several blocks, sparse and dense data.
def virtual_runs(t, rounds):
    return {
        "MNIST": [*t.mnist(), "--speeds", "exponential:mean=40ms", "--rounds", rounds, "--verify", "--compare"],
        "MNIST, a loss": [*t.mnist(), "--speeds", "pareto:min=10ms,shape=2", "--blocks", 2, "--replication", 4,
                          "--faults", "crash:count=1,round=2,at=sending,back=1", "--rounds", rounds],
        "a8a": ["--data", t.data("a8a"), "--test", t.data("a8a.t"), "--objective", "logistic", "--workers", 16,
                "--replication", 4, "--optimizer", "adam", "--speeds", "markov:mean=20ms", "--rounds", 30],
    }


def clock(t):
    for name, args in virtual_runs(t, t.rounds(6, 3)).items():
        first, second = (t.gleaner("train", *args, "--clock", "virtual", "--seed", 7, "--json", "--log", f"{i}.jsonl",
                                   "--trace", f"{i}.txt")[0] for i in "ab")
        t.check(first and first == second, f"{name}: the same JSON twice")
        for kind in ["jsonl", "txt"]:
            a, b = ((t.folder / f"{i}.{kind}").read_bytes() for i in "ab")
            t.check(a and a == b, f"{name}: the same {'log' if kind == 'jsonl' else 'trace'} twice")
    third, _ = t.gleaner("train", *args, "--clock", "virtual", "--seed", 8, "--json")
    t.check(third != first, "another JSON for another seed")


def other(t):
    if not t.options.other:
        raise Missing("no --other program is given")
    program = pathlib.Path(t.options.other).resolve()
    if not program.is_file():
        raise Missing(f"there is no {program}")
    sources = [p for p in HERE.parent.joinpath("src").rglob("*.[hc]*") if "test" not in p.name]
    if max(p.stat().st_mtime for p in sources) > program.stat().st_mtime:
        raise Missing(f"{program} is older than the sources")
    for name, args in virtual_runs(t, 3).items():
        a, b = (t.gleaner("train", *args, "--clock", "virtual", "--seed", 7, "--json", program=p)[0]
                for p in [None, program])
        t.check(a and a == b, f"{name}: the same JSON from {program}")


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def interrupt(t):
    log = t.folder / "long.jsonl"

    def start(*args):
        log.unlink(missing_ok=True)
        command = [t.options.gleaner, "train", "--log", log, "--json", "--rounds", "100000", *args]
        return subprocess.Popen(command, cwd=t.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def lines():
        return log.read_text().count("\n") if log.exists() else 0

    run = start("--speeds", "exponential:mean=20ms", "--compare", "--model-out", "model.npz")
    t.check(wait_for(lambda: lines() >= 4, 60), "the run goes on, and its log grows while it does")
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=60)
    t.note(f"it ended {time.monotonic() - began:.2f} s after SIGINT")
    t.check(run.returncode == 130, f"exit code {run.returncode}")
    summaries = strict_json(out)
    t.check(list(summaries) == ["partial"], "only the method that ran has a summary")
    one = summaries["partial"]
    t.check(one["status"] == "interrupted" and one["reason"], f"status {one['status']}, reason: {one['reason']}")
    t.check(3 <= one["rounds"] < 100000, f"{one['rounds']} rounds were done")
    written = Log(log)
    t.check(written.summary["status"] == "interrupted" and len(written.rounds) == one["rounds"],
            "the log has all rounds and the summary")
    table = table_of(err)
    t.check(any(line.split()[:1] == ["partial"] for line in table), "the table is printed")
    t.check((t.folder / "model.npz").is_file(), "the model so far is saved")

    run = start("--speeds", "constant:mean=1h")
    t.check(wait_for(lambda: lines() >= 1, 60), "a run whose round takes hours has begun")
    time.sleep(0.3)
    run.send_signal(signal.SIGINT)
    time.sleep(0.3)
    t.check(run.poll() is None, "SIGINT lets the round end")
    run.send_signal(signal.SIGINT)
    t.check(wait_for(lambda: run.poll() is not None, 30), "a second SIGINT does not")
    if run.poll() is None:
        run.kill()
    run.communicate()
    t.check(run.returncode == -signal.SIGINT, f"it died of the signal: {run.returncode}")


def plans(t):
    g1 = t.reference("assignment-g1.csv")
    expected = {2: (1573, 12), 3: (1580, 60)}  # blocks -> q_max, largest worst condition
    for blocks, (q_max, condition) in expected.items():
        facts = strict_json(t.gleaner("plan", "--assignment", g1, "--blocks", blocks, "--json")[0])
        t.check(facts["q_max"] == q_max, f"G1, {blocks} blocks: q_max {facts['q_max']}")
        t.check(q_max - 4 < facts["q_max_lower_bound"] <= q_max, f"lower bound {facts['q_max_lower_bound']}")
        t.between(facts["worst_condition"], 1, condition, f"G1, {blocks} blocks: worst condition")
        t.check(facts["order_kind"] == "balanced" and facts["colours"] <= 16, f"{facts['colours']} colours")
    facts = strict_json(t.gleaner("plan", "--assignment", g1, "--json")[0])
    t.check(facts["order_kind"] == "optimal" and facts["q_max"] == facts["q_max_lower_bound"] == 1565, "G1, 1 block")

    wide = ["plan", "--workers", 20, "--chunks", 50, "--replication", 4, "--json"]
    for order in ["optimal", "worst-case", "random"]:
        facts = strict_json(t.gleaner(*wide, "--order", order)[0])
        t.check(facts["q_max"] >= facts["q_max_lower_bound"], f"irregular, {order}: {facts['q_max']}")
        kind = "random" if order == "random" else "heuristic"
        t.check(facts["order_kind"] in {kind, "optimal"}, f"irregular, {order}: an order that is {facts['order_kind']}")
    out, err = t.gleaner("plan", "--replication", 2, "--blocks", 2)
    t.check("tolerates no loss" in err and "order" in out, f"no loss tolerated: {err.strip()}")
    facts = strict_json(t.gleaner("plan", "--scheme", "fractional-repetition", "--workers", 12, "--json")[0])
    t.check(facts["replication_min"] == facts["load_max"] == 3, "fractional repetition")


def mlp(t):
    args = [*t.mnist(), "--objective", "mlp", "--hidden", 128, "--batch", 64, "--optimizer", "adam", "--lr", 0.003,
            "--workers", 8, "--replication", 3, "--faults", "crash:count=1,round=5,at=after-signal"]
    n = t.rounds(300, 20, 600)
    run, _ = t.train(*args, "--clock", "virtual", "--speeds", "exponential:mean=40ms", "--rounds", n)
    t.check(run["status"] == "completed" and run["workers_lost"] == 1, f"virtual clock, {n} rounds: a worker was lost")
    t.between(run["test_accuracy"], 0.6 if t.options.quick else 0.95, 1, "test accuracy")
    n = t.rounds(400, 8, 400)
    run, _ = t.train(*args, "--speeds", "exponential:mean=4ms", "--rounds", n, "--target-accuracy", 0.95, "--test-every",
                     20)
    t.check(run["status"] == "completed" and run["workers_lost"] == 1, f"real clock, {run['rounds']} rounds")
    t.between(run["test_accuracy"], 0.3 if t.options.quick else 0.95, 1, "test accuracy")
    run, _ = t.train(*args, "--clock", "virtual", "--speeds", "exponential:mean=40ms", "--rounds", 6, "--verify")
    t.between(run["gradient_error_max"], 0, ERROR_MAX, "largest gradient error of 6 rounds, before and after the loss")


# Stragglers, a loss in round 6, mini-batches, a schedule and a test now and then, on simulated time.
DISTURBED = ["--objective", "mlp", "--hidden", "16", "--batch", 40, "--optimizer", "adam", "--schedule", "cosine:warmup=3",
             "--clock", "virtual", "--speeds", "markov:mean=20ms", "--faults", "crash:count=1,round=6,at=after-signal,back=3",
             "--test-every", 4, "--seed", 5]


def resume(t):
    write_table(t.folder / "table.csv", [i % 3 for i in range(900)])
    args = [*DISTURBED, "--data", "table.csv", "--test-fraction", 0.2, "--rounds", 20]

    def outputs(name):
        return ["--model-out", f"{name}.npz", "--log", f"{name}.jsonl"]

    def rounds(name):
        return [line for line in (t.folder / f"{name}.jsonl").read_text().splitlines() if '"round"' in line[:20]]

    whole, _ = t.gleaner("train", *args, "--json", *outputs("whole"))
    t.gleaner("train", *args, "--model-out", "whole.safetensors")
    t.check(strict_json(whole)["rounds"] == 20, "the whole run did 20 rounds")

    def compare(name, folder, log):
        out, err = t.gleaner("train", *args, "--json", "--checkpoint", folder, "--resume", *outputs(log))
        t.check("resumed after round" in err and out == whole, f"{name}: the same summary as without the stop")
        t.check((t.folder / f"{log}.npz").read_bytes() == (t.folder / "whole.npz").read_bytes(),
                f"{name}: the same bytes of the .npz model")
        t.check(rounds(log) == rounds("whole"), f"{name}: the log went on, with the same lines")
        t.gleaner("train", *args, "--checkpoint", folder, "--resume", "--model-out", "second.safetensors")
        t.check((t.folder / "second.safetensors").read_bytes() == (t.folder / "whole.safetensors").read_bytes(),
                f"{name}: the same bytes of the .safetensors model")

    # Stopped by the time limit: shortly after the loss, and when the lost worker is back.
    ends = [sum(json.loads(line)["seconds"] for line in rounds("whole")[:k]) for k in (7, 12)]
    for k, end in zip((7, 12), ends):
        t.gleaner("train", *args, "--checkpoint", f"limit{k}", "--time-limit", f"{end - 0.001:.6f}s", *outputs(f"log{k}"))
        t.check(0 < len(rounds(f"log{k}")) < 20, f"the time limit ended it after round {len(rounds(f'log{k}'))}")
        compare(f"time limit near round {k}", f"limit{k}", f"log{k}")

    # Killed, or interrupted; then five rounds more, against a run of as many rounds that nobody stopped.
    steady = ["constant" if a == "cosine:warmup=3" else a for a in args[:-2]]
    for name, stop, code in [("SIGKILL", signal.SIGKILL, -signal.SIGKILL), ("SIGINT", signal.SIGINT, 130)]:
        saving = ["--checkpoint", name, "--checkpoint-every", 3]
        command = [t.options.gleaner, "train", *steady, "--rounds", 200000, *saving, "--log", f"{name}.jsonl"]
        with subprocess.Popen([str(a) for a in command], cwd=t.folder, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True) as run:
            t.check(wait_for(lambda: len(list((t.folder / name).glob("round-*.checkpoint"))) >= 2, 60),
                    f"{name}: checkpoints are written while it runs")
            run.send_signal(stop)
            err = run.communicate(timeout=120)[1]
        t.check(run.returncode == code, f"{name}: exit code {run.returncode}")
        last = max(int(p.name[6:14]) for p in (t.folder / name).glob("round-*.checkpoint"))
        if stop == signal.SIGINT:
            t.check("--resume" in err, "SIGINT: it says how to go on")
            t.check(last == len(rounds(name)), f"SIGINT: round {last}, the last one, is saved")
        a, _ = t.gleaner("train", *steady, "--rounds", last + 5, *saving, "--resume", "--json", *outputs(name))
        b, _ = t.gleaner("train", *steady, "--rounds", last + 5, "--json", *outputs("unstopped"))
        t.check(a and a == b and (t.folder / f"{name}.npz").read_bytes() == (t.folder / "unstopped.npz").read_bytes(),
                f"{name}: resumed after round {last}, the same summary and model as without the stop")
        t.check(rounds(name) == rounds("unstopped"), f"{name}: the log went on, with the same lines")


def write_table(path, labels, words=("0", "1", "2"), features=4):
    """Samples whose classes lie apart: feature j is (class + j) % 3, and a little more."""
    lines = [",".join([f"f{j}" for j in range(features)] + ["label"])]
    for i, c in enumerate(labels):
        lines.append(",".join([f"{(c + j) % 3 + (i * 7 + j * 3) % 11 / 20:.2f}" for j in range(features)] + [words[c]]))
    path.write_text("\n".join(lines) + "\n")


def models(t):
    write_table(t.folder / "train.csv", [i % 3 for i in range(300)], ("low", "mid", "high"))
    write_table(t.folder / "test.csv", [i * i % 3 for i in range(77)], ("low", "mid", "high"))
    numpy = numpy_or_missing()
    for objective in ["softmax", "mlp"]:
        args = ["--data", "train.csv", "--test", "test.csv", "--objective", objective, "--rounds", 12, "--clock", "virtual"]
        for end in ["npz", "safetensors"]:
            run, _ = t.train(*args, "--model-out", f"{objective}.{end}")
            out, _ = t.gleaner("eval", "--model", f"{objective}.{end}", "--data", "test.csv", "--json")
            found = strict_json(out)
            t.check(found["accuracy"] == run["test_accuracy"] and found["samples"] == 77,
                    f"{objective}, {end}: eval says {found['accuracy']:.4f}, as the run did")
        with numpy.load(t.folder / f"{objective}.npz") as arrays:
            parts = {name: arrays[name] for name in arrays.files if not name.endswith(".json")}
        t.check(all(a.dtype == numpy.float32 and numpy.isfinite(a).all() for a in parts.values()),
                f"{objective}: numpy reads {', '.join(parts)}")
        whole = (t.folder / f"{objective}.safetensors").read_bytes()
        length = struct.unpack("<Q", whole[:8])[0]
        header = json.loads(whole[8:8 + length])
        t.check(header.pop("__metadata__")["objective"] == objective, f"{objective}: its metadata name the objective")
        same = all(whole[8 + length + h["data_offsets"][0]:8 + length + h["data_offsets"][1]] == parts[name].tobytes()
                   and h["shape"] == list(parts[name].shape) for name, h in header.items())
        t.check(header.keys() == parts.keys() and same, f"{objective}: both formats hold the same arrays")
    scores = softmax_scores(numpy, t.folder)
    out, _ = t.gleaner("eval", "--model", "softmax.npz", "--data", "test.csv", "--json")
    t.check(abs(strict_json(out)["accuracy"] - scores) < 1e-9, f"numpy classifies {scores:.4f} right with the arrays")


def softmax_scores(numpy, folder):
    """The share of test.csv that the arrays of softmax.npz classify correctly."""
    rows = [line.split(",") for line in (folder / "test.csv").read_text().splitlines()[1:]]
    x = numpy.array([[float(v) for v in row[:-1]] for row in rows], dtype=numpy.float32)
    with numpy.load(folder / "softmax.npz") as model:
        weights, bias = model["weights"], model["bias"]
        names = json.loads(json.loads(model["metadata.json"])["class_names"])
    weights = weights if weights.shape[0] == x.shape[1] else weights.T
    guess = (x @ weights + bias).argmax(axis=1)
    return sum(names[g] == row[-1] for g, row in zip(guess, rows)) / len(rows)


def numpy_or_missing():
    try:
        import numpy
    except ImportError as e:
        raise Missing("numpy is not installed") from e
    return numpy


def files(t):
    numpy = numpy_or_missing()
    labels = [i % 3 for i in range(300)]
    common = ["--rounds", 8, "--test-fraction", 0.2, "--clock", "virtual", "--speeds", "exponential:mean=9ms"]
    write_table(t.folder / "words.csv", labels, ("cat", "dog", "owl"))
    words, _ = t.train("--data", "words.csv", *common)
    t.between(words["test_accuracy"], 0.9, 1, "a CSV file with words for labels: test accuracy")
    write_table(t.folder / "numbers.csv", labels)
    numbers, _ = t.train("--data", "numbers.csv", *common)
    t.check(numbers == words, "the same with numbers for labels")
    rows = [line.split(",") for line in (t.folder / "numbers.csv").read_text().splitlines()[1:]]
    numpy.save(t.folder / "x.npy", numpy.array([[float(v) for v in row[:-1]] for row in rows], dtype="<f4"))
    numpy.save(t.folder / "y.npy", numpy.array(labels, dtype="<i8"))
    pair, _ = t.train("--data", "x.npy", "--labels", "y.npy", *common)
    t.check(pair == words, "the same from two NPY files")

    def svm(name, features, count):  # the class is told by features 1 and 2, the last one by nothing
        lines = [f"{'+1' if i % 2 else '-1'} {1 + i % 2}:1" + (f" {features}:0.5" if i % 3 == 0 else "")
                 for i in range(count)]
        (t.folder / name).write_text("\n".join(lines) + "\n")
    svm("wide.svm", 9, 100)
    svm("narrow.svm", 5, 40)
    run, _ = t.train("--data", "wide.svm", "--test", "narrow.svm", "--objective", "logistic", "--rounds", 20, "--clock",
                     "virtual")
    t.check(run["test_accuracy"] == 1, f"a test file with fewer features: test accuracy {run['test_accuracy']}")
    run, err = t.train("--data", "narrow.svm", "--features", 9, "--test", "wide.svm", "--objective", "logistic", "--rounds",
                       20, "--clock", "virtual")
    t.check(run.get("test_accuracy") == 1, "and one with more, once --features says so")


def contract(t):
    tiny = ["--rounds", 3, "--workers", 4, "--clock", "virtual", "--speeds", "exponential:mean=4ms"]
    run, _ = t.train(*tiny, "--log", "run.jsonl")
    t.check(set(run) == SUMMARY_KEYS, f"the summary has the keys of the contract {set(run) ^ SUMMARY_KEYS or ''}")
    t.check(set(run["seconds_per_round"]) == {"mean", "p95"}, "seconds_per_round has mean and p95")
    t.check(run["gradient_error_max"] is None, "what was not measured is null")
    log = Log(t.folder / "run.jsonl")
    t.check(log.types == ["start"] + ["round"] * 3 + ["summary"], f"the log's lines: {log.types}")
    t.check(all(ROUND_KEYS <= set(r) for r in log.rounds), "a round has the keys of the contract")
    t.check([r["round"] for r in log.rounds] == [1, 2, 3], "rounds are numbered from 1")
    t.check({k: v for k, v in log.summary.items() if k != "type"} == run, "the log's summary is that of --json")
    for key in ["chunks_completed", "chunks_used", "bytes_to_server"]:
        t.check(run[key] == sum(r[key] for r in log.rounds), f"{key} is the sum over the rounds")

    both, _ = t.train(*tiny, "--compare")
    t.check(set(both) == set(METHODS) and all(set(s) == SUMMARY_KEYS for s in both.values()), "--compare: one each")
    t.check(both["partial"] == run, "--compare does not change the chosen method")
    for m in METHODS:
        t.check(both[m]["method"] == m and both[m]["status"] == "completed", f"{m} is {m}")

    crash = ["--faults", "crash:count=1,round=2"]
    run, _ = t.train(*tiny, "--method", "uncoded", *crash, expect=1)
    t.check(run["status"] == "failed" and run["rounds"] == 1 and run["reason"], f"a failed run: {run.get('reason')}")
    run, _ = t.train(*tiny, "--method", "uncoded", *crash, "--when-unrecoverable", "approximate")
    t.check(run["status"] == "completed" and run["workers_lost"] == 1, "approximate goes on")
    runs, _ = t.train(*tiny, "--compare", *crash)
    t.check(runs["uncoded"]["status"] == "failed", "--compare ends with 0 though one row could not finish")

    out, _ = t.gleaner("plan", "--workers", 8, "--replication", 4, "--blocks", 2, "--json", "--out", "plan.json")
    facts = strict_json(out)
    t.check(set(facts) == PLAN_KEYS, f"plan has the keys of the contract {set(facts) ^ PLAN_KEYS or ''}")
    t.check(facts["tolerated_losses"] == 2 and facts["load_max"] == 4, "its facts")
    t.train("--plan", "plan.json", "--rounds", 1, "--log", "plan.jsonl")
    t.check(Log(t.folder / "plan.jsonl").start["fingerprint"] == facts["fingerprint"], "train takes the plan that plan wrote")
    out, _ = t.gleaner("version", "--json")
    t.check("version" in strict_json(out), "version --json")
    for args in [["--help"], ["train", "--help"], ["plan", "--help"], ["plan"], ["version"], []]:
        out, err = t.gleaner(*args)
        t.check(out and not err and max(map(len, out.splitlines())) <= 110, f"gleaner {' '.join(args)} speaks on stdout")
    out, err = t.gleaner("train", *tiny)
    t.check(not out and table_of(err), "without --json nothing is on stdout; the table is on stderr")


SECTIONS = {f.__name__: f for f in [speed, loss, census, twin, clock, other, interrupt, plans, mlp, resume, models,
                                       files, contract]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gleaner", type=pathlib.Path)
    parser.add_argument("shared", type=pathlib.Path)
    parser.add_argument("sections", nargs="*", metavar="SECTION")
    parser.add_argument("--other", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--full", action="store_true")
    options = parser.parse_intermixed_args()
    options.gleaner = options.gleaner.resolve()
    options.shared = pathlib.Path(os.environ.get("GLEANER_SHARED") or options.shared).resolve()
    unknown = [s for s in options.sections if s not in SECTIONS]
    if unknown:
        parser.error(f"there is no section {unknown[0]}; known are {', '.join(SECTIONS)}")
    wrong, missing = [], []
    for name in options.sections or [s for s in SECTIONS if s != "other" or options.other]:
        print(f"{name}", flush=True)
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            trial = Trial(options, pathlib.Path(folder))
            try:
                SECTIONS[name](trial)
            except Missing as e:
                print(f"  MISSING {e}")
                missing.append(name)
            except (KeyError, IndexError, TypeError, ValueError, OSError) as e:
                trial.check(False, f"{type(e).__name__}: {e}")
        wrong += [name] * bool(trial.wrong)
        print(f"         {time.monotonic() - began:.1f} s", flush=True)
    if missing and os.environ.get("GLEANER_REQUIRE_SHARED") == "1":
        wrong += missing
    print(f"not as it must be: {', '.join(wrong)}" if wrong else "all as it must be" if not missing else "skipped")
    return 1 if wrong else SKIPPED if missing else 0


if __name__ == "__main__":
    sys.exit(main())
