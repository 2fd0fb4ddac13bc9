"""Running a stage: its matrices are given or drawn, its steps are recorded, then computed."""
