"""The cases of bad_input.py that read a configuration, a checkpoint or a saved model, and their files."""
import json
import struct
import subprocess
import zipfile

RUN = ["--data", "train.svm", "--objective", "logistic", "--clock", "virtual", "--rounds", "4"]
RESUME = [*RUN, "--checkpoint-every", "2", "--resume", "--checkpoint"]


# --- files --------------------------------------------------------------------------------------------------


def make_files(folder, gleaner):
    """Needs the sound inputs of bad_input.py. Sound: saved/ (a run of RUN, rounds 2 and 4), table.npz and
    table.safetensors (softmax on table.csv), layers.npz and layers.safetensors (a perceptron on train.svm)."""
    def run(*args):
        subprocess.run([gleaner, "train", *args], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    make_configs(folder)
    for name in ["saved", "cut", "flipped", "garbage", "renamed", "hollow"]:
        run(*RUN, "--checkpoint", name, "--checkpoint-every", "2")
    make_broken_checkpoints(folder)
    for end in ["npz", "safetensors"]:
        run("--data", "table.csv", "--rounds", "1", "--chunks", "2", "--workers", "2", "--replication", "2",
            "--model-out", f"table.{end}")
        run("--data", "train.svm", "--objective", "mlp", "--hidden", "3/2", "--rounds", "1", "--model-out",
            f"layers.{end}")
        (folder / f"folder.{end}").mkdir()
        (folder / f"empty.{end}").write_bytes(b"")
        (folder / f"noise.{end}").write_bytes(bytes(range(1, 256)) * 4)
    make_broken_npz(folder)
    make_broken_safetensors(folder)


CONFIGS = {
    "no-value": "rounds = 1\nworkers = \n", "no-equals": "workers 8\n", "open-quote": 'data = "train.svm\n',
    "bare-text": "objective = softmax\n", "unknown": "\nwokers = 8\n", "unknown-far": "quux = 8\n",
    "capital": "Workers = 3\n", "underscore": "test_fraction = 0.2\n", "table": "[trian]\nworkers = 8\n",
    "in-table": "[train]\nblocsk = 2\n", "of-other-command": "[eval]\nworkers = 3\n",
    "deep-table": "[train.deep]\nx = 1\n", "word": 'workers = "eight"\n', "fraction": "workers = 1.5\n",
    "negative": "workers = -3\n", "truth": "workers = true\n", "number-for-switch": "verify = 1\n",
    "text-for-switch": 'verify = "true"\n', "date": "rounds = 1979-05-27\n", "no-items": "hidden = []\n",
    "lists": "hidden = [[1]]\n", "two-numbers": "workers = [8, 9]\n", "infinite": "lr = inf\n", "nan": "l2 = nan\n",
    "twice": "workers = 8\nworkers = 9\n", "beyond-64": "seed = 99999999999999999999\n",
    "later": "# a comment\n\nreplication = 9\nrounds = 1\n", "zero": "rounds = 1\nlr = 0\n",
    "speeds": 'speeds = "exponental:mean=3ms"\n', "log": 'log = "nowhere/run.jsonl"\n', "itself": 'config = "x"\n',
    "print": "print-config = true\n", "empty-text": 'data = ""\n', "not-utf8": b'data = "\xff"\n',
    "nested": "a = " + "[" * 100000, "two-lines": 'data = """no\nwhere"""\n', "null": 'data = "no\\u0000where"\n',
}


def make_configs(folder):
    for name, text in CONFIGS.items():
        (folder / f"{name}.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    (folder / "folder.toml").mkdir()
    (folder / "noise.toml").write_bytes(bytes(range(1, 256)))


def make_broken_checkpoints(folder):
    latest = "round-00000004.checkpoint"

    def change(name, how):
        path = folder / name / latest
        path.write_bytes(how(path.read_bytes()))
    change("cut", lambda b: b[:-9])
    change("flipped", lambda b: b[:100] + bytes([b[100] ^ 1]) + b[101:])
    change("garbage", lambda b: bytes(range(1, 256)) * 3)
    change("hollow", lambda b: b"")
    (folder / "hollow/round-00000002.checkpoint").unlink()
    (folder / "renamed" / latest).rename(folder / "renamed/round-00000009.checkpoint")


def make_broken_npz(folder):
    whole = (folder / "layers.npz").read_bytes()
    (folder / "cut.npz").write_bytes(whole[: len(whole) // 2])
    at = whole.index(b"NUMPY") + 130
    (folder / "flipped.npz").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
    with zipfile.ZipFile(folder / "table.npz") as sound:
        items = {name: sound.read(name) for name in sound.namelist()}

    def put(name, **changes):
        with zipfile.ZipFile(folder / f"{name}.npz", "w") as out:
            for item, content in {**items, **changes}.items():
                if content is not None:
                    out.writestr(item, content)
    put("no-bias", **{"bias.npy": None})
    put("no-metadata", **{"metadata.json": None})
    put("list-metadata", **{"metadata.json": "[1]"})
    put("broken-array", **{"bias.npy": b"\x93NUMPY nonsense"})
    put("wrong-type", **{"bias.npy": items["bias.npy"].replace(b"<f4", b"<f8")})
    put("part-too-many", **{"more.npy": items["bias.npy"]})
    put("nothing", **dict.fromkeys(items))


def make_broken_safetensors(folder):
    def put(name, header, numbers, length=None):
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        start = struct.pack("<Q", len(text) if length is None else length)
        (folder / f"{name}.safetensors").write_bytes(start + text + numbers)

    def changed(base, name, how, numbers=lambda b: b):  # without its checksum
        header, data = parts[base]
        header = json.loads(json.dumps(header))
        for key in ["gleaner.sha256", "gleaner.format"]:
            header["__metadata__"].pop(key)
        how(header)
        put(name, header, numbers(data))

    parts = {}
    for base in ["table", "layers"]:
        whole = (folder / f"{base}.safetensors").read_bytes()
        length = struct.unpack("<Q", whole[:8])[0]
        parts[base] = json.loads(whole[8:8 + length]), whole[8 + length:]
    (folder / "cut.safetensors").write_bytes(whole[:-3])
    (folder / "flipped.safetensors").write_bytes(whole[:-2] + bytes([whole[-2] ^ 1]) + whole[-1:])
    put("huge", b"{}", b"", 1 << 63)
    put("garbage", b'{"a": nope', b"")
    put("deep", b'{"__metadata__":{"gleaner.sha256":"x"},"a":' + b"[" * 1000000 + b"]" * 1000000 + b"}", b"")
    put("shape", {"a": {"dtype": "F32", "shape": [(1 << 64) - 1, 4], "data_offsets": [0, 4]}}, bytes(4))
    changed("table", "no-metadata", lambda h: h.pop("__metadata__"))
    changed("table", "objective", lambda h: h["__metadata__"].update(objective="softmx"))
    changed("table", "seven", lambda h: h["__metadata__"].update(features="7"))
    changed("table", "negative", lambda h: h["__metadata__"].update(features="-1"))
    changed("table", "classes", lambda h: h["__metadata__"].update(class_names="[1, 2]"))
    changed("table", "nan", lambda h: None, lambda b: b[:-4] + struct.pack("<f", float("nan")))
    changed("table", "turned", lambda h: h["weights"].update(shape=[4, 1]))
    changed("table", "renamed", lambda h: h.update(wieghts=h.pop("weights")))
    changed("layers", "hidden", lambda h: h["__metadata__"].update(hidden="x"))
    changed("layers", "other-hidden", lambda h: h["__metadata__"].update(hidden="3/3"))


# --- cases --------------------------------------------------------------------------------------------------


def config(name, *expected, args=()):
    return (f"config {name}", ["train", "--config", f"{name}.toml", *args], (f"{name}.toml", *expected))


def resume(name, args, *expected):
    return (f"resume with {name}", ["train", *RESUME, "saved", *args.split()],
            ("--resume", "saved/round-00000004.checkpoint", *expected))


def broken(folder, *expected):
    return (f"checkpoint {folder}", ["train", *RESUME, folder], ("--resume", f"{folder}/round-0", *expected))


def evaluate(name, args, *expected):
    return (f"eval {name}", ["eval", *args.split()], expected)


def model(file, *expected, data="table.csv"):
    return (f"model {file}", ["eval", "--model", file, "--data", data], (file, *expected))


CASES = [
    config("no-value", ":2:", "value"), config("no-equals", ":1:", "'='"), config("open-quote", ":1:"),
    config("bare-text", ":1:", "quotes"), config("unknown", ":2:", "wokers", "did you mean workers?"),
    config("unknown-far", ":1:", "quux", "--print-config"), config("capital", ":1:", "did you mean workers?"),
    config("underscore", "did you mean test-fraction?"), config("table", "[trian]", 'did you mean "train"?'),
    config("in-table", ":2:", "blocsk", "did you mean blocks?"),
    config("of-other-command", ":2:", "workers", "gleaner eval --print-config"), config("deep-table", ":1:", "deep"),
    config("word", ":1:", "--workers eight", "whole number"), config("fraction", ":1:", "--workers 1.5"),
    config("negative", ":1:", "--workers -3"), config("truth", ":1:", "true or false"),
    config("number-for-switch", ":1:", "verify = true"), config("text-for-switch", ":1:", "without quotes"),
    config("date", ":1:", "rounds"), config("no-items", ":1:", "--hidden", "needs a value"),
    config("lists", ":1:", "hidden"), config("two-numbers", ":1:", "8/9"), config("infinite", ":1:", "--lr inf"),
    config("nan", ":1:", "--l2 nan"), config("twice", ":2:", "'workers'"), config("beyond-64", ":1:", "64 bits"),
    config("later", ":3:", "--replication 9", "8 workers"), config("zero", ":2:", "--lr"),
    config("speeds", ":1:", "--speeds", 'did you mean "exponential"?'),
    config("log", ":1:", "--log nowhere/run.jsonl", "folder nowhere"), config("itself", ":1:", "command line"),
    config("print", ":1:", "command line"), config("empty-text", ":1:", "--data", "needs a value"),
    config("not-utf8", ":1:", "utf-8"), config("nested", ":1:"), config("noise", ":1:"),
    config("folder", "is a folder"), config("nowhere", "--config", "cannot be opened"),
    ("config two-lines", ["train", "--config", "two-lines.toml"], ("no?where",)),
    ("config null", ["train", "--config", "null.toml"], ("no",)),
    ("config for a file below a file", ["plan", "--config", "images/a.toml"], ("--config images/a.toml",)),
    ("config of eval", ["eval", "--config", "unknown.toml"], ("unknown.toml:2", "wokers")),
    ("config overwritten by the log", ["train", "--config", "empty-text.toml", "--data", "train.svm", "--log",
                                       "empty-text.toml"], ("--log", "empty-text.toml")),
    ("config overwritten by the plan", ["plan", "--config", "empty-text.toml", "--out", "empty-text.toml"],
     ("--out", "--config")),
    ("trace of speeds overwritten", ["train", "--speeds", "trace:file=train.svm", "--log", "train.svm"],
     ("--log", "--speeds")),
    ("config for version", ["version", "--config", "zero.toml"], ("--config",)),
    ("config twice in the flags", ["train", "--config", "zero.toml", "--config", "log.toml"], ("more than once",)),
    ("config without a name", ["train", "--config"], ("--config", "needs a value")),
    ("print-config with a bad key", ["train", "--config", "unknown.toml", "--print-config"], ("unknown.toml:2",)),
    ("print-config with a bad value", ["plan", "--config", "word.toml", "--print-config"], ("word.toml:1",)),
    ("print-config with a bad flag", ["train", "--print-config", "--wokers", "3"], ("--wokers",)),
    ("print-config with a value", ["train", "--print-config=3"], ("--print-config takes no value",)),

    resume("another batch", "--batch 2", "--batch 0"), resume("another step size", "--lr 0.3", "--lr 0.2"),
    resume("other workers", "--workers 4", "--workers 8"), resume("another seed", "--seed 5", "--seed 1"),
    resume("another l2", "--l2 0.1", "--l2 0"), resume("another optimizer", "--optimizer adam", "--optimizer momentum"),
    resume("local steps", "--local-steps 2", "--optimizer momentum, now it is fedavg"),
    resume("another momentum", "--momentum 0.5", "--momentum 0.9"), resume("other blocks", "--blocks 2", "--blocks 1"),
    resume("another method", "--method original", "--method partial"),
    resume("another schedule", "--schedule cosine", "--schedule constant"),
    resume("other speeds", "--speeds exponential:mean=3ms", "--speeds none"),
    resume("other faults", "--faults crash:count=1,round=2", "--faults none", "crash:count=1,round=2"),
    resume("another recovery", "--recovery deadline=20ms", "--recovery exact"),
    resume("another end", "--when-unrecoverable approximate", "--when-unrecoverable stop"),
    resume("another replication", "--replication 2", "another plan"),
    resume("another order", "--order random", "another plan"), resume("another frame", "--frame gaussian", "another plan"),
    resume("test data held back", "--test-fraction 0.2", "--data", "40 samples", "32 samples", "the --data of then"),
    ("resume on another clock", ["train", *RUN[:4], "--checkpoint", "saved", "--resume"], ("--clock virtual", "real")),
    ("resume another objective", ["train", "--data", "train.svm", "--clock", "virtual", "--checkpoint", "saved",
                                  "--resume"], ("--objective logistic",)),
    ("resume for fewer rounds", ["train", *RUN[:-1], "2", "--checkpoint", "saved", "--resume"],
     ("--rounds 2", "4 rounds are done", "--rounds 4")),
    ("resume and compare", ["train", *RESUME, "saved", "--compare"], ("--resume and --compare",)),
    ("resume without checkpoint", ["train", *RUN, "--resume"], ("--resume without --checkpoint", "--checkpoint DIR")),
    ("resume with no checkpoint", ["train", *RESUME, "folder.is"], ("--resume", "folder.is")),
    ("resume from nowhere", ["train", *RESUME, "nowhere"], ("--resume", "nowhere")),
    ("resume from a file", ["train", *RESUME, "images"], ("--resume", "images")),
    broken("cut", "cut short", "round-00000002.checkpoint"), broken("flipped", "checksum", "round-00000002.checkpoint"),
    broken("garbage", "not a checkpoint", "round-00000002.checkpoint"), broken("renamed", "round 4", "renamed"),
    broken("hollow", "cut short: 0 bytes", "without --resume"),
    ("checkpoint of another run", ["train", *RUN, "--checkpoint", "saved"], ("--checkpoint saved", "--resume")),
    ("checkpoint a file", ["train", *RUN, "--checkpoint", "images"], ("--checkpoint images", "not a folder")),
    ("checkpoint in no folder", ["train", *RUN, "--checkpoint", "nowhere/a"], ("--checkpoint nowhere/a", "no folder")),
    ("checkpoint below a file", ["train", *RUN, "--checkpoint", "images/a"], ("--checkpoint images/a",)),
    ("checkpoint in a folder of the system", ["train", *RUN, "--checkpoint", "/proc/a"], ("--checkpoint /proc/a",)),
    ("checkpoint every 0", ["train", *RUN, "--checkpoint", "new", "--checkpoint-every", "0"], ("--checkpoint-every 0",)),
    ("checkpoint every without a folder", ["train", *RUN, "--checkpoint-every", "5"],
     ("--checkpoint-every without --checkpoint", "--checkpoint DIR")),

    evaluate("nothing", "", "--model is missing"), evaluate("no data", "--model table.npz", "--data is missing"),
    evaluate("no model", "--data table.csv", "--model is missing"),
    evaluate("misspelt flag", "--model table.npz --data table.csv --jsn", "--jsn", "did you mean --json?"),
    evaluate("labels for CSV", "--model table.npz --data table.csv --labels labels", "labels"),
    evaluate("format", "--model table.npz --data table.csv --format xls", "--format"),
    evaluate("data missing", "--model table.npz --data nowhere.csv", "nowhere.csv"),
    evaluate("columns too few", "--model table.npz --data targets.csv", "targets.csv:1", "2 columns", "expected 3"),
    evaluate("columns elsewhere", "--model table.npz --data other-order.csv", "other-order.csv:1", "'income'", "'age'"),
    evaluate("label unknown", "--model table.npz --data unknown.csv", "unknown.csv:3", "'perhaps'", "'no', 'yes'"),
    evaluate("feature beyond", "--model layers.npz --data wider.svm", "wider.svm:3", "'9:1'"),
    evaluate("images of other size", "--model layers.npz --data images --labels labels", "images", "6 features", "8"),
    evaluate("labels missing", "--model layers.npz --data images", "images", "--labels"),
    model("nowhere.npz", "No such file"), model("nowhere.safetensors", "No such file"),
    model("folder.npz", "is a folder"), model("folder.safetensors", "is a folder"), model("table.onnx", ".npz"), model("missing.pt", "missing.pt"),
    model("table", "table.npz"), model("images/a.npz"), model("empty.npz", "zip"), model("empty.safetensors", "cut short"),
    model("noise.npz", "zip"), model("noise.safetensors", "cut short"), model("cut.npz", "zip"),
    model("cut.safetensors", "checksum"), model("flipped.npz", "CRC"), model("flipped.safetensors", "checksum"),
    model("no-bias.npz", "no part bias"), model("no-metadata.npz", '"objective"'),
    model("list-metadata.npz", "metadata.json"), model("broken-array.npz", "bias.npy"),
    model("wrong-type.npz", "bias.npy", "<f8", "<f4"), model("part-too-many.npz", "more"), model("nothing.npz"),
    model("huge.safetensors", "header of 9223372036854775808"), model("garbage.safetensors", "JSON"),
    model("deep.safetensors", "nested"), model("shape.safetensors", "tensor a"),
    model("no-metadata.safetensors", '"objective"'), model("objective.safetensors", '"softmx"'),
    ("model seven.safetensors", ["eval", "--model", "seven.safetensors", "--data", "table.csv"], ("table.csv:1", "7")),
    model("negative.safetensors", '"features"'), model("classes.safetensors", '"class_names"'),
    model("nan.safetensors", "number 1 of bias is NaN"), model("turned.safetensors", "(4, 1)", "(2, 2)"),
    model("renamed.safetensors", "no part weights", "wieghts"),
    model("hidden.safetensors", "metadata", data="train.svm"),
    model("other-hidden.safetensors", "layer2.weights", "(3, 2)", "(3, 3)", data="train.svm"),
]
