"""Events in, one use case called, an answer out."""
