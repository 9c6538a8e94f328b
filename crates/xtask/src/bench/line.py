"""A line of 40 ms round trips and 100 MB/s in each direction: a proxy on loopback, for kernels that cannot delay.

line.py TARGET-PORT prints its own port, and serves until it is killed.

What comes in waits for its turn on the line, which all connections share, and then for half a round trip. A connection
begins with the window of Linux, which grows by what was acknowledged (RFC 6928, RFC 5681); nothing is lost.
"""
import queue
import socket
import sys
import threading
import time

ROUND_TRIP, RATE = 0.040, 100e6
SEGMENT = 1448
FIRST_WINDOW, LARGEST_WINDOW = 10 * SEGMENT, 4 << 20
CHUNK = 64 << 10


class Direction:
    """One direction of the line."""

    def __init__(self):
        self.lock, self.free = threading.Lock(), 0.0

    def take(self, size):
        """When so many bytes, handed over now, have arrived."""
        with self.lock:
            self.free = max(time.monotonic(), self.free) + size / RATE
            return self.free + ROUND_TRIP / 2


class Window:
    """How much may be on its way before the other side has said that it came."""

    def __init__(self):
        self.size, self.used, self.pending = FIRST_WINDOW, 0, []

    def room(self):
        while True:
            now = time.monotonic()
            while self.pending and self.pending[0][0] <= now:
                _, size = self.pending.pop(0)
                self.used -= size
                self.size = min(self.size + size, LARGEST_WINDOW)
            if self.used < self.size:
                return min(CHUNK, self.size - self.used)
            time.sleep(self.pending[0][0] - now)

    def sent(self, size, arrives):
        self.used += size
        self.pending.append((arrives + ROUND_TRIP / 2, size))


def pump(source, target, direction, opened):
    """Passes on what comes, late. The first byte waits for the handshake."""
    line, window = queue.SimpleQueue(), Window()

    def deliver():
        while True:
            arrives, data = line.get()
            time.sleep(max(0.0, arrives - time.monotonic()))
            try:
                if not data:
                    return target.shutdown(socket.SHUT_WR)
                target.sendall(data)
            except OSError:
                return None

    threading.Thread(target=deliver, daemon=True).start()
    time.sleep(max(0.0, opened - time.monotonic()))
    while True:
        try:
            data = source.recv(window.room())
        except OSError:
            data = b""
        arrives = direction.take(len(data))
        line.put((arrives, data))
        if not data:
            return
        window.sent(len(data), arrives)


def connect(client, port, there, back):
    opened = time.monotonic() + ROUND_TRIP
    server = socket.create_connection(("127.0.0.1", port))
    for end in (client, server):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=pump, args=(client, server, there, opened), daemon=True).start()
    threading.Thread(target=pump, args=(server, client, back, opened), daemon=True).start()


def serve(port):
    there, back = Direction(), Direction()
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            client, _ = listener.accept()
            threading.Thread(target=connect, args=(client, port, there, back), daemon=True).start()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
