"""The modules of examples/export_model.py are trained, and what comes out is what PyTorch says it is."""
import torch
from torch import nn

from modules import (TEST_ROWS, Simple, export, four_classes, json, log_of, mnist, need_mnist, np, parameters_of, relative, run_tests,
                     scripted, simple, tables, train)

LOSS_OFF, OFF = 1e-4, 1e-4


def agrees(t, kind, path, x, y, evaluated):
    """The module, loaded in Python, on the samples that `gleaner eval` had."""
    module = torch.jit.load(str(path)).eval()
    shape = list(module.input_shape) if hasattr(module, "input_shape") else [x.shape[1]]
    with torch.no_grad():
        scores = module(x.view([-1, *shape]))
        loss = torch.nn.functional.cross_entropy(scores.double(), y).item()
        right = int((scores.argmax(1) == y).sum())
    t.check(abs(loss - evaluated["loss"]) <= LOSS_OFF * max(1, loss), f"{kind}: loss {evaluated['loss']:.6f}, in Python {loss:.6f}")
    t.check(abs(right - evaluated["accuracy"] * len(y)) <= 1.01,
            f"{kind}: {evaluated['accuracy'] * len(y):.0f} of {len(y)} right, in Python {right}")


def exported(t):
    data = need_mnist()
    x, y = mnist(10_000 - TEST_ROWS, 10_000)
    tensors = tables(t, x, y, "test")
    for kind, rounds, batch in (("mlp", 20, 32), ("cnn", 20, 16), ("resnet", 6, 8)):
        module, trained, log = export(t, kind), t.folder / f"{kind}-trained.pt", t.folder / f"{kind}.jsonl"
        summary, _ = train(t, module, *data, "--rounds", rounds, "--batch", batch, "--model-out", trained, "--log", log, "--verify")
        losses = [r["loss"] for r in log_of(log)[0]]
        t.check(losses[-1] < 0.8 * losses[0], f"{kind}: the loss falls from {losses[0]:.3f} to {losses[-1]:.3f}")
        t.check(summary["gradient_error_max"] <= 1e-5, f"{kind}: gradients within {summary['gradient_error_max']:.1e}")
        out, _ = t.gleaner_says("eval", "--model", trained, *tensors, "--json")
        evaluated = json.loads(out)
        t.check(abs(evaluated["accuracy"] - summary["test_accuracy"]) < 1e-9, f"{kind}: eval says what train said of the test set")
        agrees(t, kind, trained, x, y, evaluated)
        again, _ = train(t, trained, *data, "--rounds", 1, "--batch", batch)
        t.check(again["loss"] < 0.8 * losses[0], f"{kind}: the trained module can be trained on: {again['loss']:.3f}")


