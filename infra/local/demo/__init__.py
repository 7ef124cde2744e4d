"""The demo: one written story, played on the real stack, audited from outside, and told."""
