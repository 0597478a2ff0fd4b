"""What paperlark is held against: chance, a search engine, and the methods of two other tools."""
