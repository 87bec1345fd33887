"""Data of torch.save() and numpy.save(), and the losses that modules are trained for."""
import torch
from modules import Simple, four_classes, json, np, parameters_of, run_tests, scripted, simple, tables, train
from torch import nn


class Line(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(10, 1)

    def forward(self, x):
        return self.layer(x).squeeze(1)


class OwnLoss(Simple):
    def forward(self, x, y):
        return nn.functional.cross_entropy(self.layers(x), y, reduction="none")


class OwnLossAndRight(Simple):
    def forward(self, x, y):
        scores = self.layers(x)
        return nn.functional.cross_entropy(scores, y, reduction="none"), scores.argmax(1) == y


class Pairs(nn.Module):
    """Two tokens of seven; the class is the larger one."""

    def __init__(self):
        super().__init__()
        self.input_tokens = True
        self.words, self.head = nn.Embedding(7, 8), nn.Linear(16, 7)

    def forward(self, x):
        return self.head(torch.tanh(self.words(x).flatten(1)))


SETTINGS = ["--workers", 4, "--method", "uncoded", "--rounds", 12, "--batch", 20]


def eval_of(t, model, data):
    return json.loads(t.gleaner_says("eval", "--model", model, *data, "--json")[0])


def formats(t):
    """The same numbers are the same run, whoever wrote them and with whatever type of label."""
    x, y = four_classes()
    module = scripted(t, simple(), "module")
    np.save(t.folder / "x.npy", x.numpy())
    np.save(t.folder / "y.npy", y.numpy())
    numpy = ["--data", t.folder / "x.npy", "--labels", t.folder / "y.npy"]
    bits = {}
    for name, data in [("npy", numpy), ("pt", tables(t, x, y)), ("pt, rows x 2 x 5", tables(t, x.view(-1, 2, 5), y, "cube")),
                       ("pt, another order in memory", tables(t, x.t().contiguous().t(), y.int().unsqueeze(1), "turned"))]:
        summary, _ = train(t, module, *data, *SETTINGS, "--model-out", t.folder / "m.npz", "--test-fraction", 0.2)
        bits[name] = parameters_of(t.folder / "m.npz")[0].tobytes()
        t.check(bits[name] == bits["npy"] and summary["test_accuracy"] > 0.5, f"{name}: test accuracy {summary['test_accuracy']:.3f}")
    summary, _ = train(t, module, *numpy, *SETTINGS, "--test", t.folder / "small-x.pt", "--test-labels", t.folder / "small-y.pt")
    t.check(summary["status"] == "completed", "a training set of .npy and a test set of .pt")
    t.gleaner_says("train", *tables(t, x, y), "--rounds", 2)
    t.check(True, "softmax reads .pt as well")


def targets(t):
    """Least squares: the loss is the mean square itself, as PyTorch has it, and its root is what eval names."""
    draw = torch.Generator().manual_seed(5)
    x = torch.randn(200, 10, generator=draw)
    y = x @ torch.arange(10.0) / 10 + 0.1 * torch.randn(200, generator=draw)
    module, data = scripted(t, Line(), "line"), tables(t, x, y)
    trained = t.folder / "trained.pt"
    summary, _ = train(t, module, *data, "--loss", "mse", "--rounds", 60, "--optimizer", "sgd", "--lr", 0.2, "--verify",
                       "--model-out", trained)
    t.check(summary["loss"] < 0.05 and summary["accuracy"] is None, f"the mean square falls to {summary['loss']:.4f}")
    with torch.no_grad():
        truth = nn.functional.mse_loss(torch.jit.load(str(trained)).eval()(x), y).item()
    evaluated = eval_of(t, trained, data)
    t.check(abs(evaluated["loss"] - truth) < 1e-6, f"eval says {evaluated['loss']:.6f}, Python {truth:.6f}")
    out, _ = t.gleaner_says("eval", "--model", trained, *data)
    said = next(line for line in out.splitlines() if "root mean square" in line)
    t.check(abs(float(said.split()[1]) - truth ** 0.5) < 1e-3, f"{said.strip()}: the root is {truth ** 0.5:.4f}")


def own_loss(t):
    """forward(x, y) gives the losses: the same training as cross_entropy does it."""
    data = tables(t, *four_classes())
    found = {}
    for name, module, loss in [("cross_entropy", simple(), "cross_entropy"), ("losses", OwnLoss(), "module"),
                               ("losses and what is right", OwnLossAndRight(), "module")]:
        module.load_state_dict(simple().state_dict())
        trained = t.folder / "trained.pt"
        path = scripted(t, module, name.replace(" ", "-"))
        train(t, path, *data, *SETTINGS, "--loss", loss, "--model-out", t.folder / "m.npz")
        summary, _ = train(t, path, *data, *SETTINGS, "--loss", loss, "--model-out", trained)
        found[name] = parameters_of(t.folder / "m.npz")[0], summary, eval_of(t, trained, data)
    plain, both = found["cross_entropy"], found["losses and what is right"]
    for name, (parameters, summary, evaluated) in found.items():
        t.check(np.abs(parameters - plain[0]).max() < 1e-6, f"{name}: the parameters of cross_entropy")
        t.check(abs(evaluated["loss"] - plain[2]["loss"]) < 1e-6, f"{name}: eval says loss {evaluated['loss']:.4f}")
    t.check(both[2]["accuracy"] == plain[2]["accuracy"] and both[1]["accuracy"] == plain[1]["accuracy"], "and its accuracy")
    t.check(found["losses"][1]["accuracy"] is None and found["losses"][2]["accuracy"] is None, "no accuracy where none is told")


def tokens(t):
    x = torch.cartesian_prod(torch.arange(7), torch.arange(7)).repeat(6, 1)
    y = x.max(1).values
    data = tables(t, x, y)
    torch.manual_seed(2)
    module = scripted(t, Pairs(), "pairs")
    summary, _ = train(t, module, *data, "--rounds", 80, "--lr", 0.03, "--verify", "--model-out", t.folder / "trained.pt")
    t.check(summary["accuracy"] > 0.9, f"tokens: accuracy {summary['accuracy']:.3f}")
    with torch.no_grad():
        right = (torch.jit.load(str(t.folder / "trained.pt")).eval()(x).argmax(1) == y).float().mean().item()
    evaluated = eval_of(t, t.folder / "trained.pt", data)
    t.check(abs(evaluated["accuracy"] - right) * len(y) < 1.01, f"eval says {evaluated['accuracy']:.4f}, Python {right:.4f}")


if __name__ == "__main__":
    run_tests(formats, targets, own_loss, tokens)
