"""Everything that leaves the archive: rows as files, originals as WARC and WACZ, snapshots."""
