"""Networks, the objective, training and its records."""
