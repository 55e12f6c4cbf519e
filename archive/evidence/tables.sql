CREATE TABLE dictionaries (
  id INTEGER PRIMARY KEY, portal TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('payload', 'head')),
  samples INTEGER NOT NULL, made_at TEXT NOT NULL, row_sha256 BLOB NOT NULL, dictionary BLOB NOT NULL
) STRICT;
CREATE INDEX dictionaries_portal ON dictionaries (portal, kind);
CREATE TABLE payloads (
  id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, bytes INTEGER NOT NULL,
  dictionary_id INTEGER REFERENCES dictionaries (id), waiting TEXT, stored BLOB NOT NULL
) STRICT;
CREATE INDEX payloads_waiting ON payloads (waiting) WHERE waiting IS NOT NULL;
CREATE TABLE captures (
  id INTEGER PRIMARY KEY AUTOINCREMENT, crawl_id INTEGER NOT NULL, portal TEXT NOT NULL, url TEXT NOT NULL,
  fetched_at TEXT NOT NULL, status INTEGER NOT NULL, payload_id INTEGER NOT NULL REFERENCES payloads (id),
  day TEXT NOT NULL, digest BLOB NOT NULL, head_bytes INTEGER NOT NULL,
  head_dictionary_id INTEGER REFERENCES dictionaries (id), head BLOB NOT NULL
) STRICT;
CREATE INDEX captures_portal ON captures (portal, crawl_id);
CREATE INDEX captures_day ON captures (day);
CREATE TABLE manifests (
  day TEXT PRIMARY KEY, first_id INTEGER NOT NULL, last_id INTEGER NOT NULL, captures INTEGER NOT NULL,
  previous_hash TEXT NOT NULL, hash TEXT NOT NULL, sealed_at TEXT NOT NULL, token BLOB, row_sha256 BLOB NOT NULL
) STRICT;
