#!/usr/bin/env python3
"""A run of six machines, each in a network namespace: thin links, long links, pulled plugs, a machine that dies.

One server, four workers, one spare, mutual TLS. In this order: the plug of a worker's machine is pulled for 10 s (it is
given up although nobody closed a connection, and comes back with the same life); a machine goes for good, and the
spare takes its place; the server's own plug is pulled until too few are left for a round, and all come back. One
worker has a link that is ten times thinner than the others'. Every round must be exact, and nothing left running.

usage: namespaces.py GLEANER
"""
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

import netlab
from netlab import Link, check, wait_for

ROUNDS = 130
THIN = 3
MACHINES = {"server": Link("100mbit"), "m0": Link("20mbit", 0.02), "m1": Link("20mbit", 0.02),
            "m2": Link("20mbit", 0.02), "m3": Link("2mbit", 0.02), "extra": Link("20mbit", 0.02)}
SERVER = "server:7070"


def write_data(path):
    draw = random.Random(1)
    with open(path, "w") as file:
        for _ in range(2000):
            kind = draw.randrange(4)
            row = [draw.gauss(kind if j % 4 == kind else 0, 1) for j in range(32)]
            file.write(",".join(f"{x:.3f}" for x in row) + f",{kind}\n")


class Run:
    def __init__(self, lab, gleaner):
        self.lab, self.gleaner = lab, gleaner
        made = subprocess.run([gleaner, "certs", "--out", lab.folder / "certs", "--workers", "4", "--spares", "1",
                               "--server", "server"], capture_output=True, text=True)
        check(made.returncode == 0, f"gleaner certs: {made.stderr}", lab)
        folders = {"server": "server", "extra": "spare-0", **{f"m{k}": f"worker-{k}" for k in range(4)}}
        for machine, folder in folders.items():
            shutil.copytree(lab.folder / "certs" / folder, lab.home(machine) / "tls")
        shutil.copytree(lab.folder / "certs" / "operator", lab.home("extra") / "operator")
        write_data(lab.home("server") / "data.csv")
        self.server = lab.start("server", [
            gleaner, "server", "--listen", "0.0.0.0:7070", "--tls", "tls", "--workers", "4", "--data", "data.csv",
            "--objective", "mlp", "--hidden", "512", "--lr", "0.02", "--rounds", ROUNDS, "--seed", "3", "--verify",
            "--speeds", "constant:mean=60ms", "--log", "log.jsonl", "--trace", "trace.txt", "--json"])
        self.workers = [self.worker(f"m{k}") for k in range(4)]

    def worker(self, machine):
        return self.lab.start(machine, [self.gleaner, "worker", "--connect", SERVER, "--tls", "tls"])

    def log(self):
        path = self.lab.home("server") / "log.jsonl"
        lines = path.read_text().split("\n")[:-1] if path.exists() else []
        return [json.loads(line) for line in lines]

    def rounds(self):
        return sum(line["type"] == "round" for line in self.log())

    def trace(self):
        return (self.lab.home("server") / "trace.txt").read_text()

    def status(self):
        ask = [self.gleaner, "status", "--connect", SERVER, "--tls", "operator", "--json"]
        asked = subprocess.run(self.lab.command("extra", ask), cwd=self.lab.home("extra"), capture_output=True,
                               text=True, timeout=20)
        check(asked.returncode == 0, f"gleaner status: {asked.stderr}", self.lab)
        return json.loads(asked.stdout)

    def place(self, worker):
        return self.status()["workers"][worker]

    def heard(self, line, times=1):
        return self.lab.said("server").count(line) >= times


def a_pulled_plug(run):
    lab = run.lab
    check(run.status()["loss"] > 0, "the status knows no loss", lab)
    lab.pull("m1")
    before = run.rounds()
    wait_for("worker 1 being given up", 6, lambda: "worker 1 has given no sign of life" in run.trace(), lab)
    time.sleep(10)
    check(run.rounds() >= before + 15, f"{run.rounds() - before} rounds while the plug was out", lab)
    check(run.place(1)["state"] == "lost", f"worker 1 without a plug: {run.place(1)}", lab)
    lab.plug("m1")
    wait_for("worker 1 coming back", 20, lambda: run.place(1)["state"] == "here", lab)
    check(run.heard("worker 1 is back") and run.place(1)["life"] == 1, "it came back as another life", lab)
    check("the link to the server is back" in lab.said("m1"), "the worker does not say that it is back", lab)


def a_machine_goes(run):
    lab = run.lab
    spare = run.worker("extra")
    wait_for("a spare", 10, lambda: run.status()["spares"] == 1, lab)
    lab.pull("m2")  # first, so that not even the kernel can say that the process is gone
    run.workers[2].kill()
    wait_for("the spare taking its place", 20,
             lambda: run.place(2)["state"] == "here" and run.place(2)["life"] == 2, lab)
    check(run.place(2)["from"].startswith("extra"), f"worker 2 is {run.place(2)}", lab)
    check("worker 2 has given no sign of life" in run.trace(), "worker 2 was not given up by its silence", lab)
    return spare


def a_server_alone(run):
    lab = run.lab
    lab.pull("server")
    lost = "has given no sign of life"
    # Not worker 1: it has lately been silent for longer than this, and that was no death.
    wait_for("three workers being given up", 10, lambda: run.trace().count(lost) >= 5, lab)
    stuck = run.rounds()
    lab.plug("server")
    wait_for("all workers being back", 30, lambda: all(w["state"] == "here" for w in run.status()["workers"]), lab)
    wait_for("rounds after that", 10, lambda: run.rounds() >= stuck + 3, lab)


def main():
    gleaner = pathlib.Path(sys.argv[1]).resolve()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, netlab.Lab(MACHINES, folder) as lab:
        run = Run(lab, gleaner)
        wait_for("round 8", 30, lambda: run.rounds() >= 8, lab)
        a_pulled_plug(run)
        spare = a_machine_goes(run)
        check(run.place(THIN)["losses"] == 0, f"the worker with the thin link was given up: {run.place(THIN)}", lab)
        a_server_alone(run)
        wait_for("the end of the run", 60, lambda: run.server.poll() is not None, lab)
        over = {f"m{k}": process for k, process in enumerate(run.workers)} | {"server": run.server, "extra": spare}
        for name, process in over.items():
            wait_for(f"{name} to end", 8, lambda p=process: p.poll() is not None, lab)
            check(process.poll() == (-9 if name == "m2" else 0), f"{name} ended with {process.poll()}", lab)
        check(not lab.left_over(), f"still running: {lab.left_over(0)}", lab)

        log = run.log()
        rounds = [line for line in log if line["type"] == "round"]
        check([r["round"] for r in rounds] == list(range(1, ROUNDS + 1)), "rounds are missing in the log", lab)
        worst = max(r["gradient_error"] for r in rounds)
        check(worst < 1e-6 and all(r["residual"] == 0 for r in rounds), f"a gradient is off by {worst}", lab)
        check(log[-1]["status"] == "completed" and log[-1]["workers_lost"] >= 5, f"the summary: {log[-1]}", lab)
        sent = [sum(r["vector_bytes"][w] for r in rounds) for w in range(4)]
        check(sent[THIN] < min(sent[:THIN]) / 2, f"the thin link carried as much as others: {sent}", lab)
        print(f"{len(rounds)} rounds in {time.monotonic() - began:.0f} s, largest gradient error {worst:.1e}, "
              f"bytes of vectors by worker {sent}")


if __name__ == "__main__":
    netlab.enter()
    main()
