; TOML: tables and their keys; entries of an array of tables give only their header.

(comment) @comment

(document (pair . (_) @name) @definition.key)
(table . [(bare_key) (dotted_key) (quoted_key)] @name) @definition.key
(table . (_) . (pair) @body)
(table (pair . (_) @name) @definition.key)
(table_array_element . [(bare_key) (dotted_key) (quoted_key)] @name) @definition.key
(table_array_element . (_) . (pair) @body)
