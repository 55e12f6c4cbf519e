"""Portal files: their keys, kinds of catalogues, and the packaged ones."""
