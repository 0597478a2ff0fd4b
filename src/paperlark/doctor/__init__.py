"""A profile in, findings about everything that a page needs out. Nothing is changed or paid."""
