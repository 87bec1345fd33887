"""Who may not come in: no certificate, that of somebody else, another version, nonsense. Both sides say it clearly."""
import re
import shutil
import struct

from cluster import Cluster, Worker
from grpc_bytes import Call
from harness import run_tests

QUICK = ["--replication", 3, "--speeds", "exponential:mean=30ms", "--rounds", 40]
KNOCK = 0x01


def knock(first, last, release):
    name = release.encode()
    return struct.pack("<BHHB", KNOCK, first, last, len(name)) + name + b"\0\0"


def refused(t, c, said_by_worker, said_by_server, slot, folder, name):
    """A worker with this folder of certificates is turned away at once, and does not disturb the run."""
    security = ["--tls", folder] if folder else []
    place = [] if slot is None else ["--slot", slot]
    w = Worker(t, c.address, None, *place, *security, name=name)
    ended = w.ended(15)
    w.err.read()
    said = w.err.lines[-1] if w.err.lines else ""
    t.check(ended == 1, f"{name}: ends with {ended}")
    t.check(re.search(said_by_worker, said), f"{name}: worker: {said}")
    try:
        match = c.server.err.wait(said_by_server, 5)
    except Exception:  # pylint: disable=broad-except
        c.server.err.read()
        match = None
    line = next((x for x in c.server.err.lines if match and match.group(0) in x), " / ".join(c.server.err.lines[-3:]))
    t.check(match, f"{name}: server: {line.strip()}")


def certificates(t):
    t.gleaner_says("certs", "--out", "certs", "--workers", 4, "--spares", 1, "--server", "127.0.0.1")
    t.gleaner_says("certs", "--out", "other", "--workers", 4, "--server", "127.0.0.1")
    c = Cluster(t, *t.small_data(), *QUICK, workers=4, tls="certs")
    for slot in (0, 1, 2):
        c.add(slot)
    c.trace.wait("worker 2 joined")
    refused(t, c, "asks for TLS and a certificate of .*; give --tls DIR", "refused a connection.*: it showed no certificate",
            None, None, "without a certificate")
    refused(t, c, "the certificate of the server at .* is signed by .*; use certificates of one gleaner certs on both sides",
            "refused a connection.*: it does not know the authority that signed this server's certificate", None,
            "other/worker-3", "of another CA")
    # It trusts both authorities; the server does not.
    shutil.copytree(t.folder / "other" / "worker-3", t.folder / "both")
    with open(t.folder / "both" / "ca.pem", "a") as authorities:
        authorities.write((t.folder / "certs" / "worker-3" / "ca.pem").read_text())
    refused(t, c, "refused .*: it does not know .*, who signed it",
            "refused a connection.*: its certificate, .worker-3., is signed by", None, "both",
            "of another CA that trusts the server")
    refused(t, c, "the certificate is that of worker-1, which may not have the place of worker 3",
            "refused a worker from .*: the certificate is that of worker-1, which may not have the place of worker 3", 3,
            "certs/worker-1", "of another place")
    refused(t, c, "the certificate is that of operator, which is no worker's",
            "refused a worker from .*: the certificate is that of operator", None, "certs/operator", "of the operator")
    refused(t, c, "which may not choose a place", "refused a worker from .*: the certificate is that of spare-0", 3,
            "certs/spare-0", "of a spare that chooses")
    _, err = t.gleaner_says("stop", "--connect", c.address, "--tls", "certs/worker-0", expect=1)
    t.check("may not stop a run" in err, f"stop with a worker's certificate: {err.strip()}")
    _, err = t.gleaner_says("status", "--connect", c.address, expect=1)
    t.check("--tls" in err, f"status without a certificate: {err.strip()}")
    t.check(c.round_now() == 0, "nobody of them counted as the fourth worker")
    c.add(3)
    c.finished(rounds=40, lost=0)


def places(t):
    """Without TLS there is no name, but a place that there is not is refused as well."""
    c = Cluster(t, *t.small_data(), *QUICK, workers=3)
    refused(t, c, "there is no worker 7: the run has workers 0 to 2", "refused a worker from .*: there is no worker 7", 7,
            None, "a place that there is not")
    c.add_all()
    c.finished(rounds=40, lost=0)


def versions_and_nonsense(t):
    c = Cluster(t, *t.small_data(), *QUICK, workers=3)
    c.add_all()
    c.wait_for_round(2)
    with Call(c.address, "/gleaner.Cluster/Control") as call:
        call.send(knock(77, 99, "9.9.9"))
        heard = call.heard()
    t.check(b"install the same release on both" in heard, "a worker of another version is told what to do")
    line = c.server.err.wait(r"refused a worker from .*: it speaks versions 77 to 99 of the wire format \(Gleaner 9.9.9\)")
    t.check(line, f"server: {line.group(0)}")
    for bytes_, what in ((b"\xee\xee\xee", "an unknown kind"), (b"", "an empty frame"),
                         (knock(1, 1, "0.1.0")[:-1], "half a knock"), (b"\x03", "a heartbeat before the knock")):
        with Call(c.address, "/gleaner.Cluster/Control") as call:
            call.send(bytes_)
            call.heard()
            t.check(call.closed, f"{what} ends the connection")
    with Call(c.address, "/gleaner.Cluster/Vectors") as call:
        call.send(b"\x01" * 100)
        call.heard()
        t.check(call.closed, "vectors of nobody end the connection")
    with Call(c.address, "/gleaner.Cluster/Nothing") as call:
        call.heard()
        t.check(call.closed, "a call that there is not is answered")
    c.finished(rounds=40, lost=0)


if __name__ == "__main__":
    run_tests(certificates, places, versions_and_nonsense)
