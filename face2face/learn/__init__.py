"""Networks, objectives, training and its records."""
