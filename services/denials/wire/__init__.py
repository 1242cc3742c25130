"""The contract's documents and events, to and from the domain."""
