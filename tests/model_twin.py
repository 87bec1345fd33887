#!/usr/bin/python3
"""Trains softmax regression the plain way, in double precision on one machine, and compares the result with
a model that Gleaner trained: full-batch gradient descent from zero, mean cross-entropy loss, no L2.

    model_twin.py IMAGES.gz LABELS.gz TRAIN_ROWS ROUNDS LEARNING_RATE MODEL.npz

Prints the largest absolute and relative difference; exits 1 if the relative one is above 1e-5, 2 if an
argument is wrong.
"""
import gzip
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


def main():
    if len(sys.argv) != 7:
        print(__doc__, file=sys.stderr)
        return 2
    images, labels, rows, rounds, rate, model = sys.argv[1:]
    rows = int(rows)
    x = idx(images)[:rows].reshape(rows, -1) / 255
    y = idx(labels)[:rows]
    twin = train(x, y, int(rounds), float(rate))
    found = np.load(model)
    if sorted(found.files) != sorted(twin) or any(found[n].shape != twin[n].shape for n in twin):
        print(f"{model} holds {[(n, found[n].shape) for n in found.files]}", file=sys.stderr)
        return 1
    absolute = max(np.abs(found[n] - twin[n]).max() for n in twin)
    largest = max(np.abs(twin[n]).max() for n in twin)
    relative = absolute / largest
    print(f"largest difference: absolute {absolute:.3g}, relative to the largest parameter {relative:.3g}")
    return 0 if relative <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
