"""Do slow and idle connections hold up those who take part?

.venv/bin/python -m benchmarks.connections http://127.0.0.1:8000 [--path /healthz/] [--big /static/…]

Asks a running site by 50 people at once, first alone and then beside 500 idle connections, 50 bodies that
arrive at one byte a second and 50 readers that take a large file at 100 bytes a second.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import time
from urllib.parse import urlsplit

IDLE, SLOW_BODIES, SLOW_READERS, PEOPLE = 500, 50, 50, 50


async def idle(host: str, port: int, ready: asyncio.Semaphore) -> None:
    """Connect and say nothing."""
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port)
            ready.release()
            await reader.read()
            writer.close()


async def slow_body(host: str, port: int, ready: asyncio.Semaphore) -> None:
    """Send a body one byte a second."""
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(host, port)
            head = "POST /t/00000000-0000-4000-8000-000000000000/ HTTP/1.1\r\nHost: localhost\r\n"
            writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n".encode())
            ready.release()
            while not writer.is_closing():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(1)


async def slow_reader(host: str, port: int, path: str, ready: asyncio.Semaphore) -> None:
    """Read a large file 100 bytes a second."""
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port, limit=1024)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 20)
            ready.release()
            while await reader.read(100):
                await asyncio.sleep(1)
            writer.close()


async def ask(host: str, port: int, path: str, seconds: float) -> list[float]:
    """One person's requests for so long, on one connection; returns how long each took."""
    took: list[float] = []
    until = time.monotonic() + seconds
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    reader, writer = None, None
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            async with asyncio.timeout(10):
                if writer is None or reader is None:
                    reader, writer = await asyncio.open_connection(host, port)
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.split(b":")[1])
                    for line in head.lower().splitlines()
                    if b"content-length" in line
                )
                await reader.readexactly(length)
                if b"connection: close" in head.lower():
                    writer.close()
                    writer = None
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            writer = None
        took.append(time.monotonic() - began)
        await asyncio.sleep(0.25)
    return took


async def measure(host: str, port: int, path: str, seconds: float) -> str:
    """The row of a table: requests, median, 95 % and longest in ms."""
    lists = await asyncio.gather(*(ask(host, port, path, seconds) for _ in range(PEOPLE)))
    took = sorted(1000 * one for each in lists for one in each)
    p95 = took[int(0.95 * (len(took) - 1))]
    return f"{len(took):6d} | {statistics.median(took):6.0f} | {p95:6.0f} | {took[-1]:6.0f}"


async def compare(address: str, path: str, big: str, seconds: float) -> None:
    """Print both rows."""
    parts = urlsplit(address)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    await measure(host, port, path, 1)
    print("| beside | requests | median ms | 95 % ms | longest ms |\n|---|---|---|---|---|")
    print(f"| nobody | {await measure(host, port, path, seconds)} |", flush=True)
    ready = asyncio.Semaphore(0)
    crowd = [asyncio.ensure_future(idle(host, port, ready)) for _ in range(IDLE)]
    crowd += [asyncio.ensure_future(slow_body(host, port, ready)) for _ in range(SLOW_BODIES)]
    crowd += [asyncio.ensure_future(slow_reader(host, port, big, ready)) for _ in range(SLOW_READERS)]
    for _ in crowd:
        await ready.acquire()
    print(f"| {len(crowd)} slow ones | {await measure(host, port, path, seconds)} |")
    for one in crowd:
        one.cancel()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("--path", default="/healthz/", help="what the people ask for")
    parser.add_argument("--big", default="/static/vendor/jspsych/index.js", help="what is read slowly")
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    asyncio.run(compare(options.address, options.path, options.big, options.seconds))
