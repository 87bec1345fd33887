#!/usr/bin/env python3
"""Writes the seeds of the corpora: what the program itself writes, and one example of everything that it reads.

What a fuzzer added stays. Run it when a format has changed: old seeds go, since their names begin with "seed".

usage: seeds.py GLEANER
"""
import gzip
import pathlib
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parent / "tests" / "golden" / "wire"
TO_SERVER = {"knock", "knock_again", "leaving", "heartbeat_of_worker", "work_note", "hello", "progress",
             "progress_told", "chunk_rejected"}
SPECS = """speeds exponential:mean=40ms
speeds none
speeds markov:fast=1ms,slow=10ms,p_fast_slow=.1,p_slow_fast=.2+slow:count=1,factor=4
speeds normal:mean=30ms,sigma=5ms,per=chunk
speeds pareto:min=2ms,shape=1.5,redraw=.1
speeds uniform:min=5ms,max=60ms+slow:workers=1/3,factor=2.5
speeds shifted-exponential:shift=10ms,mean=4ms
faults crash:count=1,at=after-signal,round=3+hang:workers=2,round=4
faults crash:rate=.01,back=2
faults-simulated server:round=3,down=2s+crash:count=2,at=after-signal
network latency=5ms,bandwidth=100Mbit,server-bandwidth=1Gbit,loss=.01,duplicate=.01,reorder=.01,resend=20ms
network ideal+partition:count=2,for=3s,round=2,from=1s
network latency=1ms+partition:workers=0/1,for=20ms
recovery deadline=200ms
recovery residual=0.3
recovery exact
unrecoverable wait=60s
unrecoverable approximate
schedule warmup:rounds=10+cosine:min=.05
schedule step:every=30,factor=0.1
schedule linear:min=0.05,warmup=5
quantity 1.5us
quantity 100Mbit
quantity 2GiB
quantity 1e-3
terms a:b=c,d=e+f:g=1/2
terms latency=5ms,loss=.1"""
CONFIG = """# every kind of value
workers = 12
speeds = "exponential:mean=40ms"
verify = true
lr = 0.5
[plan]
dimension = 25_000_000
replication = [1, 2, 3]
hidden = ["256", "128"]
"""

STATUS = """{"phase": "collecting", "round": 3, "rounds": 100, "seconds": 1.5, "seconds_of_last_round": null,
 "loss": 0.25, "spares": 1, "workers": [{"worker": 0, "state": "here", "life": 2, "from": "node-a",
 "silent_seconds": 0.1, "suspicion": 0.5, "given_up_after_seconds": 3.0, "heartbeat_seconds": 1.0, "losses": 1},
 {"worker": 1, "state": "lost"}]}"""


def put(target, name, data):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"seed_{name}").write_bytes(data if isinstance(data, bytes) else data.encode())


def wire():
    for path in GOLDEN.glob("*.hex"):
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        data, name = bytes.fromhex(" ".join(lines)), path.stem
        target = ("segment_header" if name.startswith("segment") else "data_part" if name.startswith("data") else
                  "run_setup" if name.startswith("run_setup") else "worker_frame" if name in TO_SERVER else "server_frame")
        put(target, name, data)
        if target == "data_part":
            put(target, name + "_bare", data[:-4])


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def segment_flow():
    def message(kind, number):
        return bytes([0, number * 4 + ("committed", "transmit", "start").index(kind)])

    def segment(number, index, total, floats, cuts=(), mend=0, kind=2, wrong=0):
        numbers = struct.pack(f"<{len(floats)}f", *floats)
        head = b"GS" + struct.pack("<BBIQQQIII", kind, 0, index, 1, number, total, 0, len(floats), crc32c(numbers) ^ wrong)
        data = head + struct.pack("<I", crc32c(head)) + numbers
        return bytes([1 | mend, len(cuts), *cuts]) + struct.pack("<H", len(data)) + data

    mend, many = 2 | 4 | 8, [k / 8 for k in range(300)]
    put("segment_flow", "start_first", message("start", 1) + message("transmit", 1) + segment(1, 0, 3, [1, 2]) +
        segment(1, 1, 3, [3], [48]) + message("committed", 1))
    put("segment_flow", "parameters_first", segment(1, 0, 3, [1, 2, 3], [47, 0, 3, 5]) + message("start", 1))
    put("segment_flow", "overtaken", message("start", 1) + message("transmit", 1) + message("start", 2) +
        segment(1, 0, 3, [1], [10, 10, 10, 10, 10]) + segment(2, 0, 2, [4, 5], mend=mend))
    put("segment_flow", "long", segment(1, 0, 600, many, [48, 255, 255], mend) + segment(1, 1, 600, many, mend=mend) +
        message("start", 1))
    put("segment_flow", "bad_checksum", message("start", 1) + segment(1, 0, 2, [1, 2], [50], wrong=1))
    put("segment_flow", "gap", segment(1, 0, 3, [1]) + segment(1, 2, 3, [2]))
    put("segment_flow", "none", segment(1, 0, 0, []) + message("start", 1))


