"""Running a stage: its matrices are given or drawn, its steps recorded and then computed."""
