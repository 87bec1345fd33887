"""What the server says of itself, how a run is ended from outside, and that nobody stays behind."""
import signal
import time

from cluster import Cluster
from harness import Missed, run_tests, wait_until
from local import LocalRun

QUICK = ["--replication", 3, "--heartbeat", "40ms", "--speeds", "exponential:mean=30ms"]


def status(t):
    c = Cluster(t, *t.small_data(), *QUICK, "--rounds", 200, workers=3)
    s = c.status()
    t.check(set(s) == {"phase", "round", "rounds", "seconds", "seconds_of_last_round", "loss", "spares", "workers"},
            f"keys of the status: {sorted(s)}")
    t.check(s["phase"] == "waiting" and s["rounds"] == 200 and s["loss"] is None, "before anybody is here")
    t.check([w["state"] for w in s["workers"]] == ["never"] * 3, "nobody has come")
    c.add_all()
    c.wait_for_round(10)
    s = c.status()
    t.check(s["phase"] == "running" and s["round"] >= 10 and s["loss"] > 0, f"in round {s['round']}, loss {s['loss']}")
    t.check([w["state"] for w in s["workers"]] == ["here"] * 3, "all are here")
    t.check(all(w["life"] == 1 and w["losses"] == 0 and 0 <= w["suspicion"] < 1 for w in s["workers"]), "nobody is suspected")
    t.check(all(0.02 < w["heartbeat_seconds"] < 0.2 and w["given_up_after_seconds"] > 0.3 for w in s["workers"]),
            "how often they give a sign of life, and when they are given up")
    c.workers[1].freeze()
    grown = []

    def given_up():
        w = c.status()["workers"][1]
        if w["state"] == "here":
            grown.append(w["suspicion"])
        return w["state"] == "lost"
    wait_until(given_up, "worker 1 is given up")
    t.check(max(grown) > 0.3 and grown[-1] > grown[0], f"suspicion rose from {grown[0]:.2f} to {grown[-1]:.2f}")
    t.check(c.status()["workers"][1]["losses"] == 1, "one loss")
    out, _ = t.gleaner_says("status", "--connect", c.address)
    t.check("running: round" in out and "lost" in out, "the same as a table")
    c.workers[1].thaw()
    wait_until(lambda: c.status()["workers"][1]["state"] == "here", "worker 1 is back")
    out, _ = t.gleaner_says("stop", "--connect", c.address)
    t.check("stops after this round" in out, "stop is answered")
    c.finished(status="interrupted")


def stop_before_the_first_round(t):
    c = Cluster(t, *t.small_data(), *QUICK, workers=3)
    c.add(0)
    c.trace.wait("worker 0 joined")
    t.gleaner_says("stop", "--connect", c.address)
    t.check(c.server.ended(10) == 0, f"the server ends with {c.server.child.poll()}")
    t.check(c.workers[0].ended(10) == 0, "the worker ends with 0")
    t.none_left()


def interrupts(t):
    """SIGINT and SIGTERM, while it runs and while it waits."""
    for which in (signal.SIGINT, signal.SIGTERM):
        c = Cluster(t, *t.small_data(), *QUICK, "--rounds", 5000, "--model-out", "model.npz", workers=3,
                    name=f"running-{which.name}")
        c.add_all()
        c.wait_for_round(3)
        c.server.signal(which)
        c.finished(status="interrupted", code=130)
        t.check((t.folder / "model.npz").is_file(), "the model so far is saved")
        (t.folder / "trace.txt").unlink()
    c = Cluster(t, *t.small_data(), *QUICK, workers=3, name="waiting")
    c.server.signal(signal.SIGINT)
    t.check(c.server.ended(10) == 130, "a server that waits ends, too")
    t.none_left()


def killed_server(t):
    """Workers whose server is gone knock for --patience, and then go with an error."""
    c = Cluster(t, *t.small_data(), *QUICK, "--rounds", 5000, workers=3)
    for slot in range(3):
        c.add(slot, "--patience", "2s")
    c.wait_for_round(3)
    c.server.kill()
    began = time.monotonic()
    for w in c.workers.values():
        t.check(w.ended(15) == 1, f"{w.name} ends with {w.child.poll()} after {time.monotonic() - began:.1f} s")
        t.check(w.err.count("no server for 2s: nobody listens at") == 1, "it says why")
    t.check(time.monotonic() - began >= 1.9, "not before that time")
    t.none_left()


def no_orphans(t):
    """Whatever becomes of train --local-processes, its workers go with it."""
    for which, code in ((signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 130)):
        run = LocalRun(t, *t.small_data(), "--speeds", "exponential:mean=30ms", "--rounds", 5000, workers=4,
                       name=f"local-{which.name}")
        run.trace.wait("round 3 started")
        t.check(len(t.marked()) == 5, f"{len(t.marked())} processes")
        run.server.signal(which)
        t.check(run.server.ended(20) == code, f"train ends with {run.server.child.poll()} after {which.name}")
        t.none_left()
        (t.folder / "trace.txt").unlink()


def killed_again_and_again(t):
    """A worker process that dies at once every time is given up after some attempts; the run goes on."""
    run = LocalRun(t, *t.small_data(), "--speeds", "exponential:mean=30ms", "--rounds", 150, workers=4)
    run.trace.wait("round 3 started")
    deaths = 0
    while not run.server.err.find("that was too often") and deaths < 20:
        pid = run.kill(2)
        deaths += 1
        try:
            wait_until(lambda: run.pid_of(2) not in (None, pid), "another process", 3)
        except Missed:
            break
    t.check(run.server.err.find("worker 2 was killed by signal 9; that was too often"), f"given up after {deaths} deaths")
    run.finished(rounds=150)


if __name__ == "__main__":
    run_tests(status, stop_before_the_first_round, interrupts, killed_server, no_orphans, killed_again_and_again)
