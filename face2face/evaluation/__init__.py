"""What a viewer sees, as figures: one model on frames it never saw, and ways of training side by side."""
