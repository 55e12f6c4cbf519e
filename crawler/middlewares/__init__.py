"""Middlewares between the spider and the network: robots.txt, encodings, sealing."""
