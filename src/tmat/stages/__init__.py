"""The stages, a file each: declared, then done by a recipe that reads like its article. What several share is in parts."""
