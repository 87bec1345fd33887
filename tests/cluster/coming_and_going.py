"""Workers that come late, go in good order, or take the place of one that is lost."""
import signal

from cluster import Cluster
from harness import run_tests, wait_until

QUICK = ["--replication", 3, "--speeds", "exponential:mean=30ms"]


def spares(t):
    """Who finds no place waits, and takes that of a worker that is killed."""
    c = Cluster(t, *t.small_data(), *QUICK, "--rounds", 60, workers=4)
    c.add_all()
    c.wait_for_round(2)
    more = [c.add(name=f"spare-{k}") for k in range(2)]
    wait_until(lambda: c.status()["spares"] == 2, "two spares")
    for k, slot in enumerate((1, 3)):
        at = len(c.trace.lines)
        c.workers[slot].kill()
        c.trace.wait(rf"worker {slot} joined as incarnation 2", start=at)
        t.check(c.status()["spares"] == 1 - k, f"{1 - k} spares are left")
    c.finished(rounds=60, lost=2)
    for w in more:
        t.check(w.err.count("waits: all places are taken") == 1, f"{w.name} said that it waits")
        t.check(w.err.count("the run is over: completed") == 1, f"{w.name} worked to the end")


def a_spare_that_is_not_needed(t):
    c = Cluster(t, *t.small_data(), *QUICK, "--rounds", 20, workers=3)
    c.add_all()
    spare = c.add(name="spare")
    c.finished(rounds=20, lost=0)
    t.check(spare.ended(10) == 0, "a spare that waited all the time ends with 0")


def start_with(t):
    """The first round does not wait for the fourth worker; it joins the round in hand."""
    c = Cluster(t, *t.small_data(), *QUICK, "--rounds", 60, "--start-with", 3, workers=4)
    for slot in (0, 1, 3):
        c.add(slot)
    c.wait_for_round(10)
    t.check(c.trace.count("with 3 live workers") >= 9, "rounds with three workers")
    late = c.add(2)
    c.trace.wait("with 4 live workers")
    c.finished(rounds=60, lost=0)
    t.check(late.trace.count("worker 2 starts round") > 10, "the late one worked")


def draining(t):
    """SIGTERM: it goes after the round in hand, and nothing is lost. Another one takes its place."""
    c = Cluster(t, *t.small_data(), *QUICK, "--rounds", 60, workers=4)
    c.add_all()
    for k, (slot, which) in enumerate(((0, signal.SIGTERM), (2, signal.SIGINT))):
        c.wait_for_round(c.round_now() + 4)
        at, leaver = len(c.trace.lines), c.workers[slot]
        leaver.signal(which)
        t.check(leaver.ended(10) == 0, f"worker {slot} ends with {leaver.child.poll()} after {which.name}")
        t.check(leaver.err.count("asked to go") == 1 and leaver.err.count("left") == 1, "it says so")
        how = c.trace.wait(rf"worker {slot} was lost (.*)", start=at).group(1)
        t.check(how == "between rounds", f"it went {how}")
        c.server.err.wait(rf"worker {slot} goes after this round")
        c.add(slot)
        c.trace.wait(rf"worker {slot} joined as incarnation 2", start=at)
    c.finished(rounds=60, lost=0)
    t.check(c.trace.count("encode again") == 0, "nobody had to encode again")


def draining_while_it_waits(t):
    """SIGTERM before there is anything to do."""
    c = Cluster(t, *t.small_data(), *QUICK, "--rounds", 10, workers=3)
    waiting = c.add(0)
    c.trace.wait("worker 0 joined")
    waiting.signal(signal.SIGTERM)
    t.check(waiting.ended(10) == 0, "one that waits for the others ends with 0")
    c.add(0)
    c.add(1)
    c.trace.wait("worker 1 joined")
    spare = c.add(1, name="second-1")
    spare.err.wait("worker 1 is here already")
    spare.signal(signal.SIGTERM)
    t.check(spare.ended(10) == 0, "one that waits for a place ends with 0")
    c.add(2)
    c.add(1)
    c.workers[1].signal(signal.SIGTERM)
    c.workers.pop(1).ended(10)
    c.finished(rounds=10, lost=0)


def workers_before_the_server(t):
    """They knock until somebody listens."""
    import socket
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    from cluster import Worker
    early = [Worker(t, f"127.0.0.1:{port}") for _ in range(3)]
    early[0].err.wait("nobody listens at .*; it tries again for 5min")
    c = Cluster(t, *t.small_data(), *QUICK, "--rounds", 10, workers=3, listen=f"127.0.0.1:{port}")
    c.finished(rounds=10, lost=0)
    t.check([w.ended(10) for w in early] == [0, 0, 0], "all three end with 0")


if __name__ == "__main__":
    run_tests(spares, a_spare_that_is_not_needed, start_with, draining, draining_while_it_waits,
              workers_before_the_server)
