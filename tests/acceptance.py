#!/usr/bin/python3
"""Walks through what a first full run must show, with the real program.

    acceptance.py GLEANER SHARED [SECTION...] [--other GLEANER] [--quick | --full]

GLEANER is the program, SHARED the folder with the reference data (the environment variable GLEANER_SHARED
comes first). Without SECTION all of them run:

    speed      MNIST: partial takes half of the time of uncoded, and less than original; the gradient is exact
    loss       two blocks, and a worker lost in the middle of round 5
    census     a8a: logistic regression, sparse, 16 workers
    twin       the model equals one trained by a few lines of numpy
    fedavg     local updates equal those of a few lines of numpy, round after round, whoever is slow or lost
    clock      --clock virtual: the same seed gives the same JSON
    other      the same JSON from another build of the program (--other)
    interrupt  SIGINT ends a run in good order
    plans      orders, bounds and frames on the paper's graph and elsewhere
    mlp        MNIST: a perceptron on mini-batches, with stragglers and a death
    resume     a run that was stopped, killed or interrupted ends as if it had not been
    models     saved models say what the run said, and other programs can read them
    files      CSV with words for labels, NPY, a test file with fewer features
    contract   keys, types, exit codes
    simulate   the paper's time and the clairvoyant's; rows on the same draws; the same JSON for any threads
    conditions simulated traces, networks and losses at every step
    disasters  random clusters under faults of every kind: how much of it there was, and that no rule was broken
    advise     answers that can be argued by hand, and commands that can be typed
    policies   training under each policy: beside the clairvoyant, real time and the simulator's ledger
    grid       every policy under all kinds of slowness: complete, on target, the same for any threads
    kills      MNIST on processes of this machine, of which twenty are killed
    reproduce  the paper's simulations beside what it published

Ratios of times are asserted on the virtual clock, where they do not depend on the machine; on the real clock
they are printed. --quick takes fewer rounds (for sanitizers), --full as many as a person who judges.
Exits 1 if something is not as it must be, 77 if data are missing and GLEANER_REQUIRE_SHARED is not 1.
"""
import argparse
import os
import pathlib
import sys
import tempfile
import time

from acceptance_advise import advise
from acceptance_breadth import files, mlp, models, plans, resume
from acceptance_conditions import conditions
from acceptance_disasters import disasters
from acceptance_grid import grid
from acceptance_kills import kills
from acceptance_local import fedavg
from acceptance_policies import policies
from acceptance_reproduce import reproduce
from acceptance_rounds import census, clock, interrupt, loss, other, speed, twin
from acceptance_simulate import simulate
from acceptance_trial import Log, METHODS, Missing, PLAN_KEYS, ROUND_KEYS, SKIPPED, SUMMARY_KEYS, Trial, strict_json, table_of


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


SECTIONS = {f.__name__: f for f in [speed, loss, census, twin, fedavg, clock, other, interrupt, plans, mlp, resume, models,
                                       files, contract, simulate, conditions, disasters, advise, policies, grid,
                                       kills, reproduce]}


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
