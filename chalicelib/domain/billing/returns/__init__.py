"""What happens to money after it came: captures that fail, refunds, disputes, money of nobody."""
