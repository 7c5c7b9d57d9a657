; SQL: tables with columns, views, functions, types, indexes and other schema objects.

[(comment) (marginalia)] @comment

(create_table (object_reference !schema name: (_) @name) (column_definitions) @body) @definition.table
(create_table
  (object_reference schema: (_) @container name: (_) @name) (column_definitions) @body) @definition.table
(create_table (object_reference !schema name: (_) @name) (create_query)) @definition.table
(column_definition name: (_) @name) @definition.field
(alter_table
  (object_reference name: (_) @container)
  (add_column (column_definition name: (_) @name)) @definition.field)
(create_view . (_) (object_reference !schema name: (_) @name)) @definition.table
(create_view . (_) (object_reference schema: (_) @container name: (_) @name)) @definition.table
(create_view (create_query) @body)
(create_materialized_view (object_reference !schema name: (_) @name)) @definition.table
(create_materialized_view (object_reference schema: (_) @container name: (_) @name)) @definition.table
(create_materialized_view (create_query) @body)

(create_function . (_) (object_reference !schema name: (_) @name)) @definition.function
(create_function . (_) (object_reference schema: (_) @container name: (_) @name)) @definition.function
(create_function (function_body) @body)
(create_trigger (keyword_trigger) . (object_reference name: (_) @name)) @definition.function
(create_type (object_reference name: (_) @name)) @definition.type
(create_index column: (identifier) @name) @definition.table
(create_sequence (object_reference name: (_) @name)) @definition.table
(create_schema (identifier) @name) @definition.module
