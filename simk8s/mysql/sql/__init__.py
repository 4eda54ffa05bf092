"""SQL text turned into statements: by `sqlglot` where it is ordinary SQL, by small parsers where it is MySQL's own."""
