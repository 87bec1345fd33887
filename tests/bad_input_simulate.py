"""Cases of bad input for simulate, advise, grid and reproduce, and the files that they read."""
import json

G1_LIKE = "chunk,worker\n" + "".join(f"{i},{(i + k) % 4}\n" for i in range(4) for k in range(2))
METHODS = ["original", "partial_random", "partial_optimal"]


def make_files(folder):
    """Traces, logs and published results, each broken in one way. `reference` is a folder with a sound results file
    and an assignment of another size."""
    def put(name, content):
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    put("ragged.csv", "round,w0,w1\n1,0.1,0.2\n2,0.3\n")
    put("g1-like.csv", G1_LIKE)
    put("pairs.svg", G1_LIKE)
    put("trace.svg", "round,w0,w1\n1,0.1,0.2\n")
    (folder / "folder.svg").mkdir()
    put("uneven.csv", "chunk,worker\n" + "".join(f"{i},{j}\n" for i in range(5) for j in range(3 + i % 2)))
    put("headed-trace.csv", "round,w0,w1\n")
    put("no-header.csv", "1,0.1,0.2\n")
    put("negative-trace.csv", "round,w0,w1\n1,-0.1,0.2\n")
    put("nan-trace.csv", "round,w0,w1\n1,nan,0.2\n")
    put("endless-trace.csv", "round,w0,w1\n1,1e300,0.2\n")
    put("blank-trace.csv", "round,w0,w1\n1,,0.2\n")

    start = {"type": "start", "method": "partial", "workers": 2, "chunks": 2}
    chunk = {"worker": 0, "chunk": 0, "seconds": 0.01, "drawn_seconds": 0.01}
    line = {"type": "round", "round": 1, "seconds": 0.02, "workers": 2, "chunk_times": [chunk, {**chunk, "worker": 1}]}

    def log(name, *lines):
        put(name, "".join(x if isinstance(x, str) else json.dumps(x) + "\n" for x in lines))
    log("cut.jsonl", start, json.dumps(line)[:40] + "\n", line)
    log("only-start.jsonl", start)
    log("no-start.jsonl", line)
    log("other.jsonl", {"event": "click", "x": 3}, {"event": "click", "x": 4})
    log("never.jsonl", start, {**line, "chunk_times": [chunk]})
    log("stranger.jsonl", start, {**line, "chunk_times": [chunk, {**chunk, "worker": 7}]})
    log("fast.jsonl", start, {**line, "chunk_times": [{**chunk, "seconds": -1}, {**chunk, "worker": 1}]})
    log("words.jsonl", start, {**line, "chunk_times": "none"})
    log("huge.jsonl", {**start, "workers": 10**12}, line)

    put("no-trials.toml", "workers = 4\ntrials = 0\n")
    rows = {m: {"1": {"mean": 2.0, "std": 1.0, "trials": 2000}} for m in METHODS}
    paper = {"model": {"workers": 200, "chunks": 200, "replication": 8},
             "exact_completion_time": {"cyclic": rows, "g1": rows},
             "approximate_residual": {"deadlines": [1, 2]}}

    def reference(name, **change):
        put(name, json.dumps({**paper, **change}))
    put("reference-cut.json", json.dumps(paper)[:60])
    put("reference-list.json", "[]")
    reference("reference-model.json", model={"workers": 100, "chunks": 200, "replication": 8})
    reference("reference-times.json", exact_completion_time={"cyclic": 3})
    reference("reference-word.json", exact_completion_time={"cyclic": {**rows, "original": {"1": {"mean": "two", "std": 1, "trials": 9}}}})
    put("reference-deep.json", "[" * 300000 + "]" * 300000)


def simulate(name, args, *expected, env={}):
    return (f"simulate {name}", ["simulate", *(args.split() if isinstance(args, str) else args)], expected, env)


def advise(name, args, *expected):
    return (f"advise {name}", ["advise", *(args.split() if isinstance(args, str) else args)], expected)


def reproduce(name, args, *expected, env={}):
    return (f"reproduce {name}", ["reproduce", *(args.split() if isinstance(args, str) else args)], expected, env)


def grid(name, args, *expected, env={}):
    return (f"grid {name}", ["grid", *(args.split() if isinstance(args, str) else args)], expected, env)


def speeds(name, spec, *expected):
    return simulate(f"speeds {name}", ["--speeds", spec], "--speeds", *expected)


