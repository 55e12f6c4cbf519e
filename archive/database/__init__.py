"""The archive's SQLite file: connection, schema, migrations, lock and counts kept by triggers."""
