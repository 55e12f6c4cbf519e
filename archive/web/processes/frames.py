"""Frames: what two processes tell each other, JSON with bytes behind it. Nothing in one can act, whoever wrote it."""

import asyncio
import json
import socket
import struct
from typing import Any

Head = dict[str, Any]

_LENGTHS = struct.Struct("!II")
_LONGEST_HEAD = 1 << 20


def packed(head: Head, body: bytes = b"") -> bytes:
    """Return a frame."""
    text = json.dumps(head).encode()
    return _LENGTHS.pack(len(text), len(body)) + text + body


def receive(connection: socket.socket) -> Head:
    """Return the head of the one frame that comes, which has no body. Raises EOFError where it is not whole."""
    length, _ = _LENGTHS.unpack(_exactly(connection, _LENGTHS.size))
    return dict(json.loads(_exactly(connection, length)))


async def read(reader: asyncio.StreamReader, longest: int) -> tuple[Head, bytes] | None:
    """Return the next frame; None where there is none, or none that is whole or short enough."""
    try:
        head, body = _LENGTHS.unpack(await reader.readexactly(_LENGTHS.size))
        if head > _LONGEST_HEAD or body > longest:
            return None
        return dict(json.loads(await reader.readexactly(head))), await reader.readexactly(body)
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        return None


def _exactly(connection: socket.socket, length: int) -> bytes:
    pieces = bytearray()
    while len(pieces) < length:
        piece = connection.recv(length - len(pieces))
        if not piece:
            raise EOFError
        pieces += piece
    return bytes(pieces)
