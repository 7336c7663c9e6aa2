"""The pages of the test harness: faults, snapshots, seeds and projects. They use the control API."""
