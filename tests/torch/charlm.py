"""The language model: it writes, learns, is saved and put to use; and what becomes of it where there is no LibTorch."""
import re
import shutil

import torch
from modules import json, log_of, run_tests

from local import LocalRun

VERSES = "the cat sat on the mat.\nthe dog lays by the old log.\n" * 60
SMALL = ["--objective", "charlm", "--transformer", "layers=1,heads=2,width=32,context=24", "--micro-batch", 16]


def text(t, name="verses.txt", content=VERSES):
    path = t.folder / name
    path.write_text(content)
    return path


def learns(t):
    trained, log = t.folder / "trained.pt", t.folder / "run.jsonl"
    out, err = t.gleaner_says("train", *SMALL, "--text", text(t), "--rounds", 120, "--lr", 0.01, "--samples-every", 20,
                              "--test-fraction", 0.2, "--verify", "--json", "--log", log, "--model-out", trained)
    losses = [r["loss"] for r in log_of(log)[0]]
    t.check(losses[-1] < 0.4 * losses[0], f"the loss falls from {losses[0]:.3f} to {losses[-1]:.3f}")
    samples = re.findall(r'"([^"\n]{20,})"', err)
    t.check(len(samples) >= 4 and len(set(samples)) >= 3, f"{len(samples)} samples, the last: {samples[-1:]}")
    words = set(VERSES.replace(".", " ").split())
    known = [w for w in samples[-1].replace(".", " ").split() if w in words]
    t.check(len(known) >= 3, f"words of the text in it: {known}")
    summary = json.loads(out)
    t.check(summary["gradient_error_max"] <= 1e-5, f"gradients within {summary['gradient_error_max']:.1e}")
    put_to_use(t, trained)


def put_to_use(t, trained):
    other = text(t, "other.txt", "the dog sat on the cat.\nthe log lay by the mat.\n" * 8)
    evaluated = json.loads(t.gleaner_says("eval", "--model", trained, "--data", other, "--json")[0])
    module = torch.jit.load(str(trained)).eval()
    letters = sorted(set(VERSES.encode()))
    numbers = [letters.index(c) for c in other.read_bytes()]
    pieces = torch.tensor([numbers[i * 24:i * 24 + 25] for i in range((len(numbers) - 1) // 24)])
    with torch.no_grad():
        given, right = module(pieces, torch.zeros(len(pieces)))
    t.check(abs(given.mean().item() - evaluated["loss"]) < 1e-4, f"eval says {evaluated['loss']:.5f}, Python {given.mean().item():.5f}")
    t.check(abs(right.mean().item() - evaluated["accuracy"]) < 1e-4, f"and of characters {evaluated['accuracy']:.4f} are right")
    _, err = t.gleaner_says("eval", "--model", trained, "--data", text(t, "strange.txt", VERSES + "Zebra\n"), expect=2)
    line = err.strip()
    t.check(f"at byte {len(VERSES)}: found 'Z'" in line and "; give text of the same characters" in line and "\n" not in line, line)


def same_bits(t):
    """Threads, processes and simulated time: one model."""
    common = [*SMALL, "--text", text(t), "--method", "uncoded", "--rounds", 8, "--seed", 4]
    files = [t.folder / f"{name}.npz" for name in ("threads", "virtual", "processes")]
    t.gleaner_says("train", *common, "--workers", 4, "--model-out", files[0])
    t.gleaner_says("train", *common, "--workers", 4, "--clock", "virtual", "--model-out", files[1])
    LocalRun(t, *common, "--model-out", files[2], workers=4).finished(rounds=8, lost=0)
    t.check(len({f.read_bytes() for f in files}) == 1, "threads, virtual clock and processes have the same bits")


def killed(t):
    """A worker process is killed: the run goes on without it, and every gradient stays exact."""
    run = LocalRun(t, *SMALL, "--text", text(t), "--replication", 3, "--rounds", 25, "--speeds", "exponential:mean=60ms", workers=4)
    run.trace.wait("round 4 started", 60)
    run.kill(2)
    run.finished(rounds=25)
    t.check(run.trace.count("worker 2 was lost") == 1, "worker 2 was lost on the way")


def without_the_library(t):
    """The program alone, as it is where LibTorch was not there when it was built."""
    alone = t.folder / "alone"
    alone.mkdir()
    shutil.copy(t.gleaner, alone / "gleaner")
    t.gleaner = alone / "gleaner"
    for objective in (["charlm"], ["torchscript", "--module", text(t)]):
        _, err = t.gleaner_says("train", "--objective", *objective, "--rounds", 2, expect=2)
        line = err.strip()
        t.check("built without LibTorch" in line and "; install the packages of group [torch]" in line and "\n" not in line, line)
    (t.folder / "model.pt").write_text("none")
    _, err = t.gleaner_says("eval", "--model", "model.pt", "--data", text(t), expect=2)
    t.check("built without LibTorch" in err, err.strip())
    out, _ = t.gleaner_says("train", "--objective", "softmax", "--rounds", 2, "--json")
    t.check(json.loads(out)["status"] == "completed", "softmax needs none of it")


if __name__ == "__main__":
    run_tests(learns, same_bits, killed, without_the_library)
