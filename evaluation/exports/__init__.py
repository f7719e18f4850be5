"""What leaves the house: tables as CSV and Parquet, a Psych-DS folder, a table for a paper."""
