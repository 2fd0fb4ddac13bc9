"""The worked articles: their numbers as data, their steps as stage calls."""
