"""The venue's side: a websocket server of one client that sends frames as fast as it is told.

`python -m benches.sockets.sender FRAMES TIMES COUNT RATE` prints its port, serves one client and
ends. It runs in a process of its own, on a core of its own where there are two, and speaks the
protocol by hand: a library's server would be what is measured.
"""

import base64
import hashlib
import mmap
import os
import pickle
import socket
import sys
import time
from pathlib import Path

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CHUNK_BYTES = 1 << 18
_ACCEPT_S = 30.0


def main() -> None:
    """Serve one client."""
    frames_path, times_path, count_text, rate_text = sys.argv[1:]
    frames = [_framed(payload) for payload in pickle.loads(Path(frames_path).read_bytes())]
    count, rate = int(count_text), float(rate_text)
    if hasattr(os, "sched_setaffinity") and len(os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(_ACCEPT_S)
        print(server.getsockname()[1], flush=True)
        client, _ = server.accept()
    with client, Path(times_path).open("r+b") as file, mmap.mmap(file.fileno(), 8 * count) as times:
        client.settimeout(_ACCEPT_S)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _shake_hands(client)
        # The client says when it is ready: its first frame of any kind.
        client.recv(1024)
        if rate:
            _pace(client, frames, count, rate, memoryview(times).cast("q"))
        else:
            _flood(client, frames, count)
            # Its end is the end of the measurement: nobody has to count.
            client.shutdown(socket.SHUT_WR)
        while client.recv(65536):
            pass


def _pace(
    client: socket.socket, frames: list[bytes], count: int, rate: float, times: memoryview
) -> None:
    """Send frame after frame at its moment; the loop spins, for a sleep would be late."""
    begin_ns = time.monotonic_ns() + 50_000_000
    step_ns = 1e9 / rate
    for number in range(count):
        due_ns = begin_ns + int(number * step_ns)
        while (now_ns := time.monotonic_ns()) < due_ns:
            pass
        times[number] = now_ns
        client.sendall(frames[number % len(frames)])
    times.release()


def _flood(client: socket.socket, frames: list[bytes], count: int) -> None:
    """Send as much as the client takes: the kernel's buffers hold the rest back."""
    chunk = bytearray()
    for number in range(count):
        chunk += frames[number % len(frames)]
        if len(chunk) >= _CHUNK_BYTES:
            client.sendall(chunk)
            chunk.clear()
    client.sendall(chunk)


def _framed(payload: bytes) -> bytes:
    length = len(payload)
    if length < 126:
        return bytes((0x81, length)) + payload
    if length < 1 << 16:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload


def _shake_hands(client: socket.socket) -> None:
    request = b""
    while b"\r\n\r\n" not in request:
        request += client.recv(4096)
    headers = dict(line.split(b": ", 1) for line in request.split(b"\r\n")[1:] if b": " in line)
    key = {name.lower(): value for name, value in headers.items()}[b"sec-websocket-key"]
    accept = base64.b64encode(hashlib.sha1(key + _GUID).digest())
    client.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


if __name__ == "__main__":
    main()
