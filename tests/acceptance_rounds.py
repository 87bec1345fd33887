"""Sections of acceptance.py about rounds: their speed, losses, exactness and determinism."""
import pathlib
import signal
import subprocess
import sys
import time

from acceptance_trial import ERROR_MAX, HERE, Log, METHODS, Missing, TALLIES, strict_json, table_of


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
