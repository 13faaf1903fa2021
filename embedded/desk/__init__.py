"""A plain web page for an embedded site: tickets, their conversation, a reply box and the buttons from form scripts."""
