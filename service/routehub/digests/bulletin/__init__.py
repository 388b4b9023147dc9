"""The daily bulletin: when it goes out, what it says to everyone, and what besides to one reader."""
