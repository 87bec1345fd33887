"""The section of acceptance.py on the policies of training runs, beside the clairvoyant and the simulator."""
from acceptance_simulate import simulated
from acceptance_trial import Log

POLICIES = ["static", "skip", "replan"]
SPEEDS = ["--speeds", "exponential:mean=20ms"]
LASTING = ["--speeds", "exponential:mean=20ms,redraw=.2,noise=.3"]


def tiny_data(t):
    """Eight rows a chunk: computing one is microseconds."""
    rows = [f"{(7 * i) % 11 / 10},{(5 * i) % 13 / 10},{i % 3}" for i in range(64)]
    (t.folder / "tiny.csv").write_text("x,y,label\n" + "\n".join(rows) + "\n")
    return ["--data", "tiny.csv", "--workers", 8, "--replication", 4]


def near_the_clairvoyant(t):
    """Each policy on virtual and on real time; B2 is of the draws of the run itself."""
    args = [*tiny_data(t), *SPEEDS, "--bounds"]
    rounds = t.rounds(2000, 500)
    virtual = {}
    for policy in POLICIES:
        run, _ = t.train(*args, "--policy", policy, "--clock", "virtual", "--rounds", rounds)
        t.check(run["status"] == "completed" and run["policy"] == policy, f"{policy}: {rounds} rounds")
        virtual[policy] = run["seconds_per_round"]["mean"]
        bound = run["clairvoyant"]["placed"]
        t.note(f"{policy}: {1000 * virtual[policy]:.3f} ms a round, {run['ratio_to_clairvoyant']:.3f} of B2")
    t.check(virtual["replan"] <= 1.25 * bound, f"replan takes {virtual['replan'] / bound:.3f} of B2, at most 1.25")
    t.check(virtual["replan"] <= 0.9 * virtual["skip"],
            f"and {virtual['replan'] / virtual['skip']:.3f} of skip, at most .9")
    t.check(virtual["skip"] < virtual["static"], "skip is faster than static")
    uncoded, _ = t.train(*args, "--method", "uncoded", "--clock", "virtual", "--rounds", rounds)
    t.note(f"B2 is {bound / uncoded['seconds_per_round']['mean']:.3f} of uncoded")
    real_time(t, args, t.rounds(200, 50))


def real_time(t, args, rounds):
    """Threads and injected speeds on the same draws. How much they add is this machine's matter, and printed."""
    for policy in POLICIES:
        common = [*args, "--policy", policy, "--rounds", rounds]
        virtual, _ = t.train(*common, "--clock", "virtual")
        real, _ = t.train(*common, "--clock", "real", "--log", f"{policy}.jsonl")
        times = [c for r in Log(t.folder / f"{policy}.jsonl").rounds for c in r["chunk_times"]]
        late = sorted(c["seconds"] - c["drawn_seconds"] for c in times)
        ratio = real["seconds_per_round"]["mean"] / virtual["seconds_per_round"]["mean"]
        t.note(f"{policy}: {rounds} real rounds take {ratio:.3f} of the virtual ones; half of the chunks end at most "
               f"{1000 * late[len(late) // 2]:.2f} ms after their draw")
        # Static and skip can only be later than with no delay at all; replan may come to another plan.
        t.check((0.95 if policy == "replan" else 0.98) <= ratio < 2,
                f"{policy}: real time is that of the virtual clock and what threads add")


def agreed(t, plan, policy, *more):
    """A training run and a single simulated trial of the same plan, seed, speeds and losses."""
    same = ["--plan", plan, "--policy", policy, "--seed", 7, "--rounds", 40, *more]
    trained, _ = t.train("--data", "tiny.csv", "--clock", "virtual", *same)
    row, = simulated(t, *same, "--plan-time", 0, "--trials", 1, "--ledger")
    ledger = dict(row["ledger"])
    t.check(ledger.pop("rounds") == trained["rounds"] == 40, f"{policy} {' '.join(more)}: 40 rounds of both")
    t.check(ledger == trained["ledger"], "and the same ledger, to the nanosecond")
    t.check(ledger["computed"] > 0 and len(ledger["chunks"]) == 8 and ledger["workers"][0]["slowness_rounds"] > 0,
            f"which has something in it: {ledger['computed']} chunks")
    took, simulated_took = trained["seconds_per_round"]["mean"], row["completion_time"]["mean"]
    t.check(abs(took - simulated_took) < 1e-9 * took, f"as long a round: {1000 * took:.3f} ms")


def the_simulator_agrees(t):
    tiny_data(t)
    for blocks in [1, 2]:
        plan = f"plan{blocks}.json"
        t.gleaner("plan", "--workers", 8, "--replication", 4, "--blocks", blocks, "--out", plan)
        for policy in POLICIES:
            agreed(t, plan, policy, *SPEEDS)
            agreed(t, plan, policy, *LASTING)
    agreed(t, "plan1.json", "skip", *SPEEDS, "--faults", "crash:count=1,round=5,at=after-signal")
    agreed(t, "plan1.json", "static", *LASTING, "--order", "learned")
    again = ["--plan", "plan1.json", "--policy", "static", "--seed", 7, "--rounds", 40, *SPEEDS, "--ledger"]
    one, two = (simulated(t, *again, "--trials", n)[0]["ledger"]["computed"] for n in [1, 2])
    t.check(two != 2 * one, f"two trials draw seeds of their own: {one} and {two} chunks")


def rounds_in_the_log(t):
    """The lists of every round add up to the ledger of the run."""
    t.train(*tiny_data(t), *SPEEDS, "--clock", "virtual", "--policy", "skip", "--rounds", 30, "--log", "run.jsonl",
            "--faults", "crash:count=1,round=5,at=after-signal")
    log = Log(t.folder / "run.jsonl")
    counts = ["computed", "used", "wasted", "skipped", "aborted"]
    for of, row in [("workers", lambda r: r["ledger"]), ("chunks", lambda r: r["ledger"]["chunks"])]:
        for key in [*counts, "busy_seconds", "used_seconds", "wasted_seconds", "aborted_seconds"]:
            sums = [sum(column) for column in zip(*(row(r)[key] for r in log.rounds))]
            told = [w[key] for w in log.summary["ledger"][of]]
            good = len(sums) == len(told) == 8 and all(abs(a - b) < 1e-6 for a, b in zip(sums, told))
            t.check(good, f"{key} of {of} adds up over the rounds")
    t.check(log.summary["ledger"]["wasted"] > 0, "a worker that died had done something in vain")


def policies(t):
    near_the_clairvoyant(t)
    the_simulator_agrees(t)
    rounds_in_the_log(t)
