"""The section of acceptance.py about local updates, beside a twin of a few lines of numpy."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "cluster"))

from acceptance_breadth import numpy_or_missing  # noqa: E402
from acceptance_trial import Log  # noqa: E402
from harness import Missed, Test  # noqa: E402
from local import LocalRun  # noqa: E402

TOLERANCE = 1e-5
STEPS, RATE, CHUNKS, ROWS = 5, 0.5, 7, 8000  # seven chunks of 8000 rows are not equally long: weights matter


class Twin:
    """FedAvg on softmax regression: one machine, double precision, whole chunks as batches, from zero."""

    def __init__(self, t, prox=0.0, l2=0.0, adam=None):
        self.np = numpy_or_missing()
        from model_twin import idx
        self.x = idx(t.data("t10k-images-idx3-ubyte.gz"))[:ROWS].reshape(ROWS, -1) / 255
        self.x = self.np.hstack([self.x, self.np.ones((ROWS, 1))])  # the last row of the weights is the bias
        self.truth = self.np.eye(10)[idx(t.data("t10k-labels-idx1-ubyte.gz"))[:ROWS]]
        self.prox, self.l2, self.adam = prox, l2, adam

    def slopes(self, w, rows):
        scores = self.x[rows] @ w
        p = self.np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        loss = -self.np.log((p * self.truth[rows]).sum(axis=1)).mean() + self.l2 / 2 * (w * w).sum()
        return self.x[rows].T @ (p - self.truth[rows]) / len(p), loss

    def local_model(self, start, rows):
        w = start
        for _ in range(STEPS):
            w = w - RATE * (self.slopes(w, rows)[0] + self.prox * (w - start) + self.l2 * w)
        return w

    def rounds(self, count):
        """The models after each round, and the loss of the model before it."""
        w = self.np.zeros((self.x.shape[1], 10))
        m, s = 0 * w, 0 * w + 1e-6
        models, losses = [w], []
        for _ in range(count):
            losses.append(self.slopes(w, slice(None))[1])
            cuts = [ROWS * c // CHUNKS for c in range(CHUNKS + 1)]
            mean = sum((b - a) * self.local_model(w, slice(a, b)) for a, b in zip(cuts, cuts[1:])) / ROWS
            if self.adam is None:
                w = mean
            else:
                m = 0.9 * m + 0.1 * (mean - w)
                s = 0.99 * s + 0.01 * (mean - w) ** 2
                w = w + self.adam * m / (self.np.sqrt(s) + 1e-3)
            models.append(w)
        return models, losses


def difference(np, path, models, r):
    """Relative to the model's largest parameter, and to the largest change of the round."""
    with np.load(path) as file:
        found = np.vstack([file["weights"], file["bias"]])
    worst = abs(found - models[r]).max()
    return worst / abs(models[r]).max(), worst / abs(models[r] - models[r - 1]).max()


def fedavg(t):
    np = numpy_or_missing()
    count = t.rounds(5, 2)
    common = [*t.mnist(), "--workers", CHUNKS, "--replication", 4, "--local-steps", STEPS, "--local-lr", RATE]
    plain, proximal = Twin(t).rounds(count), Twin(t, prox=0.3, l2=0.01, adam=0.05).rounds(count)
    slow = ["--speeds", "exponential:mean=40ms"]
    crash = ["--faults", "crash:count=1,round=2,at=after-signal", "--blocks", 2]
    for name, args, (models, losses) in [
            ("undisturbed", [], plain), ("stragglers", slow, plain), ("stragglers and a loss", [*slow, *crash], plain),
            ("FedProx, L2, FedAdam", [*slow, *crash, "--prox", 0.3, "--l2", 0.01, "--optimizer", "fedadam", "--lr", 0.05],
             proximal)]:
        found = []
        for r in range(1, count + 1):
            happens = [a for a in args if a not in crash[:2]] if r == 1 else args  # there is no round 2 in a run of one
            run, _ = t.train(*common, *happens, "--rounds", r, "--clock", "virtual", "--model-out", "m.npz", "--log", "m.jsonl")
            found.append(difference(np, t.folder / "m.npz", models, r))
            if crash[0] in args and r > 1:
                t.check(run["workers_lost"] == 1, f"{name}: a worker is lost in the run of {r} rounds")
        t.check(max(map(max, found)) <= TOLERANCE, f"{name}: the model of each of {count} rounds is the twin's, relative to "
                f"parameters {max(f[0] for f in found):.2g}, to the round's change {max(f[1] for f in found):.2g}")
        log = Log(t.folder / "m.jsonl")
        off = max(abs(r["loss"] - l) / l for r, l in zip(log.rounds, losses))
        t.check(off <= TOLERANCE, f"{name}: so is the loss before every round: {off:.2g}")
        t.check((log.start["local_steps"], log.start["local_learning_rate"]) == (STEPS, RATE), f"{name}: the log says it")
    killed(t, common, *plain)


def killed(t, common, models, losses):
    """The same on processes of this machine, of which one is killed."""
    count = len(losses)
    cluster = Test(t.options.gleaner, t.folder)
    try:
        run = LocalRun(cluster, *common, "--speeds", "exponential:mean=100ms", "--rounds", count, "--model-out", "k.npz",
                       workers=CHUNKS)
        run.trace.wait("round 2 started", 60)
        run.kill(3)
        t.check(run.server.ended(120) == 0, "with a worker process killed the run ends well")
        run.trace.read()
        t.check(run.trace.count("worker 3 was lost") == 1, "worker 3 was lost on the way")
        cluster.none_left()
        t.wrong += cluster.wrong
    except Missed as missed:
        t.check(False, str(missed))
        return
    finally:
        cluster.clean_up()
    off = difference(numpy_or_missing(), t.folder / "k.npz", models, count)
    t.check(max(off) <= TOLERANCE, f"a killed process: the model of round {count} is the twin's: {off[0]:.2g}, {off[1]:.2g}")
    rounds = Log(run.log_path).rounds
    off = max(abs(r["loss"] - l) / l for r, l in zip(rounds, losses))
    t.check(len(rounds) == count and off <= TOLERANCE, f"a killed process: so is the loss before every round: {off:.2g}")
