"""Reports written out: lines for people, JSON, JUnit XML, Gradescope, CSV, and the summary of a class."""
