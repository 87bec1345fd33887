"""Workers that stand still (SIGSTOP) at a chosen step of a round, and go on later (SIGCONT)."""
import time

from cluster import Cluster
from harness import LOST_AFTER_SIGNAL, Missed, run_tests, wait_until
from proxy import Proxy, UP, VECTORS

SMALL = ["--replication", 3, "--heartbeat", "40ms"]
QUICK = [*SMALL, "--speeds", "exponential:mean=30ms"]
GIVEN_UP = r"worker {} has given no sign of life for (\S+) s and is given up"


def given_up(c, slot, at):
    return float(c.trace.wait(GIVEN_UP.format(slot), start=at).group(1))


def done_without(c, slot, at):
    """Whether it was after the signal that the round went on without it: left out as too slow, or given up."""
    how = c.trace.wait(rf"worker {slot} (is too slow to send and is left out|was lost .*)", start=at).group(1)
    return how.startswith("is too slow") or how == f"was lost {LOST_AFTER_SIGNAL}"


def go_on(c, slot, at):
    """It goes on, whether it was given up by then or not."""
    if c.trace.find(GIVEN_UP.format(slot), start=at):
        come_back(c, slot, at)
    else:
        c.workers[slot].thaw()


def come_back(c, slot, at):
    """It goes on, as the same incarnation that it was; its process was the same all the time."""
    was = c.trace.find(rf"worker {slot} joined as incarnation (\d+)").group(1)
    c.workers[slot].thaw()
    now = c.trace.wait(rf"worker {slot} joined as incarnation (\d+)", start=at).group(1)
    c.test.check(now == was, f"worker {slot} came back as incarnation {now}, it was {was}")


def before_progress(t):
    """Nobody waits for one that stands still from the beginning of a round, and it is given up in time."""
    c = Cluster(t, *t.small_data(), *QUICK, "--rounds", 150)
    c.add_all()
    c.wait_for_round(15)
    at = len(c.trace.lines)
    c.workers[2].freeze()
    began, here = time.monotonic(), c.round_now()
    silence = given_up(c, 2, at)
    t.check(silence < 4, f"given up after {silence:.2f} s")
    t.check(c.round_now() > here + 3, f"meanwhile {c.round_now() - here} rounds in {time.monotonic() - began:.2f} s")
    come_back(c, 2, at)
    c.finished(rounds=150, lost=1)
    t.check(c.server.err.count("worker 2 is back from") == 1, "the server says that it is back")
    t.check(c.workers[2].err.count("the link to the server is back") == 1, "so does the worker")


def between_signal_and_vector(t):
    """The signal counts on its vector: the round goes on without it, others encode again."""
    c = Cluster(t, *t.small_data(), *QUICK, "--rounds", 200)
    c.add_all()
    c.wait_for_round(15)
    struck = tries = 0
    while struck < 2 and tries < 10:
        at = len(c.trace.lines)
        slot = int(c.trace.wait(r"worker (\d+) has finished 1 of its", start=at).group(1))
        c.workers[slot].freeze()
        struck += done_without(c, slot, at)
        tries += 1
        go_on(c, slot, at)
    summary, _ = c.finished(rounds=200)
    t.check(struck >= 2, f"{struck} of {tries} stood still between signal and vector")
    t.check(summary["epochs_max"] >= 2, "others encoded again")


def in_the_middle_of_a_vector(t):
    """Half of a vector of 8 MiB is there when its worker stands still."""
    c = Cluster(t, *t.wide_data(), *SMALL, "--speeds", "exponential:mean=60ms", "--rounds", 30, workers=4)
    proxies = [Proxy(c.address) for _ in range(4)]
    for slot in range(4):
        c.add(slot, connect=proxies[slot].address)
    c.wait_for_round(3)
    struck = 0
    while struck < 2 and c.round_now() < 20:
        at = len(c.trace.lines)
        slot = t.random.randrange(4)
        wire = wait_until(lambda: proxies[slot].get(VECTORS), "a connection for vectors")
        wire.allow(UP, 2_500_000)
        try:
            wait_until(lambda: wire.exhausted(UP), "a vector that is cut short", 1)
        except Missed:
            wire.allow(UP, None)
            continue
        c.workers[slot].freeze()
        wire.allow(UP, None)
        struck += done_without(c, slot, at)
        go_on(c, slot, at)
    c.finished(rounds=30)
    t.check(struck >= 2, f"{struck} workers stood still in the middle of a vector")


def brings_its_gradients(t):
    """Nobody else has its chunk: the round waits for it, and takes what it had computed before it stood still."""
    c = Cluster(t, *t.small_data(), "--method", "uncoded", "--heartbeat", "40ms", "--rounds", 2, "--policy", "static",
                "--speeds", "constant:mean=300ms+slow:factor=9,workers=3", workers=4)
    c.add_all()
    c.trace.wait("worker 1 has finished 1 of its 1 chunk", start=0)
    at = len(c.trace.lines)
    c.workers[1].freeze()
    given_up(c, 1, at)
    come_back(c, 1, at)
    t.check(c.round_now() == 1, "the round still goes on when it is back")
    c.finished(rounds=2, lost=1)
    t.check(c.workers[1].trace.count("finished chunk") == 2, "it computed one chunk a round, none twice")


def a_new_process_brings_nothing(t):
    """As above, but the process is killed: the next one is another incarnation, and computes its chunk again."""
    c = Cluster(t, *t.small_data(), "--method", "uncoded", "--rounds", 2, "--policy", "static",
                "--speeds", "constant:mean=200ms+slow:factor=5,workers=3", workers=4)
    c.add_all()
    c.trace.wait("worker 1 has finished 1 of its 1 chunk", start=0)
    at = len(c.trace.lines)
    c.workers[1].kill()
    again = c.add(1)
    c.trace.wait("worker 1 joined as incarnation 2", start=at)
    t.check(c.round_now() == 1, "the round still goes on when it is there")
    c.finished(rounds=2, lost=1)
    t.check(again.trace.count("finished chunk") == 2, "the new process computed the chunk of every round")


def the_server(t):
    """The server itself stands still: nobody is blamed for it, or all come back."""
    c = Cluster(t, *t.small_data(), *QUICK, "--rounds", 60)
    c.add_all()
    c.wait_for_round(10)
    c.server.freeze()
    time.sleep(3)
    c.server.thaw()
    c.finished(rounds=60)
    t.check(c.trace.count("is given up") == 0, "the server gives nobody up for its own silence")


def everybody(t):
    c = Cluster(t, *t.small_data(), *QUICK, "--rounds", 60, workers=4)
    c.add_all()
    c.wait_for_round(15)
    for w in c.workers.values():
        w.freeze()
    wait_until(lambda: c.trace.count("is given up") == 4, "all are given up")
    for w in c.workers.values():
        w.thaw()
    c.finished(rounds=60, lost=4)


if __name__ == "__main__":
    run_tests(before_progress, between_signal_and_vector, in_the_middle_of_a_vector, brings_its_gradients,
              a_new_process_brings_nothing, the_server, everybody)
