"""What the doors answer, as models: for the documents and the tests that hold answers against them. A module for each
subject."""
