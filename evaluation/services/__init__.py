"""What the concluding side does: score pictures, make reports, fulfil orders."""
