"""Wires with a length: each joins two interfaces, holds every frame for a while, and can be cut.

A wire is a pair of TAP interfaces, one in either network namespace. A process of its own carries the frames; it ends
with the process that made it. A frame that arrives while the wire is cut is lost, like those that are on it: neither
end hears of it, there is no FIN and no RST.
"""
import collections
import ctypes
import fcntl
import os
import select
import struct
import sys
import time

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
FRAME = 65536


def enter_network(namespace):
    """This process moves into a network namespace, given by its path."""
    handle = os.open(namespace, os.O_RDONLY | os.O_CLOEXEC)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(handle, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns", namespace)
    os.close(handle)


def open_tap(namespace, name):
    """A new TAP interface there; it vanishes when the handle is closed."""
    enter_network(namespace)
    handle = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(handle, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return handle


class Direction:
    """Frames that go from one handle to another, in their order."""

    def __init__(self, source, sink, delay):
        self.source, self.sink, self.delay = source, sink, delay
        self.cut = False
        self.flying = collections.deque()  # (when it arrives, frame)

    def take(self):
        until = time.monotonic() + self.delay
        for _ in range(64):  # then it is the others' turn
            try:
                frame = os.read(self.source, FRAME)
            except BlockingIOError:
                return
            except OSError:
                return  # the interface is down
            if not self.cut:
                self.flying.append((until, frame))

    def deliver(self, now):
        while self.flying and self.flying[0][0] <= now:
            frame = self.flying.popleft()[1]
            try:
                os.write(self.sink, frame)
            except OSError:
                pass  # lost: the interface is down, or its queue is full


def carry(directions, commands):
    """Until the end of `commands`: a line "cut NAME" or "mend NAME" each."""
    poll = select.epoll()
    poll.register(commands, select.EPOLLIN)
    by_source = {}
    for both in directions.values():
        for direction in both:
            by_source[direction.source] = direction
            poll.register(direction.source, select.EPOLLIN)
    everything = list(by_source.values())
    while True:
        heads = [d.flying[0][0] for d in everything if d.flying]
        wait = max(0.0, min(heads) - time.monotonic()) if heads else -1
        for handle, _ in poll.poll(wait):
            if handle != commands:
                by_source[handle].take()
                continue
            said = os.read(commands, 4096).decode()
            if not said:
                return
            for line in said.splitlines():
                what, name = line.split()
                for direction in directions[name]:
                    direction.cut = what == "cut"
                    direction.flying.clear()
        now = time.monotonic()
        for direction in everything:
            direction.deliver(now)


class Wires:
    """The wires of a lab, and the process that carries their frames.

    wires: by name ((namespace, interface) of one end, the same of the other, seconds from end to end).
    """

    def __init__(self, wires):
        ends, self._commands = os.pipe()
        ready, told = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self._commands)
                directions = {}
                for name, (one, other, delay) in wires.items():
                    a, b = open_tap(*one), open_tap(*other)
                    directions[name] = (Direction(a, b, delay), Direction(b, a, delay))
                os.write(told, b".")
                carry(directions, ends)
            except BaseException as trouble:  # nobody else would say it
                print(f"wires: {trouble!r}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        os.close(ends)
        os.close(told)
        there = os.read(ready, 1)
        os.close(ready)
        if not there:
            self.close()
            raise OSError("the wires cannot be made (/dev/net/tun)")

    def cut(self, name):
        os.write(self._commands, f"cut {name}\n".encode())

    def mend(self, name):
        os.write(self._commands, f"mend {name}\n".encode())

    def close(self):
        if self._commands is not None:
            os.close(self._commands)
            self._commands = None
            os.waitpid(self.pid, 0)
