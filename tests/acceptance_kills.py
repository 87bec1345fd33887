"""The section of acceptance.py about worker processes that are killed while they train."""
import pathlib
import random
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "cluster"))

from acceptance_trial import Log, strict_json  # noqa: E402
from harness import LOST_AFTER_SIGNAL, Missed, Test  # noqa: E402
from local import LocalRun  # noqa: E402

KILLS, AFTER_SIGNAL = 20, 3


def kills(t):
    """MNIST on eight processes; a script kills random ones, some of them between signal and vector."""
    rounds = t.rounds(200, 60)
    wanted, wanted_after = (KILLS, AFTER_SIGNAL) if rounds == 200 else (5, 1)
    common = [*t.mnist(), "--replication", 4, "--rounds", rounds, "--test-every", rounds]
    undisturbed, _ = t.train(*common, "--workers", 8)

    cluster = Test(t.options.gleaner, t.folder)
    draw = random.Random(3)
    try:
        run = LocalRun(cluster, *common, "--speeds", "exponential:mean=200ms", workers=8)
        run.trace.wait("round 2 started", 60)
        while run.trace.count("was lost") < wanted + 2 or run.trace.count(LOST_AFTER_SIGNAL) < wanted_after + 1:
            if run.server.child.poll() is not None:
                break
            at = len(run.trace.lines)
            if run.trace.count(LOST_AFTER_SIGNAL) < wanted_after + 1:
                strike_after_signal(run, at)
            else:
                here = [w for w in range(8) if run.trace.count(rf"worker {w} joined") > run.trace.count(rf"worker {w} was lost")]
                slot = draw.choice(here)
                run.kill(slot)
                run.trace.wait(rf"worker {slot} was lost", start=at)
            time.sleep(draw.uniform(0, 0.4))
        ended = run.server.ended(240)
        t.check(ended == 0, f"train ends with {ended}")
        run.trace.read()
        cluster.none_left()
        t.wrong += cluster.wrong
    except Missed as missed:
        t.check(False, str(missed))
        return
    finally:
        cluster.clean_up()
    judge(t, run, undisturbed, rounds, wanted, wanted_after)


def strike_after_signal(run, at):
    """Freezes the first that tells a finished chunk, kills it once a selection was made."""
    slot = int(run.trace.wait(r"worker (\d+) has finished 1 of its", start=at).group(1))
    run.signal(slot, signal.SIGSTOP)
    try:
        run.trace.wait("selection 1:", seconds=1.2, start=at)
    except Missed:
        pass
    run.kill(slot)
    run.trace.wait(rf"worker {slot} was lost", start=at)


def judge(t, run, undisturbed, rounds, wanted, wanted_after):
    log = Log(run.log_path)
    summary = log.summary
    died = run.server.err.count("was killed by signal 9; another is started")
    t.check(summary["status"] == "completed" and len(log.rounds) == rounds, f"{len(log.rounds)} of {rounds} rounds")
    t.check(died >= wanted and summary["workers_lost"] >= wanted,
            f"{died} processes were killed, {summary['workers_lost']} workers lost, {wanted} wanted")
    hit = run.trace.count(LOST_AFTER_SIGNAL)
    t.check(hit >= wanted_after, f"{hit} of them between signal and vector, {wanted_after} wanted")
    back = run.trace.count("joined as incarnation") - 8
    t.check(back >= died - 2, f"{back} new processes joined")
    worst = max(r["gradient_error"] for r in log.rounds)
    t.check(worst < 1e-6 and all(r["residual"] == 0 for r in log.rounds), f"every round is exact, at worst {worst:.1e}")
    a, b = summary["test_accuracy"], undisturbed["test_accuracy"]
    t.check(abs(a - b) <= 0.005, f"test accuracy {a:.4f}, undisturbed {b:.4f}")
    t.check(strict_json(run.server.out.path.read_text()) == {k: v for k, v in summary.items() if k != "type"},
            "--json says what the log says")
