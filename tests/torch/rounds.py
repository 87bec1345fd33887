"""The exported CNN on MNIST, at full length: exact among stragglers, and undisturbed by losses."""
from modules import export, log_of, need_mnist, parameters_of, relative, run_tests, train

BATCH = 64  # of each of 8 chunks: 512 in all


def stragglers(t):
    module, log = export(t, "cnn"), t.folder / "run.jsonl"
    summary, _ = train(t, module, *need_mnist(), "--workers", 8, "--replication", 3, "--batch", BATCH, "--rounds", 150, "--speeds",
                       "exponential:mean=50ms", "--verify", "--log", log)
    rounds, _ = log_of(log)
    worst = max(r["gradient_error"] for r in rounds)
    t.check(len(rounds) == 150 and worst <= 1e-5, f"{len(rounds)} rounds, every gradient within {worst:.1e}")
    t.check(summary["test_accuracy"] >= 0.96, f"test accuracy {summary['test_accuracy']:.4f}")


def losses(t):
    """Two workers lost within the first rounds, one of them before its vector had arrived."""
    module = export(t, "cnn")
    common = [*need_mnist(), "--workers", 8, "--replication", 4, "--batch", BATCH, "--optimizer", "sgd"]
    first, second = "crash:count=1,round=1,at=mid", "crash:count=1,round=4,at=after-signal"
    worst = 0
    for rounds in (1, 2, 4, 7, 10):
        # Of a loss that lies beyond the last round nobody would hear.
        faults = "+".join(f for f, r in ((first, 1), (second, 4)) if r <= rounds)
        runs = []
        for name, args in (("undisturbed", []), ("disturbed", ["--faults", faults])):
            path = t.folder / f"{name}.npz"
            summary, _ = train(t, module, *common, *args, "--rounds", rounds, "--model-out", path, "--speeds",
                               "exponential:mean=5ms")
            runs.append(parameters_of(path)[0])
        t.check(summary["workers_lost"] == faults.count("crash"), f"round {rounds}: {summary['workers_lost']} workers lost, "
                f"parameters {relative(runs[1], runs[0]):.1e} from those of the undisturbed run")
        worst = max(worst, relative(runs[1], runs[0]))
    t.check(worst <= 1e-6, f"the parameters of the first 10 rounds within {worst:.1e}")
    accuracy = {}
    for name, args in (("undisturbed", []), ("disturbed", ["--faults", f"{first}+{second}"])):
        summary, _ = train(t, module, *common[:-2], *args, "--rounds", 60)
        accuracy[name] = summary["test_accuracy"]
    t.check(abs(accuracy["disturbed"] - accuracy["undisturbed"]) <= 0.01 and accuracy["undisturbed"] > 0.9,
            f"final test accuracy {accuracy['disturbed']:.4f}, undisturbed {accuracy['undisturbed']:.4f}")


if __name__ == "__main__":
    run_tests(stragglers, losses)
