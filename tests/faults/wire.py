"""A wire that can be cut: a proxy between a reader and the hub which breaks connections in every way wires break."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator

RESET_AT_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER with no time: the peer gets RST and not FIN


class Wire:
    """Carries bytes between one reader and the hub until it is cut. ``url`` is where the reader connects."""

    def __init__(self, hub_port: int) -> None:
        self._hub_port = hub_port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self.silent = False
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, host: str = "127.0.0.1") -> None:
        self._server = await asyncio.start_server(self._accepted, host, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def lead_to(self, hub_port: int) -> None:
        """From the next connection on, to another hub."""
        self._hub_port = hub_port

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry(reader, writer))
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_hub, to_hub = await asyncio.open_connection("127.0.0.1", self._hub_port)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, to_hub}
        for source, sink in ((reader, to_hub), (from_hub, writer)):
            task = asyncio.create_task(self._pump(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Pass bytes on in one direction; in silence they are swallowed, and nobody is told."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while data := await source.read(65536):
                if not self.silent:
                    sink.write(data)
                    await sink.drain()
        if not self.silent:
            sink.close()

    def reset(self) -> None:
        """Both sides get RST, whatever is on its way: a firewall, a crashed machine, a killed process."""
        for writer in self._open:
            sock: socket.socket | None = writer.get_extra_info("socket")
            if sock is not None and not writer.is_closing():
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
            writer.transport.abort()
        self._open.clear()

    def mend(self) -> None:
        """Connections from now on work; what fell silent stays so until its ends give up."""
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()
        self.silent = False

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*self._carrying, return_exceptions=True)  # one that is just connecting is closed too
        for writer in self._open:
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(_closed(writer) for writer in self._open))


async def _closed(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        await writer.wait_closed()


@contextlib.asynccontextmanager
async def wire_to(hub_port: int) -> AsyncIterator[Wire]:
    wire = Wire(hub_port)
    await wire.start()
    try:
        yield wire
    finally:
        await wire.stop()
