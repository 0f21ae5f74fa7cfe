"""Picture operations without state: warp, masks, fill, grain, paste-back, retouching, text."""
