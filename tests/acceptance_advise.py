"""The section of acceptance.py on `gleaner advise`: clusters whose answer can be argued by hand."""
import shlex

from acceptance_trial import strict_json

GRADIENT = 4_000_000  # bytes: the default dimension is a million floats


def advice(t, *args, expect=0):
    out, err = t.gleaner("advise", "--trials", t.rounds(400, 100), "--json", *args, expect=expect)
    t.check(err.startswith("seed "), "the seed is said first")
    return strict_json(out)


def rows_of(found):
    return [found["advice"], *found["others"]]


def equal_workers(t):
    """Nobody is slow and nobody is lost: no copy of a chunk can help, and each costs memory."""
    found = advice(t, "--speeds", "constant:mean=1")
    best = found["advice"]
    t.check(best["method"] == "uncoded" and best["replication"] == 1, f"equal workers: {best['command']}")
    t.check(best["completion_time"]["mean"] == 1 and best["worker_memory_bytes"] == GRADIENT, "one chunk, one gradient")
    t.check(all(r["completion_time"]["mean"] >= 1 for r in rows_of(found)), "nothing is faster than its own share of work")


def one_dead_slow_worker(t):
    """Seven workers share eight chunks: one of them does two, and without a second copy all wait for the eighth."""
    found = advice(t, "--speeds", "constant:mean=1+slow:factor=100,workers=3")
    best = found["advice"]
    t.check(best["method"] != "uncoded" and best["tolerated_losses"] >= 1, f"a dead-slow worker: {best['command']}")
    t.check(best["completion_time"]["mean"] == 2 and best["replication"] == 2, "two chunk times with two copies are the least")
    t.check(found["uncoded"]["completion_time"]["mean"] == 100, "uncoded waits a hundred times as long")
    t.check(found["limited_by"] == "slow workers", f"and why: limited by {found['limited_by']}")


def one_lost_worker(t):
    """Uncoded cannot end. One that is lost after the signal costs nobody else a second copy."""
    found = advice(t, "--faults", "crash:count=1,at=start")
    t.check(found["uncoded"]["failed"] == found["uncoded"]["trials"], "a lost worker: uncoded ends no trial")
    best = found["advice"]
    t.check(best["failed"] == 0 and best["tolerated_losses"] >= 1, f"but this ends all: {best['command']}")


def memory(t):
    usual = advice(t)["advice"]
    for limit, gradients in [("4MB", 1), ("8MB", 2), ("15.9MB", 3)]:
        found = advice(t, "--memory", limit)
        t.check(all(r["worker_memory_bytes"] <= gradients * GRADIENT and r["within_limits"] for r in rows_of(found)),
                f"--memory {limit}: at most {gradients} gradients, {found['advice']['command']}")
        t.check(found["settings_too_large"] > 0, f"{found['settings_too_large']} settings are too large")
        t.check(found["advice"]["completion_time"]["mean"] > usual["completion_time"]["mean"], "and it is slower")
    more = found["with_more_memory"]
    t.check(more and not more["within_limits"] and more["worker_memory_bytes"] > 15_900_000, "what more would buy is said")


def limits(t):
    for losses in [1, 3, 7]:
        found = advice(t, "--losses", losses)
        t.check(all(r["tolerated_losses"] >= losses for r in rows_of(found)), f"--losses {losses}: none tolerates fewer")
    exact = advice(t, "--workers", 12)["advice"]
    loose = advice(t, "--workers", 12, "--residual", 0.5)["advice"]
    t.check(loose["relative_residual"] <= 0.5 and loose["recovery"] != "exact", f"a residual will do: {loose['recovery']}")
    t.check(loose["completion_time"]["mean"] < exact["completion_time"]["mean"], "and is sooner than an exact gradient")
    t.check(exact["recovery"] == "exact" and exact["relative_residual"] == 0, "unasked, nothing is left out")
    narrow = advice(t, "--speeds", "constant:mean=.001", "--bandwidth", "10Mbit")
    t.check(narrow["limited_by"] == "network", f"narrow links: limited by {narrow['limited_by']}")


def commands(t):
    """What it prints can be typed."""
    # A short time for a chunk, since the real clock runs.
    args = ["--workers", 6, "--speeds", "exponential:mean=.01", "--losses", 1, "--trials", 50, "--dimension", 100]
    out, _ = t.gleaner("advise", *args)
    found = strict_json(t.gleaner("advise", *args, "--json")[0])
    typed = [line.strip() for line in out.splitlines() if line.strip().startswith("gleaner ")]
    t.check([c.split()[1] for c in typed] == ["plan", "train"] and typed[1] == found["advice"]["command"], f"{typed}")
    facts = strict_json(t.gleaner(*shlex.split(typed[0])[1:], "--json")[0])
    t.check(facts["tolerated_losses"] == found["advice"]["tolerated_losses"] and
            facts["worker_memory_bytes"] == found["advice"]["worker_memory_bytes"], "the plan is as it was promised")
    run, _ = t.train(*shlex.split(typed[1])[2:], "--rounds", 2, "--speeds", "exponential:mean=5ms")
    t.check(run["status"] == "completed", "and the training runs")
    for more in [["--residual", "0.4"], ["--speeds", "constant:mean=.01"], ["--chunks", 9, "--blocks", 1][:2]]:
        for row in rows_of(strict_json(t.gleaner("advise", "--trials", 30, "--json", *more)[0])):
            run, _ = t.train(*shlex.split(row["command"])[2:], "--rounds", 1, "--clock", "virtual")
            t.check(run["status"] == "completed", row["command"])


def advise(t):
    for part in [equal_workers, one_dead_slow_worker, one_lost_worker, memory, limits, commands]:
        part(t)
    args = ["advise", "--workers", 10, "--trials", 60, "--residual", 0.4, "--json"]
    text = [t.gleaner(*args, "--threads", n)[0] for n in [1, 2, 3]]
    t.check(text[0] and text[0] == text[1] == text[2], "the same JSON with 1, 2 and 3 threads")
    other = strict_json(t.gleaner(*args, "--seed", 2)[0])
    t.check(other["seed"] == 2 and other["advice"] != strict_json(text[0])["advice"], "another seed, other draws")
