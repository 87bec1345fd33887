"""A wire between one worker and the server that can be cut, blocked in one direction, or given a load it may carry."""
import socket
import struct
import threading

CONTROL, VECTORS = 0, 1  # a worker's connections, in the order in which it opens them
UP, DOWN = 0, 1          # to the server, to the worker


class Connection:
    def __init__(self, near, far):
        self.sockets = (near, far)
        self.passed = [0, 0]
        self.budget = [None, None]  # bytes that may still pass; None: any number
        self.open = True
        self.changed = threading.Condition()

    def start(self):
        for way in (UP, DOWN):
            threading.Thread(target=self._pump, args=(way,), daemon=True).start()

    def _pump(self, way):
        source, sink = self.sockets[way], self.sockets[1 - way]
        try:
            while True:
                with self.changed:
                    self.changed.wait_for(lambda: not self.open or self.budget[way] != 0)
                    if not self.open:
                        return
                    most = 65536 if self.budget[way] is None else min(65536, self.budget[way])
                data = source.recv(most)
                if not data:
                    break
                with self.changed:  # blocked while it waited for them
                    self.changed.wait_for(lambda: not self.open or self.budget[way] != 0)
                    if not self.open:
                        return
                    if self.budget[way] is not None:
                        self.budget[way] = max(0, self.budget[way] - len(data))
                sink.sendall(data)
                self.passed[way] += len(data)
        except OSError:
            pass
        self.close()

    def allow(self, way, count):
        """So many bytes more; None: any number, 0: none."""
        with self.changed:
            self.budget[way] = count
            self.changed.notify_all()

    def exhausted(self, way):
        return self.budget[way] == 0

    def close(self, reset=False):
        with self.changed:
            if not self.open:
                return
            self.open = False
            self.changed.notify_all()
        for s in self.sockets:
            try:
                if reset:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()


class Proxy:
    """Listens for one worker. Connections are numbered from the last time that none was open."""

    def __init__(self, server):
        host, _, port = server.rpartition(":")
        self.server = (host, int(port))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.connections, self.made, self.refuses = [], 0, False
        self.most = None           # connections at a time
        self.first = [None, None]  # bytes that may pass on a new connection
        self.lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.refuses or (self.most is not None and len(self.live()) >= self.most):
                near.close()
                continue
            try:
                far = socket.create_connection(self.server, timeout=5)
                far.settimeout(None)
            except OSError:
                near.close()
                continue
            for s in (near, far):
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(near, far)
            connection.budget = list(self.first)
            with self.lock:
                self.connections = [c for c in self.connections if c.open] + [connection]
                self.made += 1
            connection.start()

    def live(self):
        with self.lock:
            return [c for c in self.connections if c.open]

    def get(self, which):
        """The connection for control or for vectors, if both are there."""
        live = self.live()
        return live[which] if len(live) == 2 else None

    def cut(self, which=None, reset=False):
        """Closes one connection, or all. Returns how many."""
        chosen = self.live() if which is None else [c for c in [self.get(which)] if c]
        for c in chosen:
            c.close(reset)
        return len(chosen)

    def allow(self, way, count):
        for c in self.live():
            c.allow(way, count)

    def close(self):
        self.listener.close()
        self.cut()
