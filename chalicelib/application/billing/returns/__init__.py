"""News about money that came before: captures that fail, refunds, disputes."""
