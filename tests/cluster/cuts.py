"""Connections that are cut, blocked in one direction, or lost for vectors alone; the processes live on."""
import time

from cluster import Cluster
from harness import run_tests, wait_until
from proxy import CONTROL, DOWN, Proxy, UP, VECTORS

QUICK = ["--replication", 3, "--heartbeat", "40ms", "--speeds", "exponential:mean=30ms"]


def behind_proxies(t, *args, workers=4, **options):
    c = Cluster(t, *args, workers=workers, **options)
    c.proxies = [Proxy(c.address) for _ in range(workers)]
    for slot in range(workers):
        c.add(slot, connect=c.proxies[slot].address)
    return c


def back(c, slot, at):
    """The same process came back as the same incarnation."""
    life = c.trace.wait(rf"worker {slot} joined as incarnation (\d+)", start=at).group(1)
    return c.test.check(life == "1", f"worker {slot} came back as incarnation {life}")


def over(c, rounds, **what):
    result = c.finished(rounds=rounds, **what)
    for p in c.proxies:
        p.close()
    return result


def both(t):
    """All connections of a worker are cut, again and again, with and without a reset."""
    c = behind_proxies(t, *t.small_data(), *QUICK, "--rounds", 120)
    c.wait_for_round(2)
    cuts = 0
    for k in range(12):
        at = len(c.trace.lines)
        slot = k % 4
        wait_until(lambda: c.proxies[slot].get(VECTORS), "two connections")
        c.proxies[slot].cut(reset=k % 2 == 1)
        c.trace.wait(rf"worker {slot} was lost", start=at)
        cuts += back(c, slot, at)
    over(c, 120, lost=12)
    t.check(cuts == 12, f"{cuts} cuts")


def one_of_two(t):
    """Without the connection for vectors a worker is no use, nor without the one for control: it makes both anew."""
    for which, name in ((VECTORS, "vectors"), (CONTROL, "control")):
        t.note(f"the connection for {name}")
        c = behind_proxies(t, *t.small_data(), *QUICK, "--rounds", 60, name=name)
        c.wait_for_round(2)
        for slot in (1, 3):
            at = len(c.trace.lines)
            wait_until(lambda: c.proxies[slot].cut(which), f"a connection for {name}")
            c.trace.wait(rf"worker {slot} was lost", start=at)
            back(c, slot, at)
        over(c, 60, lost=2)


def half_a_vector(t, c):
    """The wire of somebody's vectors takes 2.5 MB more and then nothing: who, its wire, whether a vector stopped there."""
    slot = t.random.randrange(4)
    wire = wait_until(lambda: c.proxies[slot].get(VECTORS), "a connection for vectors")
    wire.allow(UP, 2_500_000)
    now = c.round_now()
    wait_until(lambda: wire.exhausted(UP) or c.round_now() > now + 1, "a vector that stops half way")
    stopped = wire.exhausted(UP)
    wire.allow(UP, 0 if stopped else None)
    return slot, wire, stopped


def in_the_middle_of_a_vector(t):
    c = behind_proxies(t, *t.wide_data(), "--replication", 3, "--speeds", "exponential:mean=60ms", "--rounds", 14)
    c.wait_for_round(2)
    cuts = 0
    while cuts < 3 and c.round_now() < 13:
        at = len(c.trace.lines)
        slot, _, stopped = half_a_vector(t, c)
        if not stopped:
            continue
        cuts += 1
        c.proxies[slot].cut(VECTORS)
        c.trace.wait(rf"worker {slot} was lost", start=at)
        back(c, slot, at)
    over(c, 14, lost=cuts)
    t.check(cuts == 3, f"{cuts} vectors were cut short")


def too_slow_to_send(t):
    """A vector that stops half way while its worker lives: the round does without it, and waits for nobody."""
    c = behind_proxies(t, *t.wide_data(), "--replication", 3, "--speeds", "exponential:mean=60ms", "--rounds", 16)
    c.wait_for_round(2)
    late = 0
    while late < 2 and c.round_now() < 14:
        at = len(c.trace.lines)
        slot, wire, stopped = half_a_vector(t, c)
        if stopped:
            c.trace.wait(rf"worker {slot} is too slow to send and is left out of this round", start=at)
            late += 1
        wire.allow(UP, None)
    over(c, 16, lost=0)
    t.check(late == 2, f"{late} vectors were left out")


def blocked(t, way, both_connections):
    """One direction carries nothing: the silence tells, on one side or the other."""
    c = behind_proxies(t, *t.small_data(), *QUICK, "--rounds", 120)
    c.wait_for_round(15)
    at, slot = len(c.trace.lines), 1
    chosen = c.proxies[slot].live() if both_connections else [c.proxies[slot].get(CONTROL)]
    for connection in chosen:
        connection.allow(way, 0)
    began = time.monotonic()
    c.trace.wait(rf"worker {slot} was lost", start=at)
    t.note(f"worker {slot} was lost {time.monotonic() - began:.2f} s after that")
    back(c, slot, at)
    over(c, 120, lost=1)


def blocked_to_the_server(t):
    blocked(t, UP, True)


def blocked_to_the_worker(t):
    blocked(t, DOWN, True)


def blocked_control(t):
    blocked(t, UP, False)


def unreachable(t):
    """A worker whose wire is gone for a while knocks until it is back; the run does not wait."""
    c = behind_proxies(t, *t.small_data(), *QUICK, "--rounds", 150)
    c.wait_for_round(5)
    at, here = len(c.trace.lines), c.round_now()
    c.proxies[2].refuses = True
    c.proxies[2].cut()
    time.sleep(1.0)
    t.check(c.round_now() > here + 5, f"{c.round_now() - here} rounds without it")
    c.proxies[2].refuses = False
    back(c, 2, at)
    over(c, 150, lost=1)


def keeps_gradients_of_a_cut(t):
    """Nobody else has its chunk, its connections are cut after it had computed it: it is not computed again."""
    c = behind_proxies(t, *t.small_data(), "--method", "uncoded", "--policy", "static", "--rounds", 3,
                       "--speeds", "constant:mean=200ms+slow:factor=6,workers=3")
    c.trace.wait("worker 1 has finished 1 of its 1 chunk")
    at = len(c.trace.lines)
    c.proxies[1].cut()
    back(c, 1, at)
    t.check(c.round_now() == 1, "the round still goes on when it is back")
    over(c, 3, lost=1)
    t.check(c.workers[1].trace.count("finished chunk") == 3, "it computed one chunk a round")


if __name__ == "__main__":
    run_tests(both, one_of_two, in_the_middle_of_a_vector, too_slow_to_send, blocked_to_the_server, blocked_to_the_worker,
              blocked_control, unreachable, keeps_gradients_of_a_cut)
