"""One gRPC call over plain HTTP/2, byte by byte: for what no worker would ever say."""
import socket
import struct

DATA, HEADERS, RESET, SETTINGS, PING, GOAWAY, WINDOW = 0, 1, 3, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1


def field(name, value):
    """A header in HPACK: literal, without index and without Huffman."""
    return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


class Call:
    def __init__(self, address, path):
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=5)
        self.closed = False  # the other end has ended the call
        self._rest = b""
        self.socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + self._frame(SETTINGS, 0, 0, b""))
        headers = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", address),
                   ("content-type", "application/grpc"), ("te", "trailers")]
        self._write(HEADERS, END_HEADERS, b"".join(field(n, v) for n, v in headers))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    @staticmethod
    def _frame(kind, flags, stream, payload):
        return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload

    def _write(self, kind, flags, payload, stream=1):
        try:
            self.socket.sendall(self._frame(kind, flags, stream, payload))
        except OSError:
            self.closed = True

    def send(self, message):
        self._write(DATA, 0, struct.pack(">BI", 0, len(message)) + message)

    def heard(self, seconds=5.0):
        """All bytes of messages until the other end ends the call, or for so long."""
        self.socket.settimeout(seconds)
        messages = b""
        while not self.closed:
            try:
                got = self.socket.recv(65536)
            except OSError:
                break
            if not got:
                self.closed = True
            self._rest += got
            while len(self._rest) >= 9:
                length = int.from_bytes(self._rest[:3], "big")
                if len(self._rest) < 9 + length:
                    break
                kind, flags = self._rest[3], self._rest[4]
                payload, self._rest = self._rest[9:9 + length], self._rest[9 + length:]
                if kind == DATA:
                    messages += payload
                if kind == SETTINGS and not flags & ACK:
                    self._write(SETTINGS, ACK, b"", 0)
                if kind == PING and not flags & ACK:
                    self._write(PING, ACK, payload, 0)
                if kind in (RESET, GOAWAY) or (kind in (DATA, HEADERS) and flags & END_STREAM):
                    self.closed = True
        return messages
