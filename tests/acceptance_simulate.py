"""The section of acceptance.py on the rows and reports of `gleaner simulate`."""
import signal
import subprocess
import time
import xml.etree.ElementTree

from acceptance_trial import strict_json

# cli.md, "simulate".
FIELDS = {"completion_time", "residual_norm", "chunks_completed", "chunks_used", "messages", "bytes", "events",
          "lost_after_signal", "behind_original", "dominance_violations", "policy", "margin"}
TIME = {"mean", "std_error", "p50", "p99"}
RESIDUAL = {"mean", "std_error", "mean_square"}


def simulated(t, *args, expect=0):
    """The rows of `gleaner simulate --json`. stdout holds nothing else; the seed is the first word on stderr."""
    out, err = t.gleaner("simulate", *args, "--json", expect=expect)
    found = strict_json(out)
    if not err.startswith("seed "):
        t.check(False, f"stderr begins with {err[:40]!r}, not with the seed")
    return found.get("rows", [found])


def on_the_papers_graph(t):
    trials = t.rounds(2000, 300)
    slack = 1 if trials == 2000 else 2.5
    g1 = ["--assignment", t.reference("assignment-g1.csv"), "--blocks", 1, "--method", "partial", "--order", "optimal",
          "--recovery", "exact", "--speeds", "exponential:mean=1", "--faults", "crash:count=7,at=start", "--seed", 1]
    began = time.monotonic()
    row, = simulated(t, *g1, "--trials", trials, "--bounds")
    t.note(f"{trials} trials with bounds in {time.monotonic() - began:.2f} s")
    t.between(row["completion_time"]["mean"], 2.33 - 0.05 * slack, 2.33 + 0.05 * slack, "G1: time")
    t.between(row["clairvoyant"]["placed"], 0.772 - 0.02 * slack, 0.772 + 0.02 * slack, "G1: clairvoyant, as placed")
    t.between(row["clairvoyant"]["free"], 0.41, 0.45, "G1: clairvoyant, placed freely")
    t.between(row["ratio_to_clairvoyant"], 2.6, 3.4, "G1: time to that of a clairvoyant")
    t.check(row["workers"] == row["chunks"] == 200 and row["replication"] == 8, "G1 has 200 workers, each chunk 8 times")
    t.check(row["failed"] == 0 and row["residual_norm"]["exact"]["mean"] == 0, "all trials are exact")
    wide, = simulated(t, *g1, "--trials", t.rounds(400, 60), "--grid", "integer")
    t.check(all(wide["completion_time"][q] % 1 == 0 for q in ["p50", "p99"]), "--grid integer: whole times")
    total = wide["completion_time"]["mean"] * wide["trials"]
    t.check(abs(total - round(total)) < 1e-6 and wide["completion_time"]["mean"] > row["completion_time"]["mean"],
            f"and so is their sum, {total}; the mean is larger")


def fields(t):
    args = ["--method", "partial,original,uncoded", "--blocks", "1,2", "--order", "optimal,random", "--workers", 12,
            "--trials", t.rounds(400, 60), "--seed", 7]
    text = [t.gleaner("simulate", *args, "--bounds", "--json", "--threads", n)[0] for n in [1, 2, 3]]
    t.check(text[0] and text[0] == text[1] == text[2], "the same JSON with 1, 2 and 3 threads")
    rows = strict_json(text[0])["rows"]
    t.check(all(FIELDS | {"clairvoyant", "ratio_to_clairvoyant"} <= set(r) for r in rows), "the fields of the contract")
    t.check(all(set(r["completion_time"]) == TIME and set(r["clairvoyant"]) == {"free", "placed"} and
                all(set(e) == RESIDUAL for e in r["residual_norm"].values()) for r in rows), "and theirs")
    t.check("clairvoyant" not in simulated(t, "--trials", 5)[0], "bounds only with --bounds")
    seen = [(r["method"], r["blocks"], r["order"]) for r in rows]
    partial = [("partial", b, o) for b in [1, 2] for o in ["optimal", "random"]]
    t.check(seen == [*partial, ("original", 1, None), ("original", 2, None), ("uncoded", 1, None)], f"rows: {seen}")
    t.check(all(r["seed"] == 7 and r["failed"] == 0 and r["chunks_used"] <= r["chunks_completed"] for r in rows),
            "no more is used than was completed")
    t.check(rows[-1]["chunks_completed"] == 12 == rows[-1]["chunks_used"], "uncoded: every chunk once")
    other = simulated(t, *args[:-1], 8)
    t.check(other[0]["completion_time"] != rows[0]["completion_time"], "another seed, other times")
    out, err = t.gleaner("simulate", *args)
    t.check(out.startswith("seed 7\n") and not err and max(map(len, out.splitlines())) <= 130, "a table on stdout")


