"""What cannot be trained, or not with the same bits everywhere, is one clear error and exit code 2."""
from typing import List

import torch
from modules import Simple, four_classes, run_tests, scripted, simple, tables
from torch import nn

from cluster import Cluster
from harness import Process


class Counts(Simple):
    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return self.layers(x) * float(self.calls)


class Remembers(Simple):
    seen: List[int]

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, x):
        self.seen.append(x.size(0))
        return self.layers(x) * float(len(self.seen))


class Reseeds(Simple):
    def forward(self, x):
        torch.manual_seed(1)
        return self.layers(x) + torch.rand(4)


class Puts(Simple):
    def forward(self, x):
        z = torch.zeros(4)
        z.put_(torch.tensor([0, 0]), torch.tensor([1.0, 2.0]), False)
        return self.layers(x) + z


class OtherName(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(10, 4)

    @torch.jit.export
    def scores(self, x):
        return self.layer(x)


class ManyOutputs(Simple):
    def forward(self, x):
        return [self.layers(x)]


class OneLoss(Simple):
    def forward(self, x, y):
        return self.layers(x).sum()


def frozen():
    module = simple()
    for p in module.parameters():
        p.requires_grad = False
    return module


def refused(t, name, args, *expected):
    """One line that names the culprit, and a cure."""
    _, err = t.gleaner_says("train", "--objective", "torchscript", "--rounds", 2, *args, expect=2)
    line = err.strip()
    lacking = [text for text in expected if text not in line]
    good = not lacking and "\n" not in line and line.startswith("gleaner train: ") and "; " in line and "Traceback" not in line
    t.check(good, f"{name}: {line[:200]} {lacking or ''}")


def modules(t):
    data = tables(t, *four_classes())
    same = "every holder of a chunk must get the same gradient"
    for name, module, *expected in [
            ("a counter", Counts(), "--module", "not deterministic", "forward sets the attribute calls", same),
            ("a list that grows", Remembers(), "not deterministic", "forward changes the attribute seen", same),
            ("a seed of its own", Reseeds(), "not deterministic", "forward calls manual_seed", same),
            ("an operation in any order", Puts(), "not deterministic", "put_", same, "use another operation"),
            ("double precision", simple().double(), "the parameter layers.0.weight is of type Double", "module.float()"),
            ("nothing to train", frozen(), "no parameter requires a gradient", "requires_grad"),
            ("no forward", OtherName(), "no method forward", "forward(self, x)"),
            ("a list of outputs", ManyOutputs(), "forward(x) gives no tensor"),
            ("a forward with labels", OneLoss(), "forward takes 2 inputs, not 1")]:
        refused(t, name, ["--module", scripted(t, module, name.replace(" ", "-")), *data], *expected)
    sound = scripted(t, simple(), "sound")
    torch.save(simple().state_dict(), t.folder / "state.pt")
    refused(t, "a state_dict", ["--module", t.folder / "state.pt", *data], "no TorchScript module", "torch.jit.script")
    (t.folder / "half.pt").write_bytes(sound.read_bytes()[:3000])
    refused(t, "half a file", ["--module", t.folder / "half.pt", *data], "half.pt: no TorchScript module")
    refused(t, "no file", ["--module", t.folder / "none.pt", *data], "none.pt")
    refused(t, "--loss module for forward(x)", ["--module", sound, "--loss", "module", *data], "forward takes 1 input")
    one = scripted(t, OneLoss(), "one-loss")
    refused(t, "one loss for all samples", ["--module", one, "--loss", "module", *data], "the losses have the shape [] for 32")
    refused(t, "another shape", ["--module", sound, "--input-shape", "2x5", *data], "samples x 2 x 5", "--input-shape")
    refused(t, "a shape of more numbers", ["--module", sound, "--input-shape", "3x5", *data], "--input-shape 3x5", "10 features")
    refused(t, "tokens out of fractions", ["--module", sound, "--input", "tokens", *data], "sample 1 has", "whole numbers")
    wide = tables(t, torch.randn(40, 12), torch.arange(40) % 4, "wide")
    refused(t, "samples of another width", ["--module", sound, *wide], "it does not take float32 samples x 12", "--input-shape")
    many = tables(t, torch.randn(40, 10), torch.arange(40) % 7, "many")
    refused(t, "more classes than outputs", ["--module", sound, *many], "of 7 classes")


def tensors(t):
    sound = scripted(t, simple(), "sound")
    x, y = four_classes()
    for name, (a, b), *expected in [
            ("labels of another set", (x, y[:100]), "has 240 samples", "has 100 labels"),
            ("labels of two columns", (x, torch.stack([y, y], 1)), "has 480 labels"),
            ("a single number", (torch.tensor(1.0), y), "0 dimensions"),
            ("complex numbers", (x.to(torch.complex64), y), "ComplexFloat"),
            ("a dictionary", ({"x": x}, y), "no tensor", "torch.save(tensor, FILE)"),
            ("a sample that is no number", (torch.where(torch.arange(240).view(-1, 1) == 7, torch.tensor(float("nan")), x), y), "8",
             "nan", "finite number")]:
        refused(t, name, ["--module", sound, *tables(t, a, b, "other")], *expected)
    data = tables(t, x, y)
    refused(t, "no labels", ["--module", sound, *data[:2]], "without labels", "--labels")
    refused(t, "a test set of another width", ["--module", sound, *data, "--test", tables(t, x[:, :9], y, "narrow")[1],
                                               "--test-labels", data[3]], "narrow-x.pt has 9 features, expected 10")
    refused(t, "a module as data", ["--module", sound, "--data", sound, "--labels", data[3]], "sound.pt")


def other_capability(t):
    """A worker whose processor is used in another way would have other bits: it may not take part."""
    if not any(word in torch.__config__.show() for word in ("CPU capability usage: AVX2", "CPU capability usage: AVX512")):
        t.note("this processor has nothing to be told apart by")
        return
    module = scripted(t, simple(), "module")
    c = Cluster(t, *tables(t, *four_classes()), "--objective", "torchscript", "--module", module, "--rounds", 6, "--replication",
                2, workers=3)
    t.environment["ATEN_CPU_CAPABILITY"] = "default"
    other = Process(t, "other", "worker", "--connect", c.address)
    ended = other.ended(30)
    del t.environment["ATEN_CPU_CAPABILITY"]
    other.err.read()
    said = " ".join(other.err.lines[-1:])
    t.check(ended == 2, f"it ends with {ended}")
    t.check("other bits than those of the server" in said and "CPU capability" in said and "; install the same LibTorch" in said,
            said[:400])
    c.add_all()
    c.finished(rounds=6)


if __name__ == "__main__":
    run_tests(modules, tensors, other_capability)
