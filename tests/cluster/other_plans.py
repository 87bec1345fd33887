"""Plans in which not every worker holds as many chunks as its neighbours."""
from cluster import Cluster
from harness import run_tests

QUICK = ["--speeds", "exponential:mean=10ms", "--rounds", 30]


def more_chunks_than_workers(t):
    for workers, chunks, policy in ((3, 4, "static"), (4, 7, "skip"), (5, 8, "replan")):
        c = Cluster(t, *t.small_data(), *QUICK, "--chunks", chunks, "--replication", 2, "--policy", policy,
                    workers=workers, name=f"server-{policy}")
        c.add_all()
        c.finished(rounds=30, lost=0)
        (t.folder / "trace.txt").unlink()


def uneven_loads(t):
    """A table of who holds what: four, three and one chunk."""
    table = t.folder / "holds.csv"
    table.write_text("chunk,worker\n" + "".join(f"{chunk},{w}\n" for w, chunks in
                                                enumerate(([0, 1, 2, 3], [1, 2, 3], [0])) for chunk in chunks))
    c = Cluster(t, *t.small_data(), *QUICK, "--assignment", table, workers=3)
    c.add_all()
    c.finished(rounds=30, lost=0)


if __name__ == "__main__":
    run_tests(more_chunks_than_workers, uneven_loads)