def paired(t):
    """All rows meet the same draws: a row does not depend on the others, and ratios have narrow intervals."""
    args = ["--workers", 16, "--trials", t.rounds(1000, 150), "--replication", 4]
    rows = simulated(t, *args, "--method", "partial,original,uncoded")
    alone, = simulated(t, *args, "--method", "original")
    mean = {r["method"]: r["completion_time"]["mean"] for r in rows}
    t.check(alone["completion_time"] == rows[1]["completion_time"], "a row alone is the row among others")
    t.check(mean["partial"] < mean["original"] < mean["uncoded"], f"partial is the fastest, uncoded the slowest: {mean}")
    t.check(rows[0]["behind_original"] == 0, "no trial in which partial ends after original")
    t.check(rows[1]["behind_original"] is rows[2]["behind_original"] is None, "a claim about partial alone")
    for r in rows:
        ratio, found = r["completion_time"]["mean"] / mean["partial"], r["time_to_first_row"]
        t.check(abs(found["ratio"] - ratio) < 1e-9 and found["low"] <= ratio <= found["high"],
                f"{r['method']}: {found['ratio']:.3f} of the first row ({found['low']:.3f}..{found['high']:.3f})")
    ends = simulated(t, *args, "--method", "partial,original", "--recovery", "deadline=.25/.5/1/8")
    t.check([list(r["residual_norm"]) for r in ends] == [["0.25"], ["0.5"], ["1"], ["8"]] * 2, "a row for each deadline")
    for method in ["partial", "original"]:
        mine = [next(iter(r["residual_norm"].values()))["mean"] for r in ends if r["method"] == method]
        t.check(mine == sorted(mine, reverse=True) and mine[0] > 1 > mine[-1],
                f"{method}: the residual falls with the deadline: {[round(m, 3) for m in mine]}")
    t.check([r["behind_original"] for r in ends] == [0] * 4 + [None] * 4, "never more is missing than of original")


def policies(t):
    """On the paper's graph skip takes little more than half the time, does the least work, and never ends later."""
    trials = t.rounds(2000, 200)
    for blocks, lost, most in [(1, 7, 1.30), (2, 6, 2.25), (3, 5, 3.50)]:
        static, skip = simulated(t, "--assignment", t.reference("assignment-g1.csv"), "--policy", "static,skip",
                                 "--blocks", blocks, "--faults", f"crash:count={lost},at=start", "--trials", trials)
        t.between(skip["completion_time"]["mean"], most / 2, most if trials == 2000 else most * 1.05,
                  f"G1, {blocks} blocks: time of skip")
        t.check(skip["chunks_completed"] == blocks * 200 < static["chunks_completed"] / 1.5, "the least work there can be")
        t.check(skip["dominance_violations"] == 0, "never later than static")
        t.check(static["dominance_violations"] is None, "which is a claim about skip alone")
    few = ["--trials", t.rounds(1000, 100)]
    both = simulated(t, *few, "--policy", "static,skip", "--margin", 1, "--method", "partial,original,uncoded")
    seen = [(r["method"], r["policy"], r["margin"]) for r in both]
    static = [(method, "static", 0) for method in ["partial", "original", "uncoded"]]
    t.check(seen == [*static, ("partial", "skip", 1)], f"baselines are static: {seen}")
    alone, = simulated(t, *few, "--policy", "skip", "--margin", 1)
    t.check(alone["completion_time"] == both[-1]["completion_time"], "a row alone is the row among others")
    t.check(alone["dominance_violations"] == both[-1]["dominance_violations"] == 0, "and is compared with static unseen")
    late, = simulated(t, *few, "--policy", "skip", "--faults", "crash:count=1,at=after-signal")
    t.check(late["dominance_violations"] is None, "nothing is claimed where a worker dies that had reported")
    lasting = ["--policy", "skip", "--workers", 20, "--replication", 5, "--rounds", 20, "--trials", t.rounds(100, 20),
               "--speeds", "exponential:mean=1,redraw=.1,noise=.3"]
    learned, = simulated(t, *lasting, "--order", "learned")
    t.check(learned["dominance_violations"] is None, "nor of learned orders, which skip and static see differently")
    fixed, = simulated(t, *lasting)
    t.check(fixed["dominance_violations"] == 0, "no round of long trials is late with orders that stay")
    learned, _ = simulated(t, *lasting, "--order", "learned", "--method", "partial,original")
    t.check(learned["behind_original"] == 0, "and none of learned orders is later than original")


def figure(t):
    t.gleaner("simulate", "--trials", 30, "--method", "partial,original,uncoded", "--blocks", "1,2", "--svg", "a.svg")
    t.gleaner("simulate", "--trials", 30, "--recovery", "deadline=1/2/3", "--svg", "b.svg")
    for name in ["a.svg", "b.svg"]:
        root = xml.etree.ElementTree.parse(t.folder / name).getroot()
        t.check(root.tag.endswith("svg") and len(list(root.iter())) > 20, f"{name} is XML and not empty")


def ends(t):
    lost = ["--method", "uncoded", "--faults", "crash:count=1", "--trials", 5]
    row, = simulated(t, *lost, expect=1)
    t.check(row["failed"] == row["trials"] == 5 and "chunk" in row["reason"], f"a cluster that cannot: {row['reason']}")
    t.check(row["completion_time"]["mean"] is None, "and has no time")
    rows = simulated(t, "--method", "partial,uncoded", *lost[2:])
    t.check([r["failed"] for r in rows] == [0, 5], "exit 0 where the first row completes")
    row, = simulated(t, *lost, "--when-unrecoverable", "approximate")
    t.check(row["failed"] == 0 and abs(row["residual_norm"]["exact"]["mean"] - 1) < 1e-9, "approximate: one chunk is missing")


def interrupted(t):
    command = [t.options.gleaner, "simulate", "--trials", "2000000", "--method", "partial,original", "--json"]
    run = subprocess.Popen(command, cwd=t.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    t.check(run.stderr.readline() == "seed 1\n", "the seed is said before the trials")
    time.sleep(1)
    run.send_signal(signal.SIGINT)
    out, _ = run.communicate(timeout=60)
    t.check(run.returncode == 130, f"SIGINT: exit code {run.returncode}")
    row = strict_json(out)
    t.check(row["method"] == "partial" and 0 < row["trials"] < 2000000, f"what was finished: {row['trials']} trials")


def simulate(t):
    for part in [on_the_papers_graph, fields, paired, policies, figure, ends, interrupted]:
        part(t)
