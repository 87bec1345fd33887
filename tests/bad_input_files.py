"""The files that cases of bad input read, sound and broken ones."""
import gzip
import json
import struct
import subprocess


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
