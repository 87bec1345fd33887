"""Two thousand short rounds, and hundreds of new connections: the memory of all processes stays what it was."""
import statistics
import time

from cluster import Cluster
from harness import run_tests
from proxy import Proxy

GROWTH_MAX = 1.5  # MB, of the last quarter beside the second one


def sample(c, rounds, strike=lambda round_: None, floor=None):
    """Memory by process and round, until the end."""
    seen = {"server": []} | {slot: [] for slot in c.workers}
    while (now := c.round_now()) < rounds and c.server.child.poll() is None:
        strike(now)
        try:
            seen["server"].append((now, c.server.megabytes()))
            for slot, w in c.workers.items():
                seen[slot].append((now, w.megabytes()))
        except OSError:
            break
        time.sleep(0.02)
    return seen


def steady(t, seen, rounds):
    for who, samples in seen.items():
        def middle(low, high):
            return statistics.median([mb for at, mb in samples if low * rounds <= at < high * rounds] or [-1])
        before, after = middle(0.25, 0.5), middle(0.75, 1)
        t.check(before > 0 and after - before < GROWTH_MAX,
                f"{who if who == 'server' else f'worker {who}'}: {before:.1f} MB in the second quarter, {after:.1f} MB "
                f"in the last, {len(samples)} samples")


def rounds_alone(t):
    rounds = 2000
    c = Cluster(t, *t.small_data(), "--replication", 3, "--rounds", rounds, workers=4)
    c.add_all()
    c.wait_for_round(1)
    seen = sample(c, rounds)
    c.finished(rounds=rounds, lost=0)
    steady(t, seen, rounds)


def with_new_connections(t):
    """A worker's connections are cut all the time; another one's process is killed now and then."""
    rounds = 1500
    c = Cluster(t, *t.small_data(), "--replication", 3, "--rounds", rounds, "--speeds", "constant:mean=1ms", workers=4)
    wire = Proxy(c.address)
    c.add(0, connect=wire.address)
    for slot in (1, 2, 3):
        c.add(slot)
    c.wait_for_round(1)
    cuts = 0

    def strike(_):
        nonlocal cuts
        if len(wire.live()) == 2:
            wire.cut()
            cuts += 1
    seen = sample(c, rounds, strike)
    c.finished(rounds=rounds)
    wire.close()
    t.check(cuts >= 15 and c.trace.count("worker 0 was lost") >= 15, f"the connections were cut {cuts} times")
    steady(t, seen, rounds)


if __name__ == "__main__":
    run_tests(rounds_alone, with_new_connections)
