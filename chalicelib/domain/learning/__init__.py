"""What a learner may open."""
