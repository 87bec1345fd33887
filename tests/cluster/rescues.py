"""Runs that stand still, and what gets them going: a spare, another server, a link that comes back, an end from outside."""
import signal
import time

from cluster import Cluster, Worker
from harness import SLOW, run_tests, wait_until
from proxy import DOWN, Proxy

QUICK = ["--speeds", "exponential:mean=30ms"]


def a_spare_ends_a_stall(t):
    """Nobody else holds the chunk of the worker that is killed: the round in hand goes on with the spare."""
    c = Cluster(t, *t.small_data(), *QUICK, "--replication", 1, "--rounds", 200, workers=2)
    c.add_all()
    c.wait_for_round(3)
    spare = c.add(name="spare")
    wait_until(lambda: c.status()["spares"] == 1, "a spare")
    c.workers[0].kill()
    c.finished(rounds=200, lost=1, seconds=60)
    t.check(spare.ended(10) == 0 and spare.trace.count("worker 0 starts round") > 5, "the spare worked")


def a_spare_that_is_first(t):
    """One machine never comes: with the others there, the spare that waited from the beginning has its place."""
    t.gleaner_says("certs", "--out", "certs", "--workers", 3, "--spares", 1, "--server", "127.0.0.1")
    c = Cluster(t, *t.small_data(), *QUICK, "--replication", 2, "--rounds", 10, workers=3, tls="certs")
    spare = Worker(t, c.address, None, "--tls", "certs/spare-0", name="spare")
    spare.err.wait("kept as a spare")
    c.add(0)
    c.add(1)
    c.finished(rounds=10, lost=0)
    t.check(spare.ended(10) == 0 and spare.trace.count("worker 2 starts round") == 10, "the spare worked")


def another_server(t):
    """A server that begins another run at the same address: who worked for the first one has to begin anew, too."""
    c = Cluster(t, *t.small_data(), *QUICK, "--replication", 2, "--rounds", 500, workers=2)
    for slot in (0, 1):
        c.add(slot)
    c.wait_for_round(3)
    c.server.kill()
    (t.folder / "trace.txt").unlink()
    again = Cluster(t, *t.small_data(samples=320), *QUICK, "--replication", 2, "--rounds", 20, workers=2,
                    name="another", listen=c.address)
    again.workers = c.workers
    again.finished(rounds=20, lost=0, seconds=30)
    for w in c.workers.values():
        t.check(w.err.count("it begins anew") == 1 and w.err.count("has its 2 chunks") == 2, f"{w.name} fetched the new data")


def an_end_of_a_stall(t):
    """A run that waits for workers is ended at once by stop and by Ctrl-C, and what it has reached is saved."""
    for how, code in (("stop", 0), ("SIGINT", 130)):
        folder = t.folder / f"saved-{how}"
        c = Cluster(t, *t.small_data(), *QUICK, "--replication", 2, "--rounds", 5000, "--checkpoint", folder,
                    "--checkpoint-every", 1000, workers=3, name=how)
        c.add_all()
        c.wait_for_round(6)
        for slot in (0, 1):
            c.workers.pop(slot).kill()
        wait_until(lambda: c.status()["phase"] == "stalled", "the run stands still")
        began = time.monotonic()
        if how == "stop":
            t.gleaner_says("stop", "--connect", c.address)
        else:
            c.server.signal(signal.SIGINT)
        summary, rounds = c.finished(status="interrupted", code=code, seconds=15)
        t.note(f"ended {time.monotonic() - began:.1f} s after it was asked to")
        t.check(c.server.err.count(rf"round {summary['rounds']} is saved") == 1 and len(rounds) >= 5,
                f"round {summary['rounds']} is saved")
        (t.folder / "trace.txt").unlink()


def a_failed_run_is_saved(t):
    """Too few are left, and nobody comes back in time: the rounds until then are not lost."""
    common = [*t.small_data(), *QUICK, "--replication", 2, "--checkpoint", t.folder / "saved", "--checkpoint-every", 1000,
              "--when-unrecoverable", "stop"]
    c = Cluster(t, *common, "--rounds", 5000, workers=3)
    c.add_all()
    c.wait_for_round(6)
    for slot in (0, 1):
        c.workers.pop(slot).kill()
    summary, _ = c.finished(status="failed", code=1, seconds=30)
    (t.folder / "trace.txt").unlink()
    more = summary["rounds"] + 10
    again = Cluster(t, *common, "--rounds", more, "--resume", workers=3, name="again")
    again.add_all()
    summary, rounds = again.finished(seconds=30)
    t.check(len(rounds) == 10 and summary["rounds"] == more, f"{len(rounds)} more rounds, {summary['rounds']} in all")


def a_server_that_says_nothing(t):
    """A worker that waits for a place does not wait for a server whose plug was pulled."""
    c = Cluster(t, *t.small_data(), *QUICK, "--replication", 2, "--rounds", 5000, workers=2)
    c.add_all()
    c.wait_for_round(2)
    spare = Worker(t, c.address, None, "--patience", "2s", name="spare")
    spare.err.wait("kept as a spare")
    c.server.freeze()
    t.check(spare.ended(40) == 1, f"the spare ends with {spare.child.poll()}")
    t.check(spare.err.count("no server for 2s") == 1, "it says why")


def data_that_never_come(t):
    """A worker that is let in, but whose second connection is closed each time, gives up after its patience."""
    c = Cluster(t, *t.small_data(), *QUICK, "--replication", 2, workers=2)
    wire = Proxy(c.address)
    wire.most = 1
    lost = Worker(t, wire.address, None, "--patience", "2s", name="lost")
    t.check(lost.ended(30) == 1, f"it ends with {lost.child.poll()}")
    t.check(lost.err.count("it knocks again") > 1, "it tried more than once")
    wire.close()
    c.server.signal(signal.SIGINT)
    c.server.ended(15)


def data_that_break_off_late(t):
    """A worker that waited longer than its patience for a place, and whose data then break off, asks for the rest."""
    c = Cluster(t, *t.small_data(samples=20000, features=40), *QUICK, "--replication", 1, "--rounds", 200, workers=2)
    wire = Proxy(c.address)
    c.add_all()
    c.wait_for_round(2)
    spare = c.add(None, "--patience", f"{SLOW:.0f}s", name="spare", connect=wire.address)
    spare.err.wait("kept as a spare")
    time.sleep(2 * SLOW)
    wire.first[DOWN] = 300_000  # of 1.6 MB
    c.workers[0].kill()
    wait_until(lambda: any(w.exhausted(DOWN) for w in wire.live()), "a part of the data")
    wire.first[DOWN] = None
    wire.cut()
    spare.err.wait("it knocks again")
    c.finished(rounds=200, lost=1, seconds=60)
    t.check(spare.ended(10) == 0, f"the spare ends with {spare.child.poll()}")
    wire.close()


if __name__ == "__main__":
    run_tests(a_spare_ends_a_stall, a_spare_that_is_first, another_server, an_end_of_a_stall, a_failed_run_is_saved,
              a_server_that_says_nothing, data_that_never_come, data_that_break_off_late)
