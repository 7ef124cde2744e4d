"""The operator's command line: looks, proposes and approves through the deployed functions."""
