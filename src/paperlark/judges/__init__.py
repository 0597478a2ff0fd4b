"""Judges: papers and criteria in; two scores with a reason for each paper out."""
