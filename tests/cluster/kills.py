"""Workers that are killed with SIGKILL at a chosen step of a round."""
import re
import signal
import sys

from cluster import Cluster
from harness import LOST_AFTER_SIGNAL, Missed, run_tests, wait_until
from proxy import Proxy, UP, VECTORS

SMALL = ["--replication", 3, "--speeds", "exponential:mean=30ms"]


def restart(cluster, slot):
    """A new process for that place, and the round in which the server has it."""
    at = len(cluster.trace.lines)
    cluster.add(slot)
    cluster.trace.wait(rf"worker {slot} joined as incarnation", start=at)


def before_progress(t):
    """Killed as soon as the round has begun, with nothing done yet."""
    c = Cluster(t, *t.small_data(), *SMALL, "--rounds", 60)
    c.add_all()
    strikes = 0
    while strikes < 5:
        at = len(c.trace.lines)
        c.wait_for_round(c.round_now() + 2)
        slot = t.random.randrange(c.count)
        c.workers[slot].kill()
        how = c.trace.wait(rf"worker {slot} was lost (.*)", start=at).group(1)
        strikes += how == "before the signal"
        restart(c, slot)
    _, rounds = c.finished(rounds=60)
    t.check(len(c.trace.lines) and strikes == 5, f"{strikes} workers were lost before the signal")
    t.check(c.trace.count("was lost") == c.trace.count("joined as incarnation [^1]"), "as many came back")
    t.check(any(r["workers"] == 5 for r in rounds) or c.trace.count("with 5 live workers"), "a round had five workers")


def strike_after_signal(c, t):
    """Freezes the first worker that tells a finished chunk, and kills it when the server counts on its vector."""
    at = len(c.trace.lines)
    told = c.trace.wait(r"worker (\d+) has finished 1 of its", start=at)
    slot = int(told.group(1))
    c.workers[slot].freeze()
    try:
        c.trace.wait(r"selection 1:", seconds=1.2, start=at)
    except Missed:
        pass  # then it is lost before the signal: another time
    c.workers[slot].kill()
    how = c.trace.wait(rf"worker {slot} was lost (.*)", start=at).group(1)
    restart(c, slot)
    return how == LOST_AFTER_SIGNAL


def between_signal_and_vector(t, tls=None):
    c = Cluster(t, *t.small_data(), *SMALL[2:], "--rounds", 80, "--blocks", 2, "--replication", 4, tls=tls)
    c.add_all()
    c.wait_for_round(2)
    strikes = tries = 0
    while strikes < 4 and tries < 20:
        strikes += strike_after_signal(c, t)
        tries += 1
    summary, rounds = c.finished(rounds=80, error_max=1e-5)  # two blocks are less well conditioned
    t.check(strikes >= 4, f"{strikes} of {tries} strikes hit between signal and vector")
    t.check(c.trace.count(LOST_AFTER_SIGNAL) >= 4, "the trace says so")
    t.check(summary["epochs_max"] >= 2 and any(r["reencoded"] for r in rounds), "others encoded again")


def between_signal_and_vector_with_tls(t):
    t.gleaner_says("certs", "--out", "certs", "--workers", 6, "--server", "127.0.0.1")
    between_signal_and_vector(t, tls="certs")


def in_the_middle_of_a_vector(t):
    """A vector of 8 MiB; the wire of its worker takes 2.5 MiB of it, then the worker dies."""
    c = Cluster(t, *t.wide_data(), "--replication", 3, "--speeds", "exponential:mean=60ms", "--rounds", 12, workers=4)
    proxies = [Proxy(c.address) for _ in range(4)]
    for slot in range(4):
        c.add(slot, connect=proxies[slot].address)
    c.wait_for_round(2)
    struck = 0
    while struck < 2 and c.round_now() < 11:
        at = len(c.trace.lines)
        slot = t.random.randrange(4)
        wire = wait_until(lambda: proxies[slot].get(VECTORS), "a connection for vectors")
        before = wire.passed[UP]
        wire.allow(UP, 2_500_000)
        try:
            wait_until(lambda: wire.exhausted(UP), "a vector that is cut short", 1)
        except Missed:
            wire.allow(UP, None)
            continue
        c.workers[slot].kill()
        proxies[slot].cut()
        how = c.trace.wait(rf"worker {slot} was lost (.*)", start=at).group(1)
        struck += how == LOST_AFTER_SIGNAL
        t.note(f"worker {slot} was lost {how}, {(wire.passed[UP] - before) / 1e6:.1f} MB of its vector had passed")
        c.add(slot, connect=proxies[slot].address)
        c.trace.wait(rf"worker {slot} joined as incarnation", start=at)
    c.finished(rounds=12)
    t.check(struck >= 2, f"{struck} workers were killed in the middle of a vector")
    for p in proxies:
        p.close()


def all_but_too_few(t):
    """So many that a round cannot end: it waits, and goes on when others come."""
    c = Cluster(t, *t.small_data(), *SMALL, "--rounds", 20, workers=4)
    c.add_all()
    c.wait_for_round(4)
    for slot in (0, 1, 2):
        c.workers[slot].kill()
    c.trace.wait("too few copies live of .*; waiting 60 s")
    for slot in (0, 1, 2):
        restart(c, slot)
    c.finished(rounds=20, lost=3)


def local_processes(t):
    """train --local-processes: who is killed is started again."""
    from local import LocalRun
    run = LocalRun(t, *t.small_data(), *SMALL, "--rounds", 80, workers=5)
    run.trace.wait("round 3 started")
    for k in range(5):
        at = len(run.trace.lines)
        slot = k % 5
        run.kill(slot)
        run.trace.wait(rf"worker {slot} was lost", start=at)
        run.trace.wait(rf"worker {slot} joined as incarnation", start=at)
    run.finished(rounds=80, lost=5)
    t.check(run.server.err.count(r"the process of worker \d was killed by signal 9; another is started") == 5,
            "it said so five times")


def local_processes_of_a_careless_starter(t):
    """SIGCHLD comes ignored from whoever started train: what becomes of its workers is seen all the same."""
    from local import LocalRun
    run = LocalRun(t, *t.small_data(), *SMALL, "--rounds", 80, workers=5, ignored=[signal.SIGCHLD])
    run.trace.wait("round 3 started")
    at = len(run.trace.lines)
    run.kill(2)
    run.trace.wait(r"worker 2 joined as incarnation", start=at)
    run.finished(rounds=80, lost=1, seconds=40)
    t.check(run.server.err.count("the process of worker 2 was killed by signal 9; another is started") == 1, "it said so")


if __name__ == "__main__":
    run_tests(before_progress, between_signal_and_vector, between_signal_and_vector_with_tls, in_the_middle_of_a_vector,
              all_but_too_few, local_processes, local_processes_of_a_careless_starter)
