"""The bounds on connections are really set by the server's event loop."""

import asyncio
import socket

import uvloop

from routehub.api.sockets import UNACKNOWLEDGED_MILLISECONDS, bound


def test_the_kernel_gives_up_on_what_stays_unacknowledged():
    async def connect() -> int:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        async with server:
            _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            bound(writer.transport)
            found = writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
            writer.close()
            return int(found)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(connect()) == UNACKNOWLEDGED_MILLISECONDS
