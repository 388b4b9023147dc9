"""The one way in: parse, authorise, check the audience, hand to the journal's writer. Every door ends here."""
