"""What several stages share: declarations of options, the mask, the projections, the names in a stack."""