def data_files():
    def case(name, options, first, second=b""):
        first = first if isinstance(first, bytes) else first.encode()
        for zipped in [False, True]:
            one, two = (gzip.compress(x, mtime=0) if zipped and x else x for x in (first, second))
            put("data_files", f"{name}{'_gz' * zipped}", bytes([options]) + struct.pack("<H", len(one)) + one + two)

    def npy(dtype, shape, numbers):
        head = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
        head += " " * (-(len(head) + 11) % 64) + "\n"
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + numbers

    csv, libsvm, idx, npy_, automatic, targets, label, two = 0, 1, 2, 3, 4, 8, 16, 32
    table = 'a,"b",kind,c\n1,2,red,3\n\n-4,+5e1,"green",6\r\n7, "8" ,red,.5\n2,2,"a ""b""",2\n'
    case("csv", csv | label, table)
    case("csv_targets", csv | targets, "1;2\n2;3.5\n\n3;-1\n4;5\n")
    case("libsvm", libsvm, "# a remark\n-1 3:1 11:1 14:0.25\n+1 2:1 6:-1e3 # more\n\n1 1:1\n-1\n")
    case("libsvm_found", automatic, "1 1:1\n-1 2:0.5\n")
    case("libsvm_targets", libsvm | targets, "1.5 1:1\n-1e3 2:0.5 3:nan\n")
    pixels = struct.pack(">4B3I", 0, 0, 8, 3, 3, 2, 1) + bytes(range(6))
    case("idx", idx | two, pixels, struct.pack(">4BI", 0, 0, 8, 1, 3) + bytes([3, 1, 3]))
    case("idx_found", automatic | two, pixels, struct.pack(">4BI", 0, 0, 8, 1, 3) + bytes([3, 1, 3]))
    numbers, names = struct.pack("<6d", *range(6)), struct.pack("<3q", 3, 1, 3)
    case("npy", npy_ | two, npy("<f8", "(3, 2)", numbers), npy("<i8", "(3,)", names))
    case("npy_targets", npy_ | two | targets, npy("<f4", "(3, 2)", numbers[:24]), npy("<f8", "(3,)", names))


def chunks():
    def chunk(name, sparse, classes, rows, features, entries, body):
        head = b"GLNCHUNK" + struct.pack("<IBBHQQQQ", 1, sparse, classes == 0, 0, rows, features, classes, entries)
        put("chunk_bytes", name, bytes([rows, features, classes]) + head + body)

    chunk("dense", 0, 2, 2, 3, 0, struct.pack("<2f6f", 0, 1, *range(6)))
    chunk("regression", 0, 0, 2, 1, 0, struct.pack("<2f2f", -1.5, 2, 3, 4))
    chunk("sparse", 1, 2, 2, 5, 3, struct.pack("<2f3Q3I3f", 1, 0, 0, 1, 3, 4, 0, 2, 0.5, 1, -2))


def written_by(gleaner):
    def run(*arguments):
        subprocess.run([gleaner, *arguments], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=100)

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "data.csv").write_text("".join(f"{k},{k * k % 7},{k % 2}\n" for k in range(30)))

        def train(*arguments):
            run("train", "--workers", "3", "--data", str(folder / "data.csv"), "--label-column", "2", "--clock", "virtual",
                "--rounds", "3", *arguments)

        for k, flags in enumerate([[], ["--blocks", "2"], ["--method", "uncoded", "--replication", "1"]]):
            run("plan", "--workers", "4", "--out", str(folder / "plan"), *flags)
            put("plan", str(k), (folder / "plan").read_bytes())
        run("certs", "--out", str(folder / "tls"), "--workers", "1", "--server", "localhost")
        for path in (folder / "tls").glob("*/cert.pem"):
            put("endpoint", path.parent.name, path.read_bytes())
        for k, ending in enumerate(["npz", "safetensors"]):
            train("--model-out", str(folder / f"model.{ending}"))
            put("model_file", ending, bytes([k]) + (folder / f"model.{ending}").read_bytes())
        train("--log", str(folder / "log.jsonl"), "--checkpoint", str(folder / "saved"), "--speeds",
              "exponential:mean=40ms", "--faults", "crash:count=1,round=2", "--optimizer", "adam")
        put("run_log", "log", b"".join((folder / "log.jsonl").read_bytes().splitlines(keepends=True)[:2]))
        checkpoint = max(path for path in (folder / "saved").rglob("*") if path.is_file())
        put("snapshot", "whole", checkpoint.read_bytes())
        put("snapshot", "bare", checkpoint.read_bytes()[:-32])


def main():
    for path in HERE.glob("corpus/*/seed_*"):
        path.unlink()
    wire()
    segment_flow()
    data_files()
    chunks()
    written_by(sys.argv[1])
    for k, line in enumerate(SPECS.splitlines()):
        put("specs", f"{k:02}", line)
    put("config", "kinds", CONFIG)
    put("status", "two", STATUS)
    for k, place in enumerate(["localhost:8000", "[::1]:0", "unix:/tmp/x", "127.1.2.3:65535", "a.b-c:1"]):
        put("endpoint", f"place_{k}", place)
    put("run_log", "table", "round,a,b\n1,0.5,1.5\n2,1e-3,0\n")
    put("assignment_csv", "pairs", "chunk,worker\n0,0\n0,1\n1,1\n1,2\n2,2\n2,0\n")
    put("assignment_csv", "gap", "chunk,worker\r\n0,5\r\n1,0\r\n")


if __name__ == "__main__":
    main()