def trace(file, *expected):
    return simulate(f"trace {file}", ["--workers", "2", "--replication", "1", "--speeds", f"trace:file={file}"], file,
                    *expected)


def faults(name, spec, *expected, args=()):
    return simulate(f"faults {name}", ["--faults", spec, *args], "--faults", *expected)


def network(name, spec, *expected, args=()):
    return simulate(f"network {name}", ["--network", spec, *args], "--network", *expected)


def paper(file, *expected):
    return reproduce(f"with {file}", ["--reference", file], f"--reference {file}", *expected)


NO_PROGRAMS = {"PATH": "/nowhere"}

CASES = [
    # simulate: lists
    simulate("misspelt flag", "--trails 5", "--trails", "did you mean --trials?"),
    simulate("a word", "fast", "'fast'"),
    simulate("method", "--method partal", "--method", 'did you mean "partial"'),
    simulate("one method of three", "--method partial,orignal", "--method", 'did you mean "original"'),
    simulate("methods with a gap", "--method partial,,uncoded", "--method", "empty place"),
    simulate("methods end in a comma", "--method partial,", "--method", "empty place"),
    simulate("method twice", "--method partial,partial", "--method", "twice"),
    simulate("methods with blanks", ["--method", "partial, original"], "--method"),
    simulate("policy", "--policy stattic", "--policy", 'did you mean "static"'),
    simulate("policy twice", "--policy skip,skip", "--policy", "skip twice"),
    simulate("margin without skip", "--margin 1", "--margin 1", "--policy skip"),
    simulate("margin of the preset policy", "--margin 1", "--margin 1", "simulate runs static unless told otherwise"),
    simulate("margin negative", "--policy skip --margin -1", "--margin"),
    simulate("margin of millions", "--policy skip --margin 5000000000", "--margin 5000000000", "give a few"),
    simulate("disasters with two policies", "--disasters 5 --policy static,skip", "--policy", "static,skip"),
    simulate("blocks a word", "--blocks 1,two", "--blocks two", "whole number"),
    simulate("blocks negative", "--blocks -1", "--blocks -1", "whole number"),
    simulate("blocks a fraction", "--blocks 1.5", "--blocks 1.5", "whole number"),
    simulate("blocks zero", "--blocks 0", "--blocks 0"),
    simulate("blocks above the replication", "--blocks 4", "--blocks 4", "--replication"),
    simulate("blocks beyond 64 bits", "--blocks 99999999999999999999", "--blocks 99999999999999999999"),
    simulate("blocks in ranges", "--blocks 1-3", "--blocks 1-3", "1,2,3"),
    simulate("replication zero", "--replication 0", "--replication 0"),
    simulate("replication above the workers", "--replication 2,9", "--replication 9", "8 workers"),
    simulate("only impossible rows", "--replication 1,2 --blocks 3", "too few copies", "combination"),
    simulate("order", "--order best", "--order", "optimal"),
    simulate("order given", "--order given", "--order given", "--plan"),
    simulate("recovery", "--recovery exat", "--recovery", 'did you mean "exact"'),
    simulate("recovery deadline zero", "--recovery deadline=0", "--recovery deadline=0"),
    simulate("recovery deadlines with a gap", "--recovery deadline=1//2", "--recovery deadline=1//2", "deadline=1/2/3"),
    simulate("recovery deadlines end in /", "--recovery deadline=1/", "--recovery deadline=1/"),
    simulate("recovery deadlines with commas", "--recovery deadline=1,2", "--recovery", "1,2"),
    simulate("recovery deadline negative", "--recovery deadline=-1", "--recovery", "-1"),
    simulate("recovery deadline NaN", "--recovery deadline=nan", "--recovery", "nan"),
    simulate("recovery deadline beyond all time", "--recovery deadline=1e30", "--recovery", "longer"),
    simulate("recovery deadline twice", "--recovery deadline=1/1", "--recovery", "twice"),
    simulate("recovery residual too large", "--recovery residual=1.5", "--recovery residual=1.5"),
    simulate("recovery residual of blocks of original", "--method original --blocks 2 --recovery residual=.3",
             "original", "2 blocks"),
    simulate("when-unrecoverable", "--when-unrecoverable stopp", "--when-unrecoverable", 'did you mean "stop"'),
    simulate("wait zero", "--when-unrecoverable wait=0", "--when-unrecoverable wait=0"),

    # simulate: numbers and sizes
    simulate("workers zero", "--workers 0", "--workers 0"),
    simulate("workers a list", "--workers 4,8", "--workers 4,8", "whole number"),
    simulate("workers too many", "--workers 99999999", "99999999 workers", "limit"),
    simulate("chunks zero", "--chunks 0", "--chunks 0"),
    simulate("chunks too many", "--chunks 99999999999", "99999999999 chunks", "limit"),
    simulate("trials zero", "--trials 0", "--trials 0"),
    simulate("trials negative", "--trials -5", "--trials -5"),
    simulate("trials too many", "--trials 99999999999", "--trials 99999999999"),
    simulate("rounds zero", "--rounds 0", "--rounds 0"),
    simulate("rounds too many", "--rounds 10000000 --trials 10000000", "--rounds 10000000", "--trials 10000000"),
    simulate("seed negative", "--seed -1", "--seed -1"),
    simulate("seed beyond 64 bits", "--seed 18446744073709551616", "--seed", "too large"),
    simulate("threads a fraction", "--threads 0.5", "--threads 0.5"),
    simulate("threads too many", "--threads 100000", "--threads 100000"),
    simulate("dimension beyond all memory", "--dimension 99999999999999", "--dimension 99999999999999"),
    simulate("dimension in thousands", "--dimension 25M", "--dimension 25M", "whole number"),
    simulate("grid", "--grid intger", "--grid", 'did you mean "integer"'),
    simulate("silence zero", "--silence 0", "--silence 0"),
    simulate("silence a word", "--silence soon", "--silence soon"),
    simulate("liars more than all", "--liars 1.5 --policy replan", "--liars 1.5", "between 0 and 1"),
    simulate("liars negative", "--liars -0.1 --policy replan", "--liars -0.1", "between 0 and 1"),
    simulate("liars without replan", "--liars 0.3 --policy static,skip", "--liars 0.3", "--policy is static,skip", "replan"),
    simulate("plan-time without replan", "--plan-time 5ms --policy skip", "--plan-time 5ms", "give --policy replan"),
    simulate("checkpoints never", "--checkpoint-every 0", "--checkpoint-every 0"),
    simulate("grid a number", "--grid 2", "--grid", "integer"),
    simulate("scheme", "--scheme cylic", "--scheme", 'did you mean "cyclic"'),
    simulate("groups", "--scheme fractional-repetition --replication 3", "--replication 3", "--workers 6 or 9"),
    simulate("frame", "--frame gausian", "--frame", 'did you mean "gaussian"'),

    # simulate: --speeds
    speeds("kind", "exponental:mean=4", 'did you mean "exponential"'),
    speeds("empty", "exponential:", "exponential"),
    speeds("mean zero", "exponential:mean=0", "mean=0"),
    speeds("mean negative", "exponential:mean=-1", "-1"),
    speeds("mean NaN", "exponential:mean=nan", "nan"),
    speeds("mean beyond all time", "exponential:mean=1e300", "1e300"),
    speeds("unit", "exponential:mean=4parsec", "parsec"),
    speeds("min above mean", "shifted-exponential:min=3,mean=2", "min"),
    speeds("shape zero", "pareto:min=1,shape=0", "shape=0"),
    speeds("fraction", "bimodal:mean=1,fraction=2", "fraction=2"),
    speeds("redraw", "exponential:redraw=sometimes", "redraw=sometimes"),
    speeds("redraw probability", "exponential:redraw=1.5", "redraw=1.5"),
    speeds("noise negative", "exponential:noise=-1", "noise=-1"),
    speeds("per", "exponential:per=rack", 'per of "exponential"', '"rack"'),
    speeds("scale zero", "exponential:scale=0", "scale=0"),
    speeds("slow a stranger", "constant:mean=1+slow:factor=3,workers=8", "worker 8"),
    speeds("no file", "trace", "file"),
    trace("ragged.csv", "ragged.csv, line 3", "round,w0,w1"), trace("headed-trace.csv"), trace("no-header.csv", "line 1"),
    trace("negative-trace.csv", "line 2", "-0.1"), trace("nan-trace.csv", "line 2"),
    trace("endless-trace.csv", "line 2", "1e300"), trace("blank-trace.csv", "line 2"), trace("empty"), trace("noise"),
    trace("folder.is"), trace("nowhere.csv"), trace("images.gz"), trace("/dev/zero", "longer"),
    simulate("trace too narrow", ["--speeds", "trace:file=trace.csv"], "--speeds", "2", "8"),
    trace("cut.jsonl", "line 2"), trace("only-start.jsonl"), trace("no-start.jsonl"), trace("other.jsonl", "line 1"),
    trace("never.jsonl", "worker 1", "never finished"), trace("stranger.jsonl", "worker 7"), trace("fast.jsonl", "line 2"),
    trace("words.jsonl", "line 2"), trace("huge.jsonl"), trace("plan.json"),

    # simulate: --faults
    faults("kind", "crsh:count=1", 'did you mean "crash"'),
    faults("count zero", "crash:count=0", "count=0"), faults("count negative", "crash:count=-1", "count=-1"),
    faults("more than there are", "crash:count=9", "9", "8"),
    faults("moment", "crash:at=after-sginal", 'did you mean "after-signal"'),
    faults("moment of the server", "crash:at=committed", '"committed"', "released"),
    faults("moment of a worker", "server-crash:for=1,at=sending", '"sending"', "collected"),
    faults("server for ever", "server-crash", "for"), faults("server for no time", "server-crash:for=0", "for=0"),
    faults("server in no round", "server-crash:for=1,round=2", "round 2", "1 round"),
    faults("server counted", "server-crash:for=1,count=2", "count"),
    faults("cut for ever", "cut:count=1", "back-after"),
    faults("back twice", "crash:count=1,back=1,back-after=2", "back-after="),
    faults("back-after zero", "crash:count=1,back-after=0", "back-after=0"),
    faults("round beyond the last", "crash:round=2", "round 2", "1 round"),
    faults("a stranger", "crash:workers=8", "worker 8"),
    faults("twice the same", "crash:workers=2/2", "2/2"), faults("joined by a comma", "crash:count=1,hang:count=1", "hang"),
    faults("none and more", "none+crash:count=1", "none"), faults("of all who are lost", "crash:count=4+hang:count=5", "5"),

    # simulate: --network
    network("kind", "idela", 'did you mean "ideal"'), network("key", "latncy=5ms", 'did you mean "latency"'),
    network("latency negative", "latency=-5ms", "-5ms"), network("latency a word", "latency=slow", "slow"),
    network("bandwidth zero", "bandwidth=0", "bandwidth", '"0"'), network("bandwidth unit", "bandwidth=5furlong", "furlong"),
    network("bandwidth NaN", "bandwidth=nan", "nan"), network("loss certain", "loss=1", "loss=1"),
    network("loss negative", "loss=-0.1", "loss=-0.1"), network("duplicate above one", "duplicate=2", "duplicate=2"),
    network("reorder a word", "reorder=often", "reorder=often"), network("resend zero", "loss=.1,resend=0", "resend=0"),
    network("ideal with keys", "ideal:latency=5ms", "ideal"), network("links last", "partition:count=1,for=1+latency=1", "+"),
    network("partition for ever", "partition:count=1", "for"), network("partition of strangers", "partition:workers=8,for=1",
                                                                       "worker 8"),
    network("partition of more than there are", "partition:count=9,for=1", "9", "8"),
    network("partition listed and counted", "partition:count=1,workers=2,for=1", "count="),
    network("partition in no round", "partition:count=1,for=1,round=2", "round 2", "1 round"),

    # simulate: what contradicts itself, and files
    simulate("plan and workers", "--plan plan.json --workers 5", "--plan", "--workers"),
    simulate("plan and assignment", "--plan plan.json --assignment pairs.csv", "--plan and --assignment"),
    simulate("plan cut", "--plan plan-cut.json", "plan-cut.json"),
    simulate("assignment and replication", "--assignment pairs.csv --replication 2", "--replication", "--assignment"),
    simulate("assignment missing", "--assignment nowhere.csv", "--assignment nowhere.csv"),
    simulate("assignment of words", "--assignment words.csv", "words.csv, line 2"),
    simulate("assignment with a gap", "--assignment gap.csv", "gap.csv", "chunk 1"),
    simulate("assignment and too many blocks", "--assignment pairs.csv --blocks 1,3", "--blocks 3"),
    simulate("bounds of chunks", ["--bounds", "--speeds", "exponential:per=chunk"], "--bounds", "per=chunk"),
    simulate("figure in no folder", "--svg nowhere/a.svg", "--svg nowhere/a.svg"),
    simulate("figure a folder", "--svg folder.svg", "--svg folder.svg", "folder"),
    simulate("figure of another kind", "--svg x.png", "--svg x.png", "end in .svg"),
    simulate("figure over the trace", ["--workers", "2", "--replication", "2", "--speeds", "trace:file=trace.svg", "--svg",
                                       "trace.svg"], "--svg trace.svg", "--speeds"),
    simulate("figure over the assignment", "--assignment pairs.svg --svg pairs.svg", "--svg pairs.svg", "--assignment"),
    simulate("no gnuplot", "--svg a.svg", "gnuplot", "--svg", "install", env=NO_PROGRAMS),
    simulate("disasters zero", "--disasters 0", "--disasters 0"),
    simulate("disasters negative", "--disasters -1", "--disasters -1"),
    simulate("disasters too many", "--disasters 99999999999", "--disasters 99999999999"),
    simulate("disasters of workers", "--disasters 5 --workers 9", "--workers", "--disasters"),
    simulate("disasters of faults", "--disasters 5 --faults none", "--faults", "--disasters"),
    simulate("disasters and trials", "--disasters 5 --trials 5", "--trials", "--disasters"),
    simulate("disasters drawn", "--disasters 5 --svg a.svg", "--svg", "--disasters"),
    simulate("disasters on a grid", "--disasters 5 --grid square", "--grid", "--disasters"),
    simulate("disasters on too many threads", "--disasters 5 --threads 100000", "--threads 100000"),
    simulate("config", "--config no-trials.toml", "no-trials.toml:2", "--trials 0"),

    # advise
    advise("misspelt flag", "--wokers 3", "--wokers", "did you mean --workers?"),
    advise("a flag of simulate", "--scheme cyclic", "--scheme"),
    advise("workers zero", "--workers 0", "--workers 0"), advise("workers too many", "--workers 20000", "--workers 20000"),
    advise("chunks zero", "--chunks 0", "--chunks 0"), advise("chunks too many", "--chunks 200000", "--chunks 200000"),
    advise("dimension zero", "--dimension 0", "--dimension 0"), advise("dimension a fraction", "--dimension 1.5", "1.5"),
    advise("dimension too large", "--dimension 9999999999999", "--dimension 9999999999999"),
    advise("trials zero", "--trials 0", "--trials 0"), advise("rounds zero", "--rounds 0", "--rounds 0"),
    advise("rounds too many", "--rounds 100000000", "--rounds 100000000"),
    advise("threads too many", "--threads 9999", "--threads 9999"), advise("seed a word", "--seed lucky", "--seed lucky"),
    advise("memory a word", "--memory much", "--memory", "much"), advise("memory negative", "--memory -1GB", "--memory"),
    advise("memory unit", "--memory 2GHz", "--memory", "GHz"), advise("memory zero", "--memory 0", "--memory"),
    advise("memory too small", "--memory 1kB", "--memory", "4000000 bytes"),
    advise("memory beyond 64 bits", "--memory 99999999999GiB", "--memory"),
    advise("memory and losses", "--memory 8MB --losses 3", "--memory", "16000000 bytes"),
    advise("losses of all", "--losses 8", "--losses 8", "--workers 8"),
    advise("losses beyond all copies", "--workers 40 --losses 20", "--losses 20"),
    advise("losses negative", "--losses -1", "--losses -1"),
    advise("residual one", "--residual 1", "--residual 1"), advise("residual negative", "--residual -.1", "--residual"),
    advise("residual NaN", "--residual nan", "--residual nan"), advise("residual in percent", "--residual 30", "--residual 30"),
    advise("bandwidth unit", "--bandwidth 5furlong", "--bandwidth", "furlong"),
    advise("bandwidth zero", "--bandwidth 0", "--bandwidth"), advise("bandwidth NaN", "--bandwidth nan", "--bandwidth"),
    advise("bandwidth twice", ["--bandwidth", "1Gbit", "--network", "bandwidth=1Gbit"], "--bandwidth and --network"),
    advise("speeds", "--speeds exponental:mean=4", "--speeds", 'did you mean "exponential"'),
    advise("trace ragged", "--workers 2 --speeds trace:file=ragged.csv", "ragged.csv, line 3"),
    advise("trace too narrow", "--speeds trace:file=trace.csv", "--speeds", "2", "8"),
    advise("faults", "--faults crash:count=9", "--faults", "9"),
    advise("faults beyond the rounds", "--faults crash:round=3", "--faults", "round 3"),
    advise("network", "--network loss=1", "--network", "loss=1"),
    advise("config", "--config nowhere.toml", "--config nowhere.toml"),

    # grid
    grid("misspelt flag", "--asignment a.csv", "--asignment", "did you mean --assignment?"),
    grid("a word", "fast", "'fast'"),
    grid("trials zero", "--trials 0", "--trials 0"), grid("trials negative", "--trials -1", "--trials -1"),
    grid("trials too many", "--trials 99999999", "--trials 99999999", "--rounds 50"),
    grid("rounds zero", "--rounds 0", "--rounds 0"), grid("rounds a word", "--rounds many", "--rounds many"),
    grid("workers zero", "--workers 0", "--replication 8", "0 workers"),
    grid("workers too many", "--workers 99999999", "99999999 workers", "limit"),
    grid("replication too small", "--replication 2", "--replication 2", "3 blocks"),
    grid("replication above the workers", "--workers 4", "--replication 8", "4 workers"),
    grid("seed negative", "--seed -1", "--seed -1"),
    grid("threads too many", "--threads 100000", "--threads 100000"),
    grid("plan-time a word", "--plan-time soon", "--plan-time soon"),
    grid("plan-time negative", "--plan-time -1", "--plan-time"),
    grid("assignment nowhere", "--assignment nowhere.csv", "--assignment nowhere.csv"),
    grid("assignment irregular", "--assignment uneven.csv", "--assignment uneven.csv", "random graph"),
    grid("assignment with two copies", "--assignment g1-like.csv", "--assignment g1-like.csv", "at least 3"),
    grid("assignment and workers", "--assignment g1-like.csv --workers 4", "--workers", "leave --workers away"),
    grid("trace nowhere", "--traces nowhere.csv", "--traces nowhere.csv: cannot be read"),
    grid("trace too narrow", "--traces trace.csv", "--traces trace.csv", "2"),
    grid("trace ragged", "--traces ragged.csv", "--traces ragged.csv", "line 3"),
    grid("traces with a gap", "--traces trace.csv,,trace.csv", "--traces", "empty place"),
    grid("traces twice", "--traces trace.csv,trace.csv", "--traces", "twice"),
    grid("losses of a trace", "--losses --traces trace.csv", "--losses", "--traces"),
    grid("out a file", "--out images", "--out images", "not a folder"),
    grid("out in no folder", "--out nowhere/out", "--out nowhere/out", "no folder"),
    grid("out in a folder of the system that is there", "--out /proc", "--out /proc: no file can be made in this folder"),
    grid("no gnuplot", "--out drawn", "gnuplot", "--out", "install", env=NO_PROGRAMS),

    # reproduce
    reproduce("misspelt flag", "--refrence a", "--refrence", "did you mean --reference?"),
    reproduce("trials one", "--trials 1", "--trials 1", "2"), reproduce("trials zero", "--trials 0", "--trials 0"),
    reproduce("trials too many", "--trials 99999999", "--trials 99999999"),
    reproduce("seed negative", "--seed -1", "--seed -1"),
    reproduce("threads too many", "--threads 100000", "--threads 100000"),
    reproduce("out a file", "--out images", "--out images", "not a folder"),
    reproduce("out below a file", "--out images/out", "--out images/out"),
    reproduce("out in no folder", "--out nowhere/out", "--out nowhere/out", "no folder"),
    reproduce("out in a folder of the system", "--out /proc/out", "--out /proc/out"),
    reproduce("out in a folder of the system that is there", "--out /proc", "--out /proc"),
    reproduce("no gnuplot", "--out drawn", "gnuplot", "--out", "install", env=NO_PROGRAMS),
    paper("nowhere.json"), paper("folder.is", "paper-results.json"), paper("empty", "JSON"), paper("noise", "JSON"),
    paper("reference-cut.json", "JSON"), paper("reference-list.json", "model"), paper("reference-model.json", "workers"),
    paper("reference-times.json", "cyclic"), paper("reference-word.json", "mean"), paper("reference-deep.json"),
    paper("/dev/zero", "longer"), paper("images.gz", "JSON"),
]
