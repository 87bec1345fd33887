"""Waiting for all is the same computation wherever it is done: the model has the same bits."""
import hashlib

from cluster import Cluster
from harness import run_tests
from local import LocalRun


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def models(t, settings, *name):
    name = "-".join(name)
    files = [t.folder / f"{name}-{how}.safetensors" for how in ("threads", "processes", "cluster")]
    t.gleaner_says("train", *settings, "--workers", 4, "--model-out", files[0])
    run = LocalRun(t, *settings, "--model-out", files[1], workers=4, name=f"{name}-local")
    run.finished(rounds=12, lost=0)
    c = Cluster(t, *settings, "--model-out", files[2], workers=4, name=f"{name}-server")
    c.add_all()
    c.finished(rounds=12, lost=0)
    digests = [digest(f) for f in files]
    t.check(len(set(digests)) == 1, f"{name}: threads, processes, cluster: {digests}")


def softmax(t):
    models(t, [*t.small_data(), "--method", "uncoded", "--rounds", 12, "--seed", 5], "softmax")


def perceptron_on_batches(t):
    models(t, [*t.small_data(), "--method", "uncoded", "--objective", "mlp", "--hidden", "16", "--batch", 9,
               "--optimizer", "adam", "--rounds", 12, "--seed", 6], "mlp")


def local_steps(t):
    models(t, [*t.small_data(), "--method", "uncoded", "--objective", "mlp", "--hidden", "8", "--batch", 9, "--local-steps", 3,
               "--local-lr", "0.3", "--prox", "0.2", "--l2", "0.01", "--optimizer", "fedadam", "--rounds", 12, "--seed", 8],
           "local")


def sparse(t):
    models(t, [*t.wide_data(samples=40, features=20_000), "--method", "uncoded", "--rounds", 12, "--seed", 7], "sparse")


if __name__ == "__main__":
    run_tests(softmax, perceptron_on_batches, local_steps, sparse)
