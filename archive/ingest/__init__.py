"""Writing of a crawl: session, writer process, records, presence, alarms, frontier, health."""
