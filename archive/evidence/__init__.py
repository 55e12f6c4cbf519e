"""Sealed captures: store, reader, compression, fixity, time stamps, import."""
