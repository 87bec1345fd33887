"""The section of acceptance.py on `gleaner reproduce`."""
import time
import xml.etree.ElementTree

from acceptance_trial import strict_json

PUBLISHED = 18 + 7 * 8 + 6 * 8  # exact times; norms at eight deadlines; squares


def run(t, *args):
    out, err = t.gleaner("reproduce", "--json", *args)
    return strict_json(out), err


def compared_with_the_paper(t, trials):
    began = time.monotonic()
    found, err = run(t, "--out", "out", "--reference", t.options.shared, *trials)
    t.note(f"{found['trials']['exact']} and {found['trials']['approximate']} trials in {time.monotonic() - began:.1f} s")
    t.check(err.startswith("seed 1\n"), "the seed is said first")
    agreement = found["agreement"]
    t.check(agreement["rows"] == PUBLISHED, f"{agreement['rows']} numbers are compared, expected {PUBLISHED}")
    t.check(agreement["beyond_4"] == 0, f"all within 4 standard errors, the farthest {agreement['worst']:.2f}")
    schemes = {(r["scheme"], r["lost"] > 0, r["grid"]) for r in found["exact_completion_time"]}
    t.check(schemes == {("cyclic", False, "integer"), ("cyclic", True, "integer"), ("random-graph", True, "integer"),
                        ("g1", True, "integer"), ("g1", True, "none")}, "the schemes")
    return found


def facts(t, found):
    q_max = {(r["scheme"], r["order"], r["blocks"]): r for r in found["q_max"]}
    for scheme in ["cyclic", "g1"]:
        best = q_max[scheme, "optimal", 1]
        t.check(best["q_max"] == best["q_max_lower_bound"] == 1565, f"{scheme}: the order has the least Q_max")
    worst = {(r["scheme"], r["code"], r["blocks"]): r["worst_condition"] for r in found["stability"]}
    t.between(worst["cyclic", "coloured frame", 2], 4.9, 5.1, "cyclic, coloured frame, 2 blocks")
    t.between(worst["cyclic", "Vandermonde", 4], 1e6, 1e8, "cyclic, Vandermonde, 4 blocks")
    t.between(worst["g1", "coloured frame", 3], 20, 45, "G1, coloured frame, 3 blocks")
    t.check(worst["cyclic", "Vandermonde", 8] is None, "what is above 1e10 is null")
    errors = {(r["scheme"], r["code"], r["blocks"]): r["error_p99"] for r in found["stability"]}
    t.check(all(e < 5e-7 for (_, code, _), e in errors.items() if code == "coloured frame"),
            "coloured frames lose no more than a plain sum")


def files(t):
    out = t.folder / "out"
    figures = sorted(out.glob("*.svg"))
    t.check(len(figures) == 13, f"{len(figures)} figures")
    for figure in figures:
        xml.etree.ElementTree.parse(figure)
    page = (out / "index.html").read_text()
    t.check(page.count("data:image/svg+xml") == len(figures) and "mislead" in page, "the page holds all of them")
    t.check(strict_json((out / "results.json").read_text())["seed"] == 1, "results.json is JSON")


def reproduce(t):
    t.reference("paper-results.json")
    trials = t.rounds(["--trials", 200], ["--trials", 60], [])
    found = compared_with_the_paper(t, trials)
    facts(t, found)
    files(t)
    few = ["--trials", 10, "--seed", 4]
    alone, _ = run(t, *few, "--threads", 1)
    t.check(alone == run(t, *few, "--threads", 3)[0], "1 and 3 threads give the same")
    t.check(alone["agreement"] is None and alone["seed"] == 4, "without --reference nothing is compared")
    out, _ = t.gleaner("reproduce", *few)
    t.check(out.startswith("seed 4\n") and "Nothing is compared" in out, "tables for people")
    t.check(max(map(len, out.splitlines())) <= 130, "no line is too long")
