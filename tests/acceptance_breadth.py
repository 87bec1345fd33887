"""Sections of acceptance.py about plans, data, models and resumed runs."""
import json
import signal
import struct
import subprocess

from acceptance_rounds import wait_for
from acceptance_trial import ERROR_MAX, Missing, strict_json


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
