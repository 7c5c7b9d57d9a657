; Lua: functions however they are written, and variables of the chunk and its tables.

(comment) @comment
(function_definition) @scope
(function_definition body: (_) @body)
(variable_declaration) @wrap

(function_declaration name: (identifier) @name) @definition.function
(function_declaration name: (dot_index_expression) @name.qualified) @definition.function
(function_declaration name: (method_index_expression) @name.qualified) @definition.method

((assignment_statement (variable_list name: (identifier) @name)) @definition.variable
  (#set! once) (#set! capitals))
((assignment_statement (variable_list name: (dot_index_expression) @name.qualified))
  @definition.variable
  (#set! once) (#set! capitals))
((variable_declaration (variable_list name: (identifier) @name)) @definition.variable
  (#set! once))
(assignment_statement
  (variable_list . name: (identifier) @name)
  (expression_list . value: (function_definition))) @definition.function
(assignment_statement
  (variable_list . name: (dot_index_expression) @name.qualified)
  (expression_list . value: (function_definition))) @definition.function
(assignment_statement
  (variable_list . name: (_))
  (expression_list . value: (table_constructor) @body))
((field name: (identifier) @name value: (function_definition)) @definition.method
  (#set! module-only))
