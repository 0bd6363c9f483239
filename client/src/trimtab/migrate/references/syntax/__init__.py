"""What all languages but Python share: reads found on tree-sitter's syntax trees."""
