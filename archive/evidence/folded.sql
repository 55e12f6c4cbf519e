CREATE TABLE folded (
  first_id INTEGER PRIMARY KEY, last_id INTEGER NOT NULL, source BLOB NOT NULL, source_first INTEGER NOT NULL,
  source_crawl_id INTEGER NOT NULL, source_day TEXT NOT NULL, last_digest BLOB NOT NULL
) STRICT;
CREATE INDEX folded_source ON folded (source);
CREATE TABLE folded_tips (
  first_id INTEGER NOT NULL REFERENCES folded (first_id), captures INTEGER NOT NULL, tip TEXT NOT NULL,
  PRIMARY KEY (first_id, captures)
) STRICT, WITHOUT ROWID;
