"""What the tests of LibTorch objectives work with: Debian's PyTorch, modules that it exports, and data for them.

Every file beside this one is a test program like those of ../cluster: FILE GLEANER [TEST...].
"""
import gzip
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "cluster"))
SKIPPED = 77

try:
    import numpy as np
    import torch
    from torch import nn
except ImportError:
    print("skipped: there is no python3-torch")
    sys.exit(SKIPPED)

from harness import log_of, run_tests  # noqa: E402,F401

torch.set_num_threads(1)
SHARED = pathlib.Path(os.environ.get("GLEANER_SHARED") or HERE.parents[1].parent / "shared")
IMAGES, LABELS = (SHARED / "data" / f"t10k-{name}-ubyte.gz" for name in ("images-idx3", "labels-idx1"))
TEST_ROWS = 2000  # --test-fraction 0.2 of MNIST's 10,000


def need_mnist():
    if not IMAGES.is_file() or not LABELS.is_file():
        print(f"skipped: there is no {IMAGES}")
        sys.exit(1 if os.environ.get("GLEANER_REQUIRE_SHARED") == "1" else SKIPPED)
    return ["--data", IMAGES, "--labels", LABELS, "--test-fraction", 0.2]


def mnist(first, last):
    """Images and labels as gleaner reads them."""
    with gzip.open(IMAGES) as file:
        x = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)[first:last]
    with gzip.open(LABELS) as file:
        y = np.frombuffer(file.read(), np.uint8, offset=8)[first:last]
    return torch.tensor(x.astype(np.float32) / np.float32(255)), torch.tensor(y.astype(np.int64))


def export(t, kind, seed=1):
    """By examples/export_model.py, in a process of its own, as a reader would."""
    path = t.folder / f"{kind}.pt"
    run = subprocess.run([sys.executable, HERE.parents[1] / "examples" / "export_model.py", kind, path, "--seed", str(seed)],
                         capture_output=True, text=True)
    t.check(run.returncode == 0, f"export_model.py {kind}: {(run.stdout + run.stderr[-300:]).strip().splitlines()[-1]}")
    return path


def scripted(t, module, name):
    path = t.folder / f"{name}.pt"
    torch.jit.script(module).save(str(path))
    return path


def tables(t, x, y, name="small"):
    """Tensors as files of torch.save()."""
    paths = t.folder / f"{name}-x.pt", t.folder / f"{name}-y.pt"
    for path, tensor in zip(paths, (x, y)):
        torch.save(tensor, path)
    return ["--data", paths[0], "--labels", paths[1]]


def four_classes(rows=240, seed=3):
    """Ten features, of which those of the class are larger."""
    draw = torch.Generator().manual_seed(seed)
    y = torch.arange(rows) % 4
    x = 0.5 * torch.randn(rows, 10, generator=draw) + (torch.arange(10) % 4 == y.unsqueeze(1)).float()
    return x, y


class Simple(nn.Module):
    """Ten features, four classes."""

    def __init__(self, dropout=0.0):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Dropout(dropout), nn.Linear(16, 4))

    def forward(self, x):
        return self.layers(x)


def simple(seed=1, **how):
    torch.manual_seed(seed)
    return Simple(**how)


def train(t, module, *args, expect=0):
    """train --objective torchscript to its end: the summary of --json, and what was said."""
    out, err = t.gleaner_says("train", "--objective", "torchscript", "--module", module, "--json", *args, expect=expect)
    return json.loads(out) if out.strip() else {}, err


def parameters_of(path):
    """All of an .npz model in one row, and each by its name."""
    with np.load(path) as file:
        parts = {name: file[name].astype(np.float64) for name in file.files if name != "metadata.json"}
    return np.concatenate([p.ravel() for p in parts.values()]), parts


def relative(a, b):
    return float(np.linalg.norm(a - b) / np.linalg.norm(b))
