"""What turns gradients into learning: data, mini-batches, optimisers, schedules."""
