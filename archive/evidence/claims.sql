CREATE TABLE claims (
  id INTEGER PRIMARY KEY AUTOINCREMENT, archive TEXT NOT NULL, kind TEXT NOT NULL, row_id INTEGER NOT NULL,
  number INTEGER NOT NULL, row_sha256 BLOB, day TEXT NOT NULL, digest BLOB NOT NULL
) STRICT;
CREATE INDEX claims_row ON claims (archive, kind, row_id, number);
CREATE INDEX claims_day ON claims (day);
CREATE TABLE block_sums (
  id INTEGER PRIMARY KEY CHECK (id = 1), archive TEXT NOT NULL, bytes INTEGER NOT NULL,
  row_sha256 BLOB NOT NULL, sums BLOB NOT NULL
) STRICT;
