"""What a worker with LibTorch needs is said before the run, and is what it has at its peak."""
import re

from modules import export, mnist, need_mnist, run_tests, tables

from gradients import TOLERANCE, in_bytes, run

WAYS = "float32", "bfloat16", "spilled"


def told_and_measured(t, name, *args):
    """Worker 1 is so slow that worker 0 does all of its chunks: the largest worker is as large as it may become."""
    for gradients in WAYS:
        said, _, summary = run(t, f"{name}-{gradients}", *args, "--local-processes", 2, "--replication", 2, "--chunks", 8, "--rounds",
                               6, "--speeds", "constant:mean=20ms+slow:factor=1000,workers=1", "--gradients", gradients,
                               "--spill-dir", t.folder, "--memory", "2GiB")
        expected = re.search(r"a worker needs about (\S+) \(.*\); --memory 2.1GB", said)
        peak = re.search(r"the largest worker had (\S+) of memory at its peak; about (\S+) were expected", said)
        if not t.check(bool(expected and peak and summary), f"{name}, {gradients}: says what is needed, and what was"):
            t.note(said[-400:])
            continue
        needs, had = in_bytes(expected.group(1)), in_bytes(peak.group(1))
        t.check(abs(had - needs) <= TOLERANCE * had, f"{name}, {gradients}: {peak.group(1)} at the peak, {expected.group(1)} "
                f"expected: {100 * (needs / had - 1):+.1f} %")


def cnn(t):
    need_mnist()
    told_and_measured(t, "cnn", "--objective", "torchscript", "--module", export(t, "cnn"), *tables(t, *mnist(0, 2000)), "--batch", 64)


def charlm(t):
    told_and_measured(t, "charlm", "--objective", "charlm", "--transformer", "layers=2,heads=4,width=128,context=64", "--batch", 16)


def too_little(t):
    """Less than LibTorch itself takes is refused before the run."""
    _, err = t.gleaner_says("train", "--objective", "charlm", "--memory", "20MB", expect=2)
    t.check(re.search(r"--memory 20MB.*; .*", err) and "\n" not in err.strip(), err.strip()[:250])


if __name__ == "__main__":
    run_tests(cnn, charlm, too_little)
