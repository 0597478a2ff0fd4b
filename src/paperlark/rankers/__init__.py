"""Without a language model: papers and criteria in, one match per paper out."""
