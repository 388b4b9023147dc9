"""What the boards look like as tables: their columns, whose words never change, and the answers that carry them."""
