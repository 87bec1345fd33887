#!/usr/bin/python3
"""Gives the program bad input of every kind, one case after another.

    bad_input.py GLEANER [--seconds S] [NAME...]

Every case must end with exit code 2 and one line on stderr that begins with "gleaner COMMAND: ", names the
culprit, and ends with a cure behind "; "; with nothing on stdout; with no file made or changed; and within S
seconds of processor time (default 5; the wall clock would blame the program for a busy machine). NAME: only the
cases whose name contains it. Exits 1 if a case fails.
"""
import argparse
import gzip
import json
import os
import pathlib
import resource
import struct
import subprocess
import sys
import tempfile

import bad_input_saved

# --- files that the cases read ------------------------------------------------------------------------------


def idx(shape, payload, magic=(0, 0, 8)):
    return bytes(magic) + bytes([len(shape)]) + b"".join(struct.pack(">I", n) for n in shape) + payload


def make_files(folder, gleaner):
    """The inputs, sound and broken ones. Sound: images, labels (40 of 2x3, 3 classes), train.svm, test.svm,
    pairs.csv (4 chunks on 4 workers, twice each), plan.json."""
    def put(name, content):
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    pixels = bytes(i * 7 % 256 for i in range(240))
    images, labels = idx([40, 2, 3], pixels), idx([40], bytes(i % 3 for i in range(40)))
    put("images", images)
    put("labels", labels)
    put("images.gz", gzip.compress(images))
    put("cut.gz", gzip.compress(images)[:-30])
    put("damaged.gz", gzip.compress(images)[:20] + b"\0" * 40 + gzip.compress(images)[60:])
    put("empty", b"")
    (folder / "folder.is").mkdir()
    (folder / "folder.original.jsonl").mkdir()
    put("folder.is/inside", b"")
    put("images.float", idx([40, 2, 3], pixels * 4, (0, 0, 13)))
    put("images.short", images[:-1])
    put("images.long", images + b"\0")
    put("images.header", images[:9])
    put("images.flat", idx([240], pixels))
    put("images.huge", idx([0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF], pixels))
    put("images.none", idx([0, 2, 3], b""))
    put("images.wide", idx([24, 2, 5], pixels))
    put("labels.24", idx([24], bytes(i % 3 for i in range(24))))
    put("labels.39", idx([39], bytes(39)))
    put("noise", bytes(range(1, 256)) * 4)

    lines = [f"{1 if i % 3 else -1} {1 + i % 4}:{i % 5 + 1} {6 + i % 3}:0.5\n" for i in range(40)]
    put("train.svm", "".join(lines))
    put("test.svm", "".join(lines[:10]))

    def svm(name, bad):
        put(name, "".join(lines[:2]) + bad + "\n" + "".join(lines[2:]))
    svm("label.svm", "x 1:1")
    svm("label-fraction.svm", "0.5 1:1")
    svm("label-far.svm", "inf 1:1")
    put("label-same.svm", "1 1:1\n1 2:1\n")
    svm("wider.svm", "1 9:1")
    svm("label-other.svm", "3 1:1")
    svm("colon.svm", "1 17")
    svm("zero.svm", "1 0:1")
    svm("order.svm", "1 3:1 2:1")
    svm("value.svm", "1 3:abc")
    svm("nan.svm", "1 3:nan")
    svm("index.svm", "1 99999999999:1")
    put("comments.svm", "# nothing\n\n")
    put("from-one.svm", "".join(f"{1 + i % 3} 1:{i}\n" for i in range(12)))
    put("from-zero.svm", "".join(f"{i % 3} 1:{i}\n" for i in range(12)))

    def table(name, *rows):
        put(name, "age,income,bought\n20,1.5,no\n" + "".join(row + "\n" for row in rows))
    table("table.csv", "35,2,yes", "50,3,no", "60,2.5,yes")
    table("missing.csv", "35,,yes")
    table("category.csv", "35,low,yes")
    table("wide.csv", "35,2,yes,9")
    table("quote.csv", "35,2,\"yes")
    table("mixed.csv", "35,2,1")
    table("comma.csv", "35,\"2,5\",yes")
    table("infinite.csv", "35,inf,yes")
    table("unknown.csv", "35,2,perhaps")
    put("row-numbers.csv", ",age,bought\n0,20,1\n1,30,0\n")
    put("one-column.csv", "age\n20\n")
    put("targets.csv", "a,price\n1,2.25\n2,3.5\n")
    put("other-order.csv", "income,age,bought\n1,2,no\n")
    put("utf16.csv", "age,bought\n1,2\n".encode("utf-16"))

    def npy(name, header, payload, magic=b"\x93NUMPY\x01\x00"):
        put(name, magic + struct.pack("<H", len(header)) + header.encode() + payload)
    head = "{'descr': '%s', 'fortran_order': False, 'shape': %s}"
    npy("x.npy", head % ("<f4", "(4, 2)"), struct.pack("<8f", *range(8)))
    npy("y.npy", head % ("<i8", "(4,)"), struct.pack("<4q", 0, 1, 0, 1))
    npy("short.npy", head % ("<f4", "(4, 2)"), struct.pack("<7f", *range(7)))
    npy("huge.npy", head % ("<f4", "(4000000000, 4000000000, 4)"), b"")
    npy("objects.npy", head % ("|O", "(4, 2)"), b"")
    npy("big-endian.npy", head % (">f4", "(4, 2)"), struct.pack(">8f", *range(8)))
    npy("flat.npy", head % ("<f4", "(8,)"), struct.pack("<8f", *range(8)))
    npy("nan.npy", head % ("<f4", "(4, 2)"), struct.pack("<8f", *range(7), float("nan")))
    npy("dictionary.npy", "{'descr' '<f4'}", b"")
    npy("version.npy", head % ("<f4", "(4, 2)"), b"", b"\x93NUMPY\x07\x00")
    put("arrays.npz", b"PK\x03\x04 and more")

    put("pairs.csv", "chunk,worker\n" + "".join(f"{i},{(i + k) % 4}\n" for i in range(4) for k in range(2)))
    put("header.csv", "worker,chunk\n0,0\n")
    put("headless.csv", "0,0\n1,1\n")
    put("twice.csv", "chunk,worker\n0,0\n1,1\n0,0\n")
    put("gap.csv", "chunk,worker\n0,0\n2,1\n")
    put("negative.csv", "chunk,worker\n0,0\n-1,1\n")
    put("words.csv", "chunk,worker\n0,zero\n")
    put("columns.csv", "chunk,worker\n0,0,0\n")
    put("far.csv", "chunk,worker\n0,4000000000\n")
    put("headed.csv", "chunk,worker\n")

    subprocess.run([gleaner, "plan", "--workers", "4", "--out", folder / "plan.json"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    text = (folder / "plan.json").read_text()
    put("plan-cut.json", text[: len(text) // 2])

    def plan(name, change):
        value = json.loads(text)
        change(value)
        put(name, json.dumps(value))
    plan("plan-version.json", lambda p: p.update(format=99))
    plan("plan-method.json", lambda p: p.update(method="parital"))
    plan("plan-lacks.json", lambda p: p.pop("order"))
    plan("plan-order.json", lambda p: p["order"][1].reverse() or p["order"][1].__setitem__(0, p["order"][1][1]))
    plan("plan-holder.json", lambda p: p["holders"][0].__setitem__(0, 77))
    plan("plan-frame.json", lambda p: p["frame"]["rows"].pop())
    plan("plan-nan.json", lambda p: p["frame"]["rows"][0].__setitem__(0, "nan"))
    plan("plan-far.json", lambda p: p["order"][0].__setitem__(0, 99))
    plan("plan-twice.json", lambda p: p["holders"][0].append(p["holders"][0][0]))
    plan("plan-fingerprint.json", lambda p: p.update(fingerprint="0" * 64))
    put("plan-list.json", "[1, 2]")
    put("plan-deep.json", '{"format": 1, "order": ' + "[" * 300000 + "]" * 300000 + "}")

    put("trace.csv", "round,w0,w1\n1,0.1,0.2\n")
    put("trace-bad.csv", "round,w0,w1\n1,0.1,-0.2\n")
    put("trace-word.csv", "round,w0,w1\n1,0.1,fast\n")


# --- the cases ----------------------------------------------------------------------------------------------

IDX = ["--data", "images", "--labels", "labels", "--rounds", "1"]
SVM = ["--data", "train.svm", "--objective", "logistic", "--rounds", "1"]
ONE = ["--rounds", "1"]


def train(name, args, *expected):
    return (name, ["train"] + (args.split() if isinstance(args, str) else args), expected)


def plan(name, args, *expected):
    return (name, ["plan"] + (args.split() if isinstance(args, str) else args), expected)


def data(name, args, *expected):  # one file of a sound set is replaced
    return train(name, args + " --rounds 1", *expected)


CASES = [
    # the command line itself
    ("no such command", ["trian"], ["trian", 'did you mean "train"']),
    ("a flag before the command", ["--json", "train"], ["--json"]),
    ("two commands", ["train", "plan"], ["'plan'"]),
    train("unknown flag", "--frobnicate 3", "--frobnicate", "--help"),
    train("unknown short flag", "-w 5", "-w"),
    train("misspelt flag", "--wokers 3", "--wokers", "did you mean --workers?"),
    train("misspelt flag with =", "--rouns=3", "--rouns", "did you mean --rounds?"),
    train("misspelt switch", "--verfy", "--verfy", "did you mean --verify?"),
    plan("misspelt flag of plan", "--blokcs 2", "--blokcs", "did you mean --blocks?"),
    ("misspelt flag of version", ["version", "--jsn"], ["--jsn", "did you mean --json?"]),
    train("a word", "fast", "'fast'"),
    train("no value", "--workers", "--workers", "needs a value"),
    train("no value before a flag", "--log --verify", "--log", "needs a value", "--verify"),
    train("empty value", ["--data", ""], "--data", "needs a value"),
    train("empty number", ["--lr", ""], "--lr", "needs a value"),
    train("value for a switch", "--verify=5", "--verify takes no value"),
    train("flag twice", "--rounds 3 --rounds 4", "--rounds", "more than once"),

    # numbers
    train("workers not a number", "--workers eight", "--workers eight", "whole number"),
    train("workers negative", "--workers -3", "--workers -3", "whole number"),
    train("workers negative with =", "--workers=-3", "--workers -3"),
    train("workers a fraction", "--workers 1.5", "--workers 1.5"),
    train("workers hexadecimal", "--workers 0x10", "--workers 0x10"),
    train("workers zero", "--workers 0", "--workers 0"),
    train("workers too many", "--workers 99999999", "99999999 workers", "limit"),
    train("workers beyond 64 bits", "--workers 99999999999999999999", "too large"),
    train("chunks zero", "--chunks 0", "--chunks 0"),
    train("chunks negative", "--chunks -1", "--chunks -1"),
    train("replication zero", "--replication 0", "--replication 0"),
    train("replication above the workers", "--workers 4 --replication 5", "--replication 5", "4 workers"),
    train("blocks zero", "--blocks 0", "--blocks 0"),
    train("blocks above the replication", "--blocks 4 --replication 3", "--blocks 4", "--replication"),
    train("rounds zero", "--rounds 0", "--rounds 0"),
    train("rounds negative", "--rounds -1", "--rounds -1"),
    train("seed negative", "--seed -1", "--seed -1"),
    train("step size zero", "--lr 0", "--lr is 0"),
    train("step size negative", "--lr -0.5", "--lr is -0.5"),
    train("step size NaN", "--lr nan", "--lr nan"),
    train("step size infinite", "--lr inf", "--lr inf"),
    train("step size beyond double", "--lr 1e999", "--lr 1e999"),
    train("step size with a unit", "--lr 3ms", "--lr 3ms"),
    train("momentum one", "--momentum 1", "--momentum is 1"),
    train("momentum without momentum", "--optimizer sgd --momentum 0.5", "--momentum", "sgd"),
    train("l2 negative", "--l2 -1", "--l2 -1"),
    train("l2 NaN", "--l2 NaN", "--l2 NaN"),
    train("test fraction one", "--test-fraction 1", "--test-fraction"),
    train("test fraction negative", "--test-fraction -0.1", "--test-fraction"),
    plan("dimension zero", "--dimension 0", "--dimension 0"),
    train("time limit without unit", "--time-limit 5", "--time-limit", "unit"),
    train("time limit zero", "--time-limit 0s", "--time-limit"),

    # names
    train("objective", "--objective softmx", "--objective", 'did you mean "softmax"'),
    train("method", "--method orignal", "--method", 'did you mean "original"'),
    train("scheme", "--scheme cylic", "--scheme", 'did you mean "cyclic"'),
    train("groups that do not divide the workers", "--scheme fractional-repetition --workers 8 --replication 3",
          "--replication 3", "--workers 6 or 9"),
    train("order", "--order best", "--order", "optimal"),
    train("order given", "--order given", "--order given", "--plan"),
    train("frame", "--frame gausian", "--frame", 'did you mean "gaussian"'),
    train("frame with a bad time", "--frame coloured:improve=5x", "--frame", "improve", "5x"),
    train("frame with an unknown key", "--frame coloured:imrpove=5s", "--frame", 'did you mean "improve"'),
    train("frame that is not improved", "--frame gaussian:improve=5s", "--frame gaussian", "coloured:improve"),
    train("optimizer", "--optimizer sdg", "sdg", "--optimizer"),
    train("policy", "--policy skp", "--policy", "static"),
    train("clock", "--clock virtul", "--clock", 'did you mean "virtual"'),
    train("format", "--data train.svm --format xlsx", "csv", "--format"),
    train("recovery", "--recovery exat", "--recovery", 'did you mean "exact"'),
    train("recovery exact with a value", "--recovery exact=1", "--recovery", "no value"),
    train("recovery deadline without time", "--recovery deadline", "--recovery deadline"),
    train("recovery deadline without unit", "--recovery deadline=100", "--recovery deadline=100", "unit"),
    train("recovery deadline zero", "--recovery deadline=0ms", "--recovery deadline=0ms"),
    train("recovery residual too large", "--recovery residual=1.5", "--recovery residual=1.5"),
    train("recovery residual NaN", "--recovery residual=nan", "--recovery residual=nan"),
    train("when-unrecoverable", "--when-unrecoverable stopp", "--when-unrecoverable", 'did you mean "stop"'),
    train("wait without unit", "--when-unrecoverable wait=5", "--when-unrecoverable wait=5", "unit"),
    train("wait zero", "--when-unrecoverable wait=0s", "--when-unrecoverable wait=0s"),

    # --speeds and --faults
    train("speeds kind", "--speeds exponental:mean=4ms", "--speeds", 'did you mean "exponential"'),
    train("speeds without mean", "--speeds exponential", "--speeds", "mean"),
    train("speeds without unit", "--speeds exponential:mean=40", "--speeds", '"40"', "unit"),
    train("speeds unknown unit", "--speeds constant:mean=4sec", "--speeds", '"sec"'),
    train("speeds negative", "--speeds constant:mean=-4ms", "--speeds", "-4ms"),
    train("speeds zero", "--speeds constant:mean=0ms", "--speeds", "mean=0ms"),
    train("speeds beyond all time", "--speeds constant:mean=999999999h", "--speeds", "longer"),
    train("speeds NaN", "--speeds lognormal:mean=4ms,sigma=nan", "--speeds", "sigma=nan"),
    train("speeds misspelt key", "--speeds exponential:maen=4ms", "--speeds", 'did you mean "mean"'),
    train("speeds key twice", "--speeds constant:mean=4ms,mean=5ms", "--speeds", "mean is given twice"),
    train("speeds key without value", "--speeds constant:mean=", "--speeds", '"mean="'),
    train("speeds ends in +", "--speeds constant:mean=4ms+", "--speeds", '"+"'),
    train("speeds two kinds", "--speeds constant:mean=4ms+exponential:mean=4ms", "--speeds", "two kinds"),
    train("speeds slow alone", "--speeds slow:factor=3,workers=1", "--speeds", "slow"),
    train("speeds slow nobody", "--speeds constant:mean=1ms+slow:factor=3", "--speeds", "slow", "workers"),
    train("speeds slow a stranger", "--speeds constant:mean=1ms+slow:factor=3,workers=8", "--speeds", "worker 8"),
    train("speeds slow zero", "--speeds constant:mean=1ms+slow:factor=0,workers=1", "--speeds", "factor=0"),
    train("speeds probability", "--speeds constant:mean=1ms,redraw=2", "--speeds", "redraw=2"),
    train("speeds none with keys", "--speeds none+slow:factor=2,workers=1", "--speeds", "none"),
    train("speeds trace missing", "--speeds trace:file=nowhere.csv", "--speeds", "nowhere.csv"),
    train("speeds trace too narrow", "--speeds trace:file=trace.csv", "--speeds", "2"),
    train("speeds trace negative", "--workers 2 --speeds trace:file=trace-bad.csv", "trace-bad.csv", "2"),
    train("speeds trace of words", "--workers 2 --speeds trace:file=trace-word.csv", "trace-word.csv", "fast"),
    train("speeds trace empty", "--workers 2 --speeds trace:file=empty", "empty"),
    train("speeds trace a folder", "--workers 2 --speeds trace:file=folder.is", "folder.is"),
    train("faults kind", "--faults crsh:count=1", "--faults", 'did you mean "crash"'),
    train("faults key", "--faults crash:cout=1", "--faults", 'did you mean "count"'),
    train("faults moment", "--faults crash:at=after-sginal", "--faults", 'did you mean "after-signal"'),
    train("faults count zero", "--faults crash:count=0", "--faults", "count=0"),
    train("faults round zero", "--faults crash:round=0", "--faults", "round=0"),
    train("faults round beyond the last", "--rounds 3 --faults crash:round=4", "--faults", "round 4", "3 rounds"),
    train("faults more than there are", "--faults crash:count=9", "--faults", "9"),
    train("faults a stranger", "--faults crash:workers=8", "--faults", "worker 8"),
    train("faults a list of words", "--faults crash:workers=a/b", "--faults", "workers=a/b"),
    train("faults twice the same", "--faults crash:workers=2/2", "--faults", "2/2"),
    train("faults lost while gone", "--faults crash:workers=2,round=1+crash:workers=2,round=2", "--faults", "worker 2"),

    # flags that contradict each other
    train("plan and assignment", "--plan plan.json --assignment pairs.csv", "--plan and --assignment"),
    train("plan and blocks", "--plan plan.json --blocks 2", "--blocks", "--plan"),
    train("plan and workers", "--plan plan.json --workers 4", "--workers", "--plan"),
    train("plan and order", "--plan plan.json --order random", "--order", "--plan"),
    plan("assignment and replication", "--assignment pairs.csv --replication 2", "--replication", "--assignment"),
    plan("assignment and chunks", "--assignment pairs.csv --chunks 4", "--chunks", "--assignment"),
    train("labels without data", "--labels labels", "--labels", "--data"),
    train("test without data", "--test test.svm", "--test", "--data"),
    train("format without data", "--format idx", "--format", "--data"),
    train("test labels without test", IDX + ["--test-labels", "labels"], "--test-labels", "--test"),
    train("test and test fraction", SVM + ["--test", "test.svm", "--test-fraction", "0.2"], "--test-fraction"),
    plan("frame ones for two blocks", "--frame ones --blocks 2", "--frame ones", "2 blocks"),
    train("logistic on three classes", IDX + ["--objective", "logistic"], "--objective logistic", "3"),

    # data
    data("data missing", "--data nowhere", "nowhere", "No such file"),
    data("data a folder", "--data folder.is", "folder.is"),
    data("data empty", "--data empty", "empty"),
    data("data below a file", "--data images/inside", "images/inside"),
    data("gzip cut", "--data cut.gz --labels labels", "cut.gz", "gzip"),
    data("gzip damaged", "--data damaged.gz --labels labels", "damaged.gz"),
    data("IDX of floats", "--data images.float --labels labels", "images.float", "00 00 0d 03"),
    data("IDX cut", "--data images.short --labels labels", "images.short", "239"),
    data("IDX too long", "--data images.long --labels labels", "images.long", "241"),
    data("IDX cut in its header", "--data images.header --labels labels", "images.header", "header"),
    data("IDX of one dimension", "--data images.flat --labels labels", "images.flat", "00 00 08 01", "images"),
    data("IDX of absurd size", "--data images.huge --labels labels", "images.huge", "more"),
    data("IDX without images", "--data images.none --labels labels", "images.none"),
    data("labels missing", "--data images", "images", "--labels"),
    data("labels of other length", "--data images --labels labels.39", "40", "39"),
    data("labels that are images", "--data images --labels images", "00 00 08 03", "00 00 08 01 for labels"),
    data("labels nowhere", "--data images --labels nowhere", "nowhere"),
    data("labels for LIBSVM", "--data train.svm --labels labels", "train.svm", "labels"),
    data("noise", "--data noise", "noise: at byte 0"),
    data("IDX said, text found", "--data train.svm --labels labels --format idx", "train.svm", "00 00 08"),
    data("test images of other size", "--data images --labels labels --test images.wide --test-labels labels.24",
         "expected 6", "10"),
    data("test without its labels", "--data images --labels labels --test images.gz", "--test-labels"),
    data("test missing", "--data train.svm --test nowhere", "nowhere"),
    data("test numbered otherwise", "--data from-one.svm --test from-zero.svm", "from-zero.svm:1", "'0'"),
    data("LIBSVM label", "--data label.svm", "label.svm:3", "'x'"),
    data("LIBSVM label a fraction", "--data label-fraction.svm", "label-fraction.svm:3", "'0.5'"),
    data("LIBSVM label of another kind", "--data train.svm --test label-other.svm", "label-other.svm:3", "'3'"),
    data("LIBSVM label infinite", "--data label-far.svm", "label-far.svm:3", "'inf'"),
    data("LIBSVM one label only", "--data label-same.svm", "label-same.svm"),
    data("test with more features", "--data train.svm --test wider.svm", "wider.svm:3", "'9:1'", "--features 9"),
    data("LIBSVM without colon", "--data colon.svm", "colon.svm:3", "'17'"),
    data("LIBSVM feature zero", "--data zero.svm", "zero.svm:3", "'0:1'"),
    data("LIBSVM features fall", "--data order.svm", "order.svm:3", "'2:1'"),
    data("LIBSVM value a word", "--data value.svm", "value.svm:3", "'3:abc'"),
    data("LIBSVM value NaN", "--data nan.svm", "nan.svm:3", "'3:nan'"),
    data("LIBSVM feature too large", "--data index.svm", "index.svm:3", "'99999999999:1'"),
    data("LIBSVM of comments", "--data comments.svm", "comments.svm"),
    data("CSV value missing", "--data missing.csv", "missing.csv:3", "'income'"),
    data("CSV category", "--data category.csv", "category.csv:3", "'income'", "'low'"),
    data("CSV column too many", "--data wide.csv", "wide.csv:3", "4 columns", "3"),
    data("CSV quote open", "--data quote.csv", "quote.csv:3", "quote"),
    data("CSV labels of two kinds", "--data mixed.csv", "mixed.csv:3", "'1'"),
    data("CSV decimal comma", "--data comma.csv", "comma.csv:3", "'2,5'", "point"),
    data("CSV infinite", "--data infinite.csv", "infinite.csv:3", "'inf'"),
    data("CSV row numbers", "--data row-numbers.csv", "row-numbers.csv:1", "index=False"),
    data("CSV of one column", "--data one-column.csv", "one-column.csv:1", "one column"),
    data("CSV labels are fractions", "--data targets.csv", "targets.csv:2", "'2.25'", "--objective linear"),
    data("CSV in UTF-16", "--data utf16.csv", "utf16.csv", "UTF-8"),
    data("test CSV label unknown", "--data table.csv --test unknown.csv", "unknown.csv:3", "'perhaps'"),
    data("test CSV in other order", "--data table.csv --test other-order.csv", "other-order.csv:1", "'income'",
         "'age'"),
    data("test CSV of other width", "--data table.csv --test targets.csv", "targets.csv:1", "2 columns", "3"),
    data("NPY without labels", "--data x.npy", "x.npy", "--labels"),
    data("NPY cut", "--data short.npy --labels y.npy", "short.npy", "28"),
    data("NPY of absurd size", "--data huge.npy --labels y.npy", "huge.npy", "more"),
    data("NPY of objects", "--data objects.npy --labels y.npy", "objects.npy", "'|O'", "<f4"),
    data("NPY big-endian", "--data big-endian.npy --labels y.npy", "big-endian.npy", "'>f4'"),
    data("NPY of one dimension", "--data flat.npy --labels y.npy", "flat.npy", "(8,)"),
    data("NPY NaN", "--data nan.npy --labels y.npy", "nan.npy: at byte", "row 3, column 1"),
    data("NPY header", "--data dictionary.npy --labels y.npy", "dictionary.npy: at byte 19", "':'"),
    data("NPY version", "--data version.npy --labels y.npy", "version.npy: at byte 6", "version 7"),
    data("NPY labels are features", "--data x.npy --labels x.npy", "x.npy", "(4, 2)"),
    data("NPZ", "--data arrays.npz", "arrays.npz", "numpy.save"),
    data("more chunks than samples", "--data train.svm --chunks 41", "41 chunks", "--chunks"),
    data("nothing left to train on", "--data train.svm --test-fraction 0.999", "--test-fraction"),
    data("more chunks than training samples", "--data train.svm --test-fraction 0.9 --chunks 8", "8 chunks"),

    # assignments and plans
    plan("assignment missing", "--assignment nowhere.csv", "--assignment nowhere.csv"),
    plan("assignment a folder", "--assignment folder.is", "--assignment folder.is"),
    plan("assignment empty", "--assignment empty", "empty, line 1"),
    plan("assignment with another header", "--assignment header.csv", "header.csv, line 1"),
    plan("assignment without header", "--assignment headless.csv", "headless.csv, line 1"),
    plan("assignment of a header", "--assignment headed.csv", "headed.csv"),
    plan("assignment with a pair twice", "--assignment twice.csv", "twice.csv, line 4"),
    plan("assignment without a holder", "--assignment gap.csv", "gap.csv", "chunk 1"),
    plan("assignment with a negative id", "--assignment negative.csv", "negative.csv, line 3"),
    plan("assignment of words", "--assignment words.csv", "words.csv, line 2"),
    plan("assignment of three columns", "--assignment columns.csv", "columns.csv, line 2"),
    plan("assignment with an id too large", "--assignment far.csv", "far.csv, line 2"),
    plan("assignment and too many blocks", "--assignment pairs.csv --blocks 3", "--blocks 3"),
    train("plan missing", "--plan nowhere.json", "--plan nowhere.json"),
    train("plan empty", "--plan empty", "empty"),
    train("plan cut", "--plan plan-cut.json", "plan-cut.json", "JSON"),
    train("plan of a later version", "--plan plan-version.json", "plan-version.json", '"format" is not 1'),
    train("plan with an unknown method", "--plan plan-method.json", "plan-method.json", '"method"'),
    train("plan without order", "--plan plan-lacks.json", "plan-lacks.json", "order"),
    train("plan with a wrong order", "--plan plan-order.json", "plan-order.json", '"order"'),
    train("plan with a stranger", "--plan plan-holder.json", "plan-holder.json", '"holders"'),
    train("plan with a short frame", "--plan plan-frame.json", "plan-frame.json", "frame"),
    train("plan with a NaN", "--plan plan-nan.json", "plan-nan.json", "frame"),
    train("plan of another shape", "--plan plan-list.json", "plan-list.json"),
    train("plan that is a CSV", "--plan pairs.csv", "pairs.csv", "JSON"),

    # the rest of the training flags
    train("hidden without mlp", "--hidden 64 --rounds 1", "--hidden", "--objective mlp"),
    train("hidden zero", "--objective mlp --hidden 0", "--hidden 0"),
    train("hidden of words", "--objective mlp --hidden wide", "--hidden wide", "256/128"),
    train("hidden with an empty layer", "--objective mlp --hidden 128//64", "--hidden 128//64"),
    train("hidden with commas", "--objective mlp --hidden 128,64", "--hidden 128,64", "joined by /"),
    train("hidden beyond memory", "--objective mlp --hidden 9999999/9999999", "--hidden", "2147483648"),
    train("batch negative", "--batch -1", "--batch -1"),
    train("batch a fraction", "--batch 0.5", "--batch 0.5"),
    train("target accuracy zero", "--target-accuracy 0", "--target-accuracy 0"),
    train("target accuracy in percent", "--target-accuracy 95", "--target-accuracy 95", "0.95"),
    train("target accuracy NaN", "--target-accuracy nan", "--target-accuracy nan"),
    train("target accuracy of linear", "--target-accuracy 0.9 --objective linear", "--target-accuracy", "linear"),
    train("test every negative", "--test-every -1", "--test-every -1"),
    train("time limit negative", "--time-limit -3s", "--time-limit", "-3s"),
    train("time limit in parsecs", "--time-limit 5parsec", "--time-limit", "parsec"),
    train("time limit beyond all time", "--time-limit 999999999999h", "--time-limit", "longer"),
    train("schedule", "--schedule cosin", "--schedule", 'did you mean "cosine"'),
    train("schedule step without factor", "--schedule step:every=3", "--schedule", "factor"),
    train("schedule step without every", "--schedule step:factor=0.5", "--schedule", "every"),
    train("schedule every zero", "--schedule step:every=0,factor=0.1", "--schedule", "every=0"),
    train("schedule that grows", "--schedule step:every=3,factor=2", "--schedule", "factor=2"),
    train("schedule minimum", "--schedule cosine:min=2", "--schedule", "min=2"),
    train("schedule misspelt key", "--schedule cosine:wramup=3", "--schedule", 'did you mean "warmup"'),
    train("schedule two kinds", "--schedule cosine+linear", "--schedule", "more than one"),
    train("schedule that only warms up", "--schedule cosine:warmup=200", "--schedule", "--rounds 100"),
    train("schedule two warm-ups", "--schedule warmup:rounds=9+cosine:warmup=2", "--schedule", "twice"),
    train("model of another kind", "--model-out model.pt", "--model-out model.pt", ".safetensors"),
    train("features without data", "--features 3", "--features", "--data"),
    train("classes without data", "--classes 3", "--classes", "--data"),
    data("features of images", "--data images --labels labels --features 9", "--features", "LIBSVM"),
    data("features of a table", "--data table.csv --features 9", "--features", "LIBSVM"),
    data("features too many", "--data train.svm --features 99999999999", "99999999999 features"),
    data("classes too few", "--data images --labels labels --classes 2", "3 different labels", "--classes 3"),
    data("classes too many", "--data table.csv --classes 3", "2 different labels", "--classes 2"),
    data("classes beyond memory", "--data images --labels labels --classes 99999999999", "99999999999 classes"),
    data("label column unknown", "--data table.csv --label-column buoght", "'buoght'", "bought"),
    data("label column beyond", "--data table.csv --label-column 9", "column 9", "0..2"),
    data("label column of LIBSVM", "--data train.svm --label-column 1", "--label-column", "CSV"),
    plan("fractional repetition of seven", "--scheme fractional-repetition --workers 7 --replication 2",
         "--replication 2", "--workers 6 or 8"),
    plan("fractional repetition of six by four", "--scheme fractional-repetition --workers 6 --replication 4",
         "--workers 4 or 8", "--replication 3"),
    train("plan with a long order", "--plan plan-far.json", "plan-far.json", '"order"'),
    train("plan with a chunk twice", "--plan plan-twice.json", "plan-twice.json"),
    train("plan of another fingerprint", "--plan plan-fingerprint.json", "plan-fingerprint.json", "fingerprint"),
    train("plan of nested lists", "--plan plan-deep.json", "plan-deep.json"),
    train("plan of noise", "--plan noise", "noise", "JSON"),

    # outputs; /proc stands for a folder in which nobody, not even root, can make a file
    train("log in no folder", "--log nowhere/run.jsonl", "--log nowhere/run.jsonl", "folder nowhere"),
    train("log below a file", "--log images/run.jsonl", "--log images/run.jsonl"),
    train("log a folder", "--log folder.is", "--log folder.is", "folder"),
    train("log in a folder of the system", "--log /proc/run.jsonl", "--log /proc/run.jsonl"),
    train("trace in no folder", "--trace nowhere/run.txt", "--trace nowhere/run.txt"),
    train("model in no folder", "--model-out nowhere/model.npz", "--model-out nowhere/model.npz"),
    train("model below a file", "--model-out images/model.npz", "--model-out images/model.npz"),
    train("model a folder", "--model-out folder.is/", "--model-out folder.is/", "folder"),
    train("log of a compared method a folder", "--log folder.jsonl --compare", "--log", "folder.original.jsonl", "folder"),
    train("log and trace the same", "--log run.txt --trace ./run.txt", "--log and --trace"),
    train("log over the data", SVM + ["--log", "train.svm"], "--log train.svm", "--data"),
    train("model over the plan", "--plan plan.json --model-out plan.json", "--model-out plan.json", "--plan"),
    plan("plan in no folder", "--out nowhere/plan.json", "--out nowhere/plan.json"),
    plan("plan below a file", "--out images/plan.json", "--out images/plan.json"),
    plan("plan over its assignment", "--assignment pairs.csv --out pairs.csv", "--out pairs.csv", "--assignment"),
] + bad_input_saved.CASES

# What a person should never read.
JARGON = ["what():", "std::", "terminate", "CLI::", "exception", "errno", "Could not convert", "required but",
          "npos", "0x7f", "optional"]


# --- running them -------------------------------------------------------------------------------------------


HANGS_AFTER = 60  # seconds


def processor_seconds():
    """Of all programs that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def snapshot(folder):
    return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in folder.rglob("*")}


def complaints(case, gleaner, folder, seconds_max):
    name, args, expected = case
    before = snapshot(folder)
    env = {"PATH": os.environ.get("PATH", ""), **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
    began = processor_seconds()
    try:
        run = subprocess.run([gleaner, *args], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True,
                             text=True, errors="replace", timeout=HANGS_AFTER)
    except subprocess.TimeoutExpired as late:
        return [f"still running after {HANGS_AFTER} s", (late.stderr or b"").decode()[:200]]
    seconds = processor_seconds() - began
    found = []
    if run.returncode != 2:
        found.append(f"exit code {run.returncode}, not 2")
    if run.stdout:
        found.append(f"on stdout: {run.stdout[:200]!r}")
    line = run.stderr[:-1]
    if not run.stderr.endswith("\n") or "\n" in line:
        found.append("stderr is not one line")
    command = f"gleaner {args[0]}: " if args[0] in ("train", "plan", "eval", "version") else "gleaner: "
    if not line.startswith(command):
        found.append(f"does not begin with {command!r}")
    found += [f"does not say {text!r}" for text in expected if text not in line]
    if "; " not in line or not line.rsplit("; ", 1)[1].strip():
        found.append("names no cure")
    found += [f"says {text!r}" for text in JARGON if text in line]
    if len(line) > 300:
        found.append(f"is {len(line)} characters long")
    if seconds > seconds_max:
        found.append(f"took {seconds:.1f} s of processor time")
    after = snapshot(folder)
    found += [f"made or changed {p}" for p in sorted(after) if before.get(p) != after[p]]
    found += [f"removed {p}" for p in sorted(before) if p not in after]
    return found and [run.stderr.strip()[:400] or "(nothing on stderr)"] + found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("gleaner", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--show", action="store_true", help="print what every case says")
    options = parser.parse_args()
    gleaner = options.gleaner.resolve()
    names = [case[0] for case in CASES]
    assert len(set(names)) == len(names), "two cases have one name"
    failed = ran = 0
    with tempfile.TemporaryDirectory() as where:
        folder = pathlib.Path(where)
        make_files(folder, gleaner)
        bad_input_saved.make_files(folder, gleaner)
        for case in CASES:
            if options.names and not any(n in case[0] for n in options.names):
                continue
            ran += 1
            found = complaints(case, gleaner, folder, options.seconds)
            if options.show:
                shown = subprocess.run([gleaner, *case[1]], cwd=folder, capture_output=True, text=True)
                print(f"{case[0]:<40} {shown.stderr.strip()}")
            if found:
                failed += 1
                print(f"FAILED  {case[0]}: gleaner {' '.join(case[1])}")
                print("".join(f"        {line}\n" for line in found), end="")
    print(f"{ran - failed} of {ran} kinds of bad input are answered well")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
