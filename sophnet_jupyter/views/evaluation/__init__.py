"""What an evaluation looks like: its verdict, its scores with their intervals, its answers."""
