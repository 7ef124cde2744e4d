"""What every capability shares: money, calendar, ids, change, errors, policy."""
