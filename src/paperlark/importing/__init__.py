"""Outside files in, what they say of papers out: one file a kind, `kinds` tells them apart."""
