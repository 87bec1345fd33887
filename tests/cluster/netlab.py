"""A small network in a box: machines with names and addresses, thin and long links, and plugs that can be pulled.

All of it lives in namespaces of its own (network, mounts, processes, and users where this is not root): the network of
this computer is not touched, and when the test ends, however it does, the kernel removes all of it, processes too.

    netlab.enter()                           # starts this script anew in such namespaces, or ends it: skipped
    with netlab.Lab({"a": Link(), "b": Link(rate="20mbit", delay=0.02)}) as lab:
        process = lab.start("b", ["ping", "-c", "1", "a"])

A machine is a network namespace, a host name and a folder. Each has one link, to a bridge that joins them all.
"""
import dataclasses
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from wires import Wires

SKIPPED = 77
MARK = "GLEANER_NETLAB"
SWITCH = "switch"
NETWORK = "10.77.0."


@dataclasses.dataclass
class Link:
    """Of one machine. Rate and delay hold in either direction."""
    rate: str = "100mbit"
    delay: float = 0.0  # seconds from the machine to the switch


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def enter():
    """Goes on in namespaces of its own. What is killed there takes everything with it."""
    if os.environ.get(MARK) == "1":
        return _settle()
    for tool in ("unshare", "nsenter", "ip", "tc", "hostname", "mount"):
        if shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is None:
            skip(f"there is no {tool} here")
    space = ["unshare", "--net", "--mount", "--pid", "--uts", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        space += ["--user", "--map-root-user"]
    tried = subprocess.run([*space, "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        skip(f"the kernel or the privileges do not allow namespaces: {tried.stderr.strip()}")
    os.environ[MARK] = "1"
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    os.execvp(space[0], [*space, sys.executable, "-B", *sys.argv])


def _settle():
    """The first process of the new namespaces: nothing of it may reach the old ones."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the first process dies of no signal by itself
    run("mount", "--make-rprivate", "/")
    run("mount", "-t", "tmpfs", "lab", "/run")
    run("ip", "link", "set", "lo", "up")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def processes():
    """Everything that runs in this lab: by process id its command line; this process and the dead left out."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if state not in "ZX":
                found[int(entry.name)] = b" ".join(words).decode(errors="replace").strip()
    return found


class Lab:
    """links: by name of a machine, its Link. The names are host names; addresses are dealt out in their order."""

    def __init__(self, links, folder):
        self.links = links
        self.folder = pathlib.Path(folder)
        self.addresses = {name: f"{NETWORK}{k + 1}" for k, name in enumerate(links)}
        self.started = []  # (machine, process)
        self._wires = None

    def __enter__(self):
        try:
            self._build()
        except OSError as trouble:
            self.__exit__()
            skip(f"no network can be made here: {trouble}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for _, process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()
        if self._wires is not None:
            self._wires.close()
            self._wires = None

    def _build(self):
        names = self.folder / "hosts"
        names.write_text("127.0.0.1 localhost\n" +
                         "".join(f"{address} {name}\n" for name, address in self.addresses.items()))
        run("mount", "--bind", names, "/etc/hosts")
        if os.path.exists("/etc/resolv.conf"):  # nobody else is asked for a name
            run("mount", "--bind", "/dev/null", os.path.realpath("/etc/resolv.conf"))
        for space in (SWITCH, *self.links):
            run("ip", "netns", "add", space)
            run("ip", "-n", space, "link", "set", "lo", "up")
        run("ip", "-n", SWITCH, "link", "add", "bridge", "type", "bridge")
        run("ip", "-n", SWITCH, "link", "set", "bridge", "up")
        self._wires = Wires({name: ((self.space(name), "eth0"), (self.space(SWITCH), f"to-{name}"), link.delay)
                             for name, link in self.links.items() if link.delay > 0})
        for name, link in self.links.items():
            if link.delay == 0:
                run("ip", "-n", SWITCH, "link", "add", f"to-{name}", "type", "veth", "peer", "name", "eth0",
                    "netns", name)
            run("ip", "-n", SWITCH, "link", "set", f"to-{name}", "master", "bridge", "up")
            run("ip", "-n", name, "addr", "add", f"{self.addresses[name]}/24", "dev", "eth0")
            run("ip", "-n", name, "link", "set", "eth0", "up")
            for space, interface in ((SWITCH, f"to-{name}"), (name, "eth0")):
                run("tc", "-n", space, "qdisc", "add", "dev", interface, "root", "tbf", "rate", link.rate,
                    "burst", "32kb", "latency", "300ms")
            (self.folder / name).mkdir()

    @staticmethod
    def space(name):
        return f"/run/netns/{name}"

    def home(self, machine):
        return self.folder / machine

    def command(self, machine, command):
        """What runs `command` on that machine: its network, its host name."""
        return ["nsenter", f"--net={self.space(machine)}", "unshare", "--uts", "sh", "-c",
                f'hostname {machine}; exec "$@"', "sh", *map(str, command)]

    def start(self, machine, command, **options):
        """A process on that machine, in its folder; what it says goes to the file SAYS there."""
        says = options.pop("says", "says")
        with open(self.home(machine) / says, "ab") as out:
            process = subprocess.Popen(self.command(machine, command), cwd=self.home(machine), stdin=subprocess.DEVNULL,
                                       stdout=options.pop("stdout", out), stderr=out, **options)
        self.started.append((machine, process))
        return process

    def said(self, machine, says="says"):
        path = self.home(machine) / says
        return path.read_text(errors="replace") if path.exists() else ""

    def pull(self, machine):
        """The plug of a machine: from now on whatever it sends, or is sent to it, is lost without a sign."""
        if self.links[machine].delay > 0:
            self._wires.cut(machine)
        else:
            run("ip", "-n", SWITCH, "link", "set", f"to-{machine}", "down")

    def plug(self, machine):
        if self.links[machine].delay > 0:
            self._wires.mend(machine)
        else:
            run("ip", "-n", SWITCH, "link", "set", f"to-{machine}", "up")

    def left_over(self, seconds=3):
        """What still runs although it should not, after so long at most."""
        until = time.monotonic() + seconds
        while True:
            rest = {pid: line for pid, line in processes().items() if self._wires is None or pid != self._wires.pid}
            if not rest or time.monotonic() > until:
                return rest
            time.sleep(0.05)


def wait_for(what, seconds, condition, lab=None):
    """The first truthy value of condition(); after so long it is an error, with what everybody said."""
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            fail(f"{seconds} s without {what}", lab)
        time.sleep(0.05)


def fail(why, lab=None):
    if lab is not None:
        for path in sorted(lab.folder.glob("*/says*")):
            print(f"--- {path.relative_to(lab.folder)}\n{path.read_text(errors='replace')[-4000:]}")
    sys.exit(f"FAILED: {why}")


def check(holds, why, lab=None):
    if not holds:
        fail(why, lab)
