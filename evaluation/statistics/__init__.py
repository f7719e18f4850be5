"""What a fool rate may claim: pure functions on coded arrays, one module a topic."""
