"""Packing of payloads with zstd and dictionaries. Pure: bytes in, bytes out.

What would not shrink is kept as it is, so a packed form as long as the original *is* the original.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress

import zstandard

from archive.evidence.http_exchange import EvidenceError
from archive.model.magic_numbers import COMPRESSED

MOST = 256 * 1024 * 1024
"""Bytes: the largest payload stored, and the most that is ever unpacked."""

_LEVEL = 3
_SIZES = (262_144, 112_640, 57_344, 28_672, 8_192, 2_048)


class Packing:
    """Packs and unpacks with one dictionary, or with none. Not for use by two threads at once.

    Raises EvidenceError for a damaged dictionary.
    """

    def __init__(self, dictionary: bytes | None = None) -> None:
        made = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        try:
            if made is not None:
                made.precompute_compress(level=_LEVEL)
            self._compressor = zstandard.ZstdCompressor(level=_LEVEL, dict_data=made)
            self._decompressor = zstandard.ZstdDecompressor(dict_data=made)
        except zstandard.ZstdError as error:
            raise EvidenceError(f"its dictionary is damaged ({error})") from error

    def pack(self, data: bytes) -> bytes:
        """`data` packed, or `data` itself where packing gains nothing."""
        if data.startswith(COMPRESSED):
            return data
        packed = self._compressor.compress(data)
        return packed if len(packed) < len(data) else data

    def unpack(self, stored: bytes, size: int) -> bytes:
        """The `size` bytes that were packed into `stored`; never more, whatever `stored` claims. Raises EvidenceError."""
        if not 0 <= size <= MOST:
            raise EvidenceError(f"the length {size} is impossible")
        if len(stored) == size:
            return stored
        try:
            claimed = zstandard.frame_content_size(stored)
            if claimed != size:
                raise EvidenceError(f"it unpacks to {claimed} bytes, not {size}")
            return self._decompressor.decompress(stored, max_output_size=size, allow_extra_data=False)
        except zstandard.ZstdError as error:
            raise EvidenceError(f"it cannot be unpacked ({error})") from error


def make_dictionary(samples: Sequence[bytes], growth: int) -> bytes:
    """The dictionary that would pack samples like these best, from two on.

    Both of zstd's kinds are tried in several sizes on half of the samples: trained ones, and stretches of the
    samples themselves, which win where few templates repeat. The other half decides; a large dictionary
    has to pay for its own length over `growth` times as many.
    """
    # By digest: in no order that goes with the templates, and the same each time.
    shuffled = sorted(samples, key=lambda sample: hashlib.sha256(sample).digest())
    learn, judge = shuffled[::2], shuffled[1::2]
    total = sum(map(len, learn))
    candidates = [candidate for size in _SIZES if size * 2 <= total for candidate in _candidates(learn, size)]
    candidates = candidates or [b"".join(learn)[: _SIZES[-1]]]

    def cost(dictionary: bytes) -> int:
        packing = Packing(dictionary)
        return len(dictionary) + 2 * growth * sum(len(packing.pack(sample)) for sample in judge)

    return min(candidates, key=cost)


def _candidates(samples: Sequence[bytes], size: int) -> list[bytes]:
    candidates = [b"".join(samples)[:size]]
    with suppress(zstandard.ZstdError):  # too few or too equal to train on: the other kind always works
        candidates.append(zstandard.train_dictionary(size, list(samples), k=2048, d=8, level=_LEVEL).as_bytes())
    return candidates
