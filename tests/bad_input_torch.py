"""Cases of bad input: flags of modules and of the language model, by what is refused before LibTorch is asked for."""


def train(name, args, *expected):
    return (name, ["train", *args.split(), "--rounds", "1"], expected)


MODULE = "--objective torchscript --module images "
CHARLM = "--objective charlm "

CASES = [
    train("torchscript without a module", "--objective torchscript", "--objective torchscript without --module",
          "torch.jit.script"),
    train("torchscript misspelt", "--objective torchscrpt", "--objective", 'did you mean "torchscript"'),
    train("a module for softmax", "--module images", "--module has no meaning for --objective softmax", "leave --module away"),
    train("a module for charlm", CHARLM + "--module images", "--module has no meaning for --objective charlm"),
    train("a loss for softmax", "--loss mse", "--loss has no meaning for --objective softmax"),
    train("a loss that is none", MODULE + "--loss hinge", "--loss", "hinge", "cross_entropy"),
    train("a loss misspelt", MODULE + "--loss cross_entrpy", "--loss", 'did you mean "cross_entropy"'),
    train("a shape for an mlp", "--objective mlp --input-shape 1x28x28", "--input-shape has no meaning for --objective mlp"),
    train("tokens for softmax", "--input tokens", "--input has no meaning for --objective softmax"),
    train("inputs of another kind", MODULE + "--input int8", "--input", "int8", "tokens"),
    train("a device for softmax", "--device cpu", "--device has no meaning for --objective softmax"),
    train("a device that is none", CHARLM + "--device tpu", "--device", "tpu", "cuda"),
    train("threads for softmax", "--threads 2", "--threads has no meaning for --objective softmax"),
    train("no threads", CHARLM + "--threads 0", "--threads 0", "1 to 1024"),
    train("too many threads", CHARLM + "--threads 1025", "--threads 1025", "1 to 1024"),
    train("micro-batches for softmax", "--micro-batch 8", "--micro-batch has no meaning for --objective softmax"),
    train("micro-batches of nothing", CHARLM + "--micro-batch 0", "--micro-batch 0", "at least 1"),
    train("micro-batches of a fraction", CHARLM + "--micro-batch 1.5", "--micro-batch 1.5", "whole number"),
    train("a text for softmax", "--text images", "--text has no meaning for --objective softmax"),
    train("a text for a module", MODULE + "--text images", "--text has no meaning for --objective torchscript"),
    train("a transformer for a module", MODULE + "--transformer layers=1", "--transformer has no meaning"),
    train("samples of softmax", "--samples-every 5", "--samples-every has no meaning for --objective softmax"),
    train("data for charlm", CHARLM + "--data images --labels labels", "--data", "charlm", "--text"),
    train("a text that there is not", CHARLM + "--text none.txt", "none.txt", "--text"),
    train("a text that there is not in a list", CHARLM + "--text images,none.txt", "none.txt", "--text"),
    train("a transformer of words", CHARLM + "--transformer large", "--transformer", "large"),
    train("a transformer with another key", CHARLM + "--transformer depth=2", "--transformer", "depth"),
    train("a transformer without layers", CHARLM + "--transformer layers=0", "--transformer", "layers"),
    train("a transformer without a context", CHARLM + "--transformer context=0", "--transformer", "context"),
    train("heads that share a number", CHARLM + "--transformer width=10,heads=4", "width=10", "heads=4"),
    train("a transformer of millions of layers", CHARLM + "--transformer layers=1000000", "layers", "1000"),
    train("a transformer with a size twice", CHARLM + "--transformer width=8,width=16", "width"),
    train("a module file of softmax", "--model-out trained.pt", "trained.pt", ".npz"),
]
