"""A network with a delay: a TCP proxy on this machine that holds every byte back for a while."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def delayed(port: int, seconds: float) -> Iterator[int]:
    """A port that leads to `port`, with `seconds` of delay each way."""
    ready: queue.Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = queue.Queue()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        ways = _carry(reader, far_writer, seconds), _carry(far_reader, writer, seconds)
        with suppress(asyncio.CancelledError):  # Python 3.11 would print it when the proxy ends
            await asyncio.gather(*ways, return_exceptions=True)

    async def serve() -> None:
        server = await asyncio.start_server(connect, "127.0.0.1", 0)
        stop = asyncio.Event()
        ready.put((asyncio.get_running_loop(), stop, server.sockets[0].getsockname()[1]))
        await stop.wait()
        server.close()

    # `run` also cancels the connections that are still open.
    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    loop, stop, own_port = ready.get(timeout=10)
    try:
        yield own_port
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=10)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    """Hand on what comes in, each piece `seconds` after it came: a delay, not a lower speed."""
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def hand_on() -> None:
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if not piece:
                break
            writer.write(piece)
            await writer.drain()
        writer.close()

    async def take_in() -> None:
        while piece := await reader.read(65536):
            pieces.put_nowait((loop.time() + seconds, piece))
        pieces.put_nowait((loop.time() + seconds, b""))

    await asyncio.gather(take_in(), hand_on())
