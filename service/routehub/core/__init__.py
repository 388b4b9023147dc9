"""What every other part stands on: settings, errors, clock, database, identifiers, observation."""
