"""What thermal cameras give: deep counts, temperatures, radiometric files."""
