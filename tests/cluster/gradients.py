"""How worker processes keep their gradients: what they need is what was said, and what they recover is what it must be."""
import json
import re
import resource
import signal

from harness import Process, log_of, run_tests

TOLERANCE = 0.1
ROUNDED = 2 ** -8  # relative error of one number as bfloat16
UNITS = {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}


def in_bytes(text):
    number, unit = re.fullmatch(r"([\d.]+)([kMG]?B)", text).groups()
    return float(number) * UNITS[unit]


def run(t, name, *args, expect=0, seconds=170):
    """train on worker processes to its end: what it said, and its log."""
    p = Process(t, name, "train", "--log", f"{name}.jsonl", *args)
    ended = p.ended(seconds)
    t.check(ended == expect, f"{name}: train ends with {ended}")
    p.err.read()
    rounds, summary = log_of(t.folder / f"{name}.jsonl")
    return "\n".join(p.err.lines), rounds, summary


def estimates(t):
    """An mlp of 3.2 million numbers, so that vectors are most of the memory. Worker 1 is so slow that worker 0 does
    all of its chunks."""
    data = t.small_data(samples=48)
    for gradients in ("float32", "bfloat16", "spilled"):
        said, _, summary = run(t, gradients, *data, "--objective", "mlp", "--hidden", "1800/1800", "--batch", 2,
                               "--local-processes", 2, "--replication", 2, "--chunks", 8, "--rounds", 6,
                               "--speeds", "constant:mean=20ms+slow:factor=1000,workers=1", "--gradients", gradients,
                               "--spill-dir", t.folder, "--memory", "1GiB")
        expected = re.search(r"a worker needs about (\S+) \(.*\); --memory 1.1GB", said)
        peak = re.search(r"the largest worker had (\S+) of memory at its peak; about (\S+) were expected", said)
        if not t.check(bool(expected and peak and summary), f"{gradients}: says what is needed, and what was"):
            continue
        needs, had = in_bytes(expected.group(1)), in_bytes(peak.group(1))
        t.check(expected.group(1) == peak.group(2), f"{gradients}: {peak.group(2)} before the run and after it")
        t.check(abs(had - needs) <= TOLERANCE * had,
                f"{gradients}: {peak.group(1)} at the peak, {expected.group(1)} expected: {100 * (needs / had - 1):+.1f} %")


def recovered(t):
    """Spilled gradients are the same numbers; rounded ones are those of all holders, and tallies are exact."""
    data = t.small_data()
    common = [*data, "--objective", "mlp", "--hidden", "60/30", "--local-processes", 4, "--replication", 3, "--blocks", 2,
              "--rounds", 15, "--verify", "--optimizer", "sgd", "--lr", 0.1]
    losses = {}
    for gradients in ("float32", "spilled", "bfloat16"):
        said, rounds, _ = run(t, gradients, *common, "--gradients", gradients)
        t.check(f"with gradients {gradients};" in said, f"{gradients}: it is said")
        worst = max(line["gradient_error"] for line in rounds)
        losses[gradients] = [line["loss"] for line in rounds]
        if gradients == "bfloat16":
            t.check(1e-6 < worst < ROUNDED, f"bfloat16: gradients within {worst:.1e}, and rounded indeed")
        else:
            t.check(worst < 1e-6, f"{gradients}: gradients within {worst:.1e}")
    t.check(max(abs(a - b) for a, b in zip(losses["float32"], losses["spilled"])) < 1e-5, "spilled: the same losses")
    t.check(max(abs(a - b) for a, b in zip(losses["float32"], losses["bfloat16"])) < 1e-2, "bfloat16: nearly the same")


def short_of_memory(t):
    """auto spills, and says so; a disk without room ends the run with its reason."""
    model = ["--objective", "mlp", "--hidden", "500/500", "--local-processes", 2, "--replication", 2, "--chunks", 6,
             "--batch", 2, "--rounds", 3]
    data = t.small_data()
    said, _, _ = run(t, "roomy", *data, *model, "--memory", "52MB")
    t.check("with gradients float32;" in said, "52 MB are enough for floats")
    said, _, _ = run(t, "short", *data, *model, "--memory", "46MB")
    t.check("with gradients spilled;" in said, "46 MB are not: gradients are spilled")
    small = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, small[1]))
    try:
        full = Process(t, "full", "train", *data, *model, "--memory", "46MB", "--when-unrecoverable", "stop", "--json",
                       ignored=[signal.SIGXFSZ])
        ended = full.ended(60)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, small)
    t.check(ended == 1, f"where nothing can be spilled the run ends with {ended}")
    full.out.read()
    summary = json.loads("".join(full.out.lines))
    t.check("cannot be written in" in summary["reason"] and "--spill-dir" in summary["reason"], summary["reason"][:250])
    t.none_left()


if __name__ == "__main__":
    run_tests(estimates, recovered, short_of_memory)
