"""The ways out after the commit: live streams, and durable deliveries by webhook and e-mail. Followers of the journal;
intake never calls them."""
