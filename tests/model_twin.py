#!/usr/bin/python3
"""Trains softmax regression the plain way, in double precision on one machine, and compares the result with
a model that Gleaner trained: full-batch gradient descent from zero, mean cross-entropy loss, no L2.

    model_twin.py IMAGES.gz LABELS.gz TRAIN_ROWS ROUNDS LEARNING_RATE MODEL.npz|MODEL.safetensors

Prints the largest absolute and relative difference; exits 1 if the relative one is above 1e-5, 2 if an
argument is wrong.
"""
import gzip
import json
import sys

import numpy as np

TOLERANCE = 1e-5


def idx(path):
    opener = gzip.open if open(path, "rb").read(2) == b"\x1f\x8b" else open
    with opener(path, "rb") as file:
        data = file.read()
    shape = np.frombuffer(data, ">u4", data[3], 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def train(x, y, rounds, rate):
    classes = y.max() + 1
    weights, bias = np.zeros((x.shape[1], classes)), np.zeros(classes)
    truth = np.eye(classes)[y]
    for _ in range(rounds):
        scores = x @ weights + bias
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        slopes = (p / p.sum(axis=1, keepdims=True) - truth) / len(x)
        weights, bias = weights - rate * (slopes.T @ x).T, bias - rate * slopes.sum(axis=0)
    return {"weights": weights, "bias": bias}


def safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    start = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, t in json.loads(data[8:start]).items():
        if name != "__metadata__":
            first, last = t["data_offsets"]
            tensors[name] = np.frombuffer(data[start + first : start + last], {"F32": "<f4"}[t["dtype"]]).reshape(t["shape"])
    return tensors


def read_model(path):
    if path.endswith(".safetensors"):
        return safetensors(path)
    with np.load(path) as file:
        return {name: file[name] for name in file.files if name != "metadata.json"}


def main():
    if len(sys.argv) != 7:
        print(__doc__, file=sys.stderr)
        return 2
    images, labels, rows, rounds, rate, model = sys.argv[1:]
    rows = int(rows)
    x = idx(images)[:rows].reshape(rows, -1) / 255
    y = idx(labels)[:rows]
    twin = train(x, y, int(rounds), float(rate))
    found = read_model(model)
    if sorted(found) != sorted(twin) or any(found[n].shape != twin[n].shape for n in twin):
        print(f"{model} holds {[(n, found[n].shape) for n in found]}", file=sys.stderr)
        return 1
    absolute = max(np.abs(found[n] - twin[n]).max() for n in twin)
    largest = max(np.abs(twin[n]).max() for n in twin)
    relative = absolute / largest
    print(f"largest difference: absolute {absolute:.3g}, relative to the largest parameter {relative:.3g}")
    return 0 if relative <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
