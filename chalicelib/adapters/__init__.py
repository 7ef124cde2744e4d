"""The world behind the ports; an adapter shares its port's name."""
