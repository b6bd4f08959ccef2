"""What may go wrong, made to go wrong: network, disk, processes, addresses."""
