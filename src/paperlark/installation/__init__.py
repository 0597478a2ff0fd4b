"""What paperlark puts on a machine beside pages: shell completion, and what is left of it all."""
