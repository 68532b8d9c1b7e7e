"""Questions: words, which trials are meant, one statement, and what it gives."""