def twin_rounds(module, x, y, chunks, rounds, rate):
    """Plain PyTorch: a chunk is a batch; its gradient is a sum, its buffers start where the round does."""
    parameters, loss = list(module.parameters()), torch.nn.CrossEntropyLoss(reduction="sum")
    cuts = [len(x) * c // chunks for c in range(chunks + 1)]
    for _ in range(rounds):
        start = {name: b.clone() for name, b in module.named_buffers()}
        sums = {name: torch.zeros_like(b, dtype=torch.double) for name, b in start.items()}
        module.zero_grad()
        for a, b in zip(cuts, cuts[1:]):
            for name, buffer in module.named_buffers():
                buffer.copy_(start[name])
            module.train()
            loss(module(x[a:b].view(-1, 1, 28, 28)), y[a:b]).backward()
            for name, buffer in module.named_buffers():
                sums[name] += (b - a) * buffer.double()
        with torch.no_grad():
            for p in parameters:
                p -= rate * p.grad / len(x)
            for name, buffer in module.named_buffers():
                mean = sums[name] / len(x)
                buffer.copy_(mean if buffer.is_floating_point() else mean.round())
    return module


def normalised(t):
    """Running means travel with the chunks: the ResNet's parameters and buffers are those of plain PyTorch. More
    rounds, or longer steps, and the least rounding decides: the twin in double precision is as far away then."""
    need_mnist()
    rows, rounds, rate, chunks = 90, 3, 0.01, 4
    x, y = mnist(0, rows)
    module, trained, saved = export(t, "resnet"), t.folder / "trained.pt", t.folder / "trained.npz"
    settings = [*tables(t, x, y), "--workers", chunks, "--method", "uncoded", "--batch", 0, "--micro-batch", rows, "--optimizer",
                "sgd", "--lr", rate, "--rounds", rounds]
    train(t, module, *settings, "--model-out", trained)
    train(t, module, *settings, "--model-out", saved)
    start = torch.jit.load(str(module)).state_dict()
    found = torch.jit.load(str(trained)).state_dict()
    twin = twin_rounds(torch.jit.load(str(module)), x, y, chunks, rounds, rate).state_dict()
    arrays = parameters_of(saved)[1]
    for kind, wanted in (("parameters", lambda n: "running" not in n and "num_batches" not in n),
                         ("running_mean", lambda n: n.endswith("running_mean")),
                         ("running_var", lambda n: n.endswith("running_var"))):
        names = [n for n in twin if wanted(n)]
        a, b, before = (np.concatenate([s[n].double().numpy().ravel() for n in names]) for s in (found, twin, start))
        moved = np.linalg.norm(b - before) / np.linalg.norm(b)
        t.check(relative(a, b) <= OFF and moved > 10 * OFF,
                f"{len(names)} {kind}: {relative(a, b):.1e} from the twin's, which moved by {moved:.1e}")
        same = np.concatenate([arrays[n].ravel() for n in names])
        t.check((same == a).all(), f"{kind}: .npz and .pt have the same")
    counters = [n for n in twin if "num_batches" in n]
    t.check(counters and all(int(found[n]) == rounds for n in counters), f"{len(counters)} counters have counted {rounds} rounds")


def dropout(t):
    """Draws belong to (round, chunk): wherever a chunk is computed, the model has the same bits."""
    x, y = four_classes()
    module = scripted(t, simple(dropout=0.5), "dropout")
    settings = [*tables(t, x, y), "--workers", 4, "--method", "uncoded", "--rounds", 8, "--batch", 20, "--micro-batch", 8]
    bits = {}
    for name, how in (("threads", []), ("again", []), ("processes", ["--local-processes", 4]), ("virtual", ["--clock", "virtual"]),
                      ("seed 2", ["--seed", 2])):
        path = t.folder / f"{name}.npz"
        train(t, module, *settings, *how, "--model-out", path)
        bits[name] = parameters_of(path)[0].tobytes()
    for name in ("again", "processes", "virtual"):
        t.check(bits[name] == bits["threads"], f"dropout: {name} has the bits of threads")
    t.check(bits["seed 2"] != bits["threads"], "another seed drops out others")
    plain = scripted(t, simple(dropout=0.0), "plain")
    train(t, plain, *settings, "--model-out", t.folder / "plain.npz")
    t.check(parameters_of(t.folder / "plain.npz")[0].tobytes() != bits["threads"], "and something is dropped out at all")
    replicated = [*tables(t, x, y), "--workers", 4, "--replication", 3, "--rounds", 10, "--batch", 20, "--verify",
                  "--speeds", "exponential:mean=10ms"]
    summary, _ = train(t, module, *replicated)
    t.check(summary["gradient_error_max"] <= 1e-5, f"copies stand in for one another: {summary['gradient_error_max']:.1e}")


class Masks(nn.Module):
    """Its gradient is what was dropped out: sample k has row k of the weights to itself."""

    def __init__(self):
        super().__init__()
        self.rows = nn.Parameter(torch.zeros(16, 32))

    def forward(self, x, y):
        return torch.dropout(torch.matmul(x, self.rows), 0.5, self.training).sum(1)


def masks(t):
    """No two rounds, chunks or parts of one draw the same."""
    module, model = scripted(t, Masks(), "masks"), t.folder / "m.npz"
    found = [np.zeros((16, 32))]
    for rounds in (1, 2):
        train(t, module, *tables(t, torch.eye(16), torch.arange(16) % 2), "--loss", "module", "--workers", 2, "--method", "uncoded",
              "--micro-batch", 4, "--optimizer", "sgd", "--lr", 8, "--rounds", rounds, "--model-out", model)
        found.append(parameters_of(model)[1]["rows"])
    rows = [row for a, b in zip(found, found[1:]) for row in np.round(a - b)]
    t.check(set(np.concatenate(rows)) == {0.0, 1.0}, "a half of the numbers is dropped out, the others count twice")
    t.check(len({row.tobytes() for row in rows}) == 32, "2 rounds x 2 chunks x 2 parts x 4 samples: no mask is drawn twice")


class Noisy(Simple):
    """Draws when it is evaluated as well."""

    def forward(self, x):
        return self.layers(x) + 2 * torch.randn([x.size(0), 4])


def noise(t):
    """Testing takes no random numbers from those who train, and says the same every time."""
    module, trained = scripted(t, Noisy(), "noisy"), t.folder / "trained.pt"
    data = tables(t, *four_classes())
    settings = [*data, "--workers", 4, "--method", "uncoded", "--rounds", 10, "--batch", 20, "--test-fraction", 0.2]
    bits = []
    for every in (1, 10):
        train(t, module, *settings, "--test-every", every, "--model-out", t.folder / "m.npz")
        bits.append(parameters_of(t.folder / "m.npz")[0].tobytes())
    t.check(bits[0] == bits[1], "tested after every round or once: the same bits")
    train(t, module, *settings, "--model-out", trained)
    said = {t.gleaner_says("eval", "--model", trained, *data, "--json")[0] for _ in range(2)}
    train(t, module, *settings, "--test-every", 1, "--optimizer", "sgd", "--lr", 1e-30, "--log", t.folder / "still.jsonl")
    tests = [r["test_accuracy"] for r in log_of(t.folder / "still.jsonl")[0]]
    t.check(len(tests) == 10 and len(set(tests)) == 1, f"a model that stands still is as good in every round: {set(tests)}")
    t.check(len(said) == 1, f"eval says the same again: loss {json.loads(said.pop())['loss']:.6f}")


if __name__ == "__main__":
    run_tests(exported, normalised, dropout, masks, noise)
