"""From nothing to a verified channel in four steps (Z24): link, profile, number, channel."""
