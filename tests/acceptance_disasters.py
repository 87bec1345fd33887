"""The section of acceptance.py on `gleaner simulate --disasters`."""
import re
import signal
import subprocess
import time

# What ten thousand rounds must hold at least: issue 4, point 5.
FLOORS = {"losses after the signal": 500, "that uncover a chunk": 100, "with an uncommitted round": 100,
          "stale vectors that came in": 500}
# Rounds in which disasters found something, once; each ran to its end under all policies after it was mended.
FOUND = [145248796171, 234403402647, 610575939870, 743867164149]
PHASES = ["idle", "computing", "collecting", "committing"]


def counts(text):
    """The numbers of the lines that have one."""
    found = (re.match(r" *(.*?)  +(\d+)(?:  .*)?$", line) for line in text.splitlines())
    return {m[1]: int(m[2]) for m in found if m}


def disasters(t):
    rounds = t.rounds(10000, 1000)
    texts = []
    for threads in [3, 2, 1]:
        began = time.monotonic()
        out, err = t.gleaner("simulate", "--disasters", rounds, "--seed", 1, "--threads", threads)
        t.note(f"{rounds} rounds, {threads} threads: {time.monotonic() - began:.1f} s")
        texts.append(out)
    t.check(out and texts == [out] * 3, "the same text with 1, 2 and 3 threads")
    t.check(out.startswith("seed 1\n"), "the seed is said first")
    found = counts(out)
    t.check(found.get("rounds that ended", 0) >= rounds, f"{found.get('rounds that ended')} rounds ended")
    for what, floor in FLOORS.items():
        t.check(found.get(what, -1) >= floor * rounds // 10000, f"{what}: {found.get(what)}, at least {floor * rounds // 10000}")
    table = [line for line in out.splitlines() if line.startswith("losses of workers, by phase")]
    t.check(table and all(p in table[0] for p in PHASES), "losses are told by the phase that they met")
    for kind in ["crash", "hang", "cut"]:
        rows = [re.findall(r" (\d+)", line) for line in out.splitlines() if line.startswith(f"  {kind} ")]
        met = [sum(int(r[phase]) for r in rows) for phase in range(3)]
        t.check(len(rows) == 8 and min(met) > 0, f"{kind}: at 8 steps; idle, computing, collecting: {met}")
    for policy in ["static", "skip", "replan"]:
        under, _ = t.gleaner("simulate", "--disasters", rounds, "--seed", 1, "--policy", policy)
        met = counts(under)
        enough = all(met.get(what, -1) >= floor * rounds // 10000 for what, floor in FLOORS.items())
        t.check(met.get("rounds that ended", 0) >= rounds and enough, f"all under {policy}: {met}")
        for seed in FOUND:
            t.gleaner("simulate", "--disasters", 1, "--seed", seed, "--policy", policy)
    other, _ = t.gleaner("simulate", "--disasters", 200, "--seed", 2)
    again, _ = t.gleaner("simulate", "--disasters", 200, "--seed", 2)
    few, _ = t.gleaner("simulate", "--disasters", 200)
    t.check(other == again and counts(other) != counts(few), "a seed replays, another one differs")
    one, _ = t.gleaner("simulate", "--disasters", 1, "--seed", 99)
    t.check(counts(one).get("clusters") == 1, "--disasters 1 is one cluster")
    interrupted(t)


def interrupted(t):
    run = subprocess.Popen([t.options.gleaner, "simulate", "--disasters", "100000000"], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    t.check(run.stdout.readline() == "seed 1\n", "the seed is said before the rounds")
    time.sleep(1)
    run.send_signal(signal.SIGINT)
    out, _ = run.communicate(timeout=60)
    t.check(run.returncode == 130, f"SIGINT: exit code {run.returncode}")
    t.check(0 < counts(out).get("rounds that ended", 0) < 100000000, f"and what was met so far: {counts(out)}")
