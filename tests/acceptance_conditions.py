"""The section of acceptance.py on what `gleaner simulate` makes a cluster live with: traces, networks, losses."""
import math

from acceptance_simulate import simulated
from acceptance_trial import Log, strict_json

KINDS = ["crash", "hang"]
MOMENTS = ["joining", "start", "mid", "reporting", "after-signal", "sending", "sent", "released"]
SERVER_MOMENTS = ["began", "heard", "signalled", "collected", "committed", "durable"]


def times_of(log):
    """Chunk seconds per round and worker; who finished nothing would have taken as long as ever, or as the round."""
    rows = []
    for r in log.rounds:
        chunks = [[c["seconds"] for c in r["chunk_times"] if c["worker"] == w] for w in range(4)]
        rows.append([sum(c) / len(c) if c else None for c in chunks])
    means = [sum(r[w] for r in rows if r[w]) / sum(1 for r in rows if r[w]) for w in range(4)]
    return [[s if s else max(means[w], r["seconds"]) for w, s in enumerate(row)] for row, r in zip(rows, log.rounds)]


def replayed(t):
    """The log of a real run as a trace, against a few lines that know no protocol."""
    t.gleaner("plan", "--workers", 4, "--replication", 3, "--out", "plan.json")
    t.train("--plan", "plan.json", "--rounds", 8, "--speeds", "exponential:mean=15ms", "--log", "run.jsonl")
    plan = strict_json((t.folder / "plan.json").read_text())  # its orders number the chunks of a worker
    held = [[chunk for chunk in range(4) if w in plan["holders"][chunk]] for w in range(4)]
    order = [[held[w][slot] for slot in plan["order"][w]] for w in range(4)]
    expected = [max(min((order[w].index(chunk) + 1) * s[w] for w in range(4) if chunk in order[w]) for chunk in range(4))
                for s in times_of(Log(t.folder / "run.jsonl"))]
    for trials, rounds in [(8, 1), (1, 8)]:
        row, = simulated(t, "--plan", "plan.json", "--speeds", "trace:file=run.jsonl", "--trials", trials, "--rounds", rounds)
        mean = sum(expected) / len(expected)
        t.check(abs(row["completion_time"]["mean"] - mean) < 1e-6,
                f"a replayed log, {trials} x {rounds} rounds: {row['completion_time']['mean']:.5f} s, expected {mean:.5f}")
    slow, = simulated(t, "--plan", "plan.json", "--speeds", "trace:file=run.jsonl,scale=3", "--trials", 8)
    t.check(abs(slow["completion_time"]["mean"] - 3 * mean) < 1e-6, "scale=3: three times as long")


def measured(t):
    file = t.data("traces/lambda-a-load1.000.csv")
    rows = simulated(t, "--workers", 16, "--method", "partial,original,uncoded", "--speeds", f"trace:file={file}",
                     "--trials", t.rounds(100, 30))
    lines = [[float(x) for x in line.split(",")[1:17]] for line in open(file).read().splitlines()[1:]]
    lines = [lines[k % len(lines)] for k in range(rows[0]["trials"])]
    uncoded = sum(map(max, lines)) / len(lines)
    t.check(math.isclose(rows[2]["completion_time"]["mean"], uncoded, rel_tol=1e-6),
            f"a measured trace: uncoded waits for the slowest of 16, {uncoded:.3f} s")


def networks(t):
    """Speeds so slow that no message changes what is finished when: all the books must be the same."""
    args = ["--workers", 10, "--dimension", 1000, "--rounds", 2, "--trials", t.rounds(200, 40), "--speeds",
            "exponential:mean=10000", "--blocks", "1,2", "--replication", 4]
    ideal = simulated(t, *args)
    for network in ["latency=5ms", "latency=5ms,bandwidth=1Mbit,server-bandwidth=1Mbit", "latency=5ms,duplicate=.5",
                    "latency=5ms,loss=.3", "latency=5ms,reorder=.5", "loss=.2,duplicate=.2,reorder=.3,resend=20ms"]:
        for before, row in zip(ideal, simulated(t, *args, "--network", network)):
            same = [k for k in ["chunks_used", "residual_norm", "failed"] if row[k] != before[k]]
            later = row["completion_time"]["mean"] - before["completion_time"]["mean"]
            t.check(not same and 0 < later < 5, f"{network}, {row['blocks']} blocks: {later:.3f} s later, the same books {same}")
    cut = "latency=5ms,loss=.1,duplicate=.2,reorder=.3+partition:workers=1/6,for=30000+partition:count=1,for=9000,round=2"
    for before, row in zip(ideal, simulated(t, *args, "--network", cut)):
        t.check(row["failed"] == 0 and row["residual_norm"]["exact"]["mean"] == 0 and
                row["completion_time"]["mean"] > before["completion_time"]["mean"], "partitions: later, and exact")


def losses(t):
    args = ["--workers", 8, "--rounds", 3, "--trials", t.rounds(100, 25), "--dimension", 64, "--network", "latency=5ms"]
    none, = simulated(t, *args)
    for kind in KINDS:
        for at in MOMENTS:
            row, = simulated(t, *args, "--faults", f"{kind}:count=2,at={at},round=1,back=1")
            exact = row["failed"] == 0 and row["residual_norm"]["exact"]["mean"] == 0
            after, trials = row["lost_after_signal"], row["trials"]
            known = {"after-signal": after == 2 * trials, "sending": after == 2 * trials, "sent": True,
                     "mid": after <= trials}.get(at, after == 0)
            t.check(exact and known, f"{kind} at={at}: exact, {after} of {2 * trials} losses after the signal")
    gone, = simulated(t, *args, "--faults", "crash:count=2,round=1")
    t.check(gone["completion_time"]["mean"] > none["completion_time"]["mean"], "two workers less, and longer rounds")
    row, = simulated(t, *args, "--faults", "cut:count=2,round=2,at=mid,back-after=.4")
    t.check(row["failed"] == 0 and row["residual_norm"]["exact"]["mean"] == 0, "links that break and come back")


def server_losses(t):
    args = ["--workers", 8, "--rounds", 3, "--trials", t.rounds(100, 25), "--dimension", 64, "--network", "latency=5ms"]
    none, = simulated(t, *args)
    for at in SERVER_MOMENTS:
        row, = simulated(t, *args, "--faults", f"server-crash:for=6,round=2,at={at}")
        t.check(row["failed"] == 0 and row["rounds"] == 3 and row["residual_norm"]["exact"]["mean"] == 0,
                f"server-crash at={at}: exact")
        later = 3 * (row["completion_time"]["mean"] - none["completion_time"]["mean"])
        t.between(later, 5.99, 30, f"server-crash at={at}: the three rounds take longer by")
    row, = simulated(t, *args, "--faults", "server-crash:for=1,at=signalled+crash:count=1,at=after-signal")
    t.check(row["failed"] == 0, "with a worker besides")


def conditions(t):
    for part in [replayed, measured, networks, losses, server_losses]:
        part(t)
