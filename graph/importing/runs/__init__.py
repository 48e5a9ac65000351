"""Records imports: each one's `Run`, loaded lines (``ledger``), rejected rows, rules and coverage."""
