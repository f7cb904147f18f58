"""What people have on their screens: a shop's pages, an agent's helpdesk, and in them what Caseroom puts there."""
