"""What is printed and carried: the statement on paper and as a spreadsheet, the agreement, receipts and payments."""
