"""The reading process, which reads the pages of records that another process fetches meanwhile.

`python -m crawler.spiders.reading_process FD` reads what comes on the socket FD, one page after the other, until its other end is
closed; `crawler.spiders.record_reader` sends it. Either way a message is its length, in LENGTH bytes, and a pickle: the arguments
of `read_record`, then what it returns or raises.
"""

import pickle
import socket
import sys
from contextlib import suppress
from typing import BinaryIO, cast

from archive.model.observations import RecordPage
from crawler.spiders.pages import read_record

LENGTH = 4


def message(content: object) -> bytes:
    """Return `content` as it is sent."""
    data = pickle.dumps(content)
    return len(data).to_bytes(LENGTH) + data


def serve(stream: BinaryIO) -> None:
    """Read the pages that come on `stream` until its other end is closed."""
    while length := stream.read(LENGTH):
        text, url, base_url, agencies = pickle.loads(stream.read(int.from_bytes(length)))  # noqa: S301 - of our own process
        stream.write(message(_read(text, url, base_url, agencies)))
        stream.flush()


def _read(text: str, url: str, base_url: str, agencies: tuple[str, ...]) -> RecordPage | Exception:
    try:
        return read_record(text, url, base_url, cut=False, agencies=agencies)
    except Exception as error:  # noqa: BLE001 - it is raised where the page came from
        return error


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as connection, suppress(ConnectionError):
        serve(cast("BinaryIO", connection.makefile("rwb")))
