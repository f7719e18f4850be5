"""The participant's side: pages, and the addresses that the trial runner calls."""
