"""What `make bench` runs: each module measures one thing, against a peer or a floor, in one run."""
