"""What several boards show together, as plain models behind the visibility predicate; for API, pages and digests."""
