"""Requests and answers: context, middleware, access, errors, streaming, server."""
