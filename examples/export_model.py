#!/usr/bin/env python3
"""Exports a PyTorch model as TorchScript, for gleaner train --objective torchscript --module FILE.

usage: export_model.py mlp|cnn|resnet FILE [--classes N] [--seed N]

A model of your own takes as much: torch.jit.script(model).save("model.pt"). All three take grey images of 28 x 28
pixels. To gleaner a sample is a row of numbers; the attribute input_shape says how they lie (or --input-shape does).
"""
import argparse

import torch
from torch import nn


class Mlp(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.input_shape = [28 * 28]
        self.layers = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Dropout(0.1), nn.Linear(128, classes))

    def forward(self, x):
        return self.layers(x)


class Cnn(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.input_shape = [1, 28, 28]
        self.layers = nn.Sequential(
            nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(16 * 7 * 7, 64), nn.ReLU(), nn.Linear(64, classes))

    def forward(self, x):
        return self.layers(x)


class Block(nn.Module):
    """Two convolutions with batch normalisation, and a way around them."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.one = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm_one = nn.BatchNorm2d(outputs)
        self.two = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm_two = nn.BatchNorm2d(outputs)
        self.around = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.around = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = torch.relu(self.norm_one(self.one(x)))
        return torch.relu(self.norm_two(self.two(y)) + self.around(x))


class ResNet(nn.Module):
    """ResNet-18 with an eighth of its channels: four stages of two blocks."""

    def __init__(self, classes, width=8):
        super().__init__()
        self.input_shape = [1, 28, 28]
        self.stem = nn.Sequential(nn.Conv2d(1, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU())
        stages, inputs = [], width
        for stage in range(4):
            outputs = width * 2**stage
            stages += [Block(inputs, outputs, 1 if stage == 0 else 2), Block(outputs, outputs, 1)]
            inputs = outputs
        self.stages = nn.Sequential(*stages)
        self.head = nn.Linear(inputs, classes)

    def forward(self, x):
        return self.head(self.stages(self.stem(x)).mean([2, 3]))


def main():
    models = {"mlp": Mlp, "cnn": Cnn, "resnet": ResNet}
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", choices=models)
    parser.add_argument("file")
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()

    torch.manual_seed(given.seed)
    model = models[given.model](given.classes)
    torch.jit.script(model).save(given.file)
    print(f"{given.file}: {sum(p.numel() for p in model.parameters())} parameters")


if __name__ == "__main__":
    main()
