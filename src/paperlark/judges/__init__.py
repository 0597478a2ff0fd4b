"""What makes judgements: papers and criteria in; two scores and a reason for each paper out."""
