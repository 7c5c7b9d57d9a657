; Zig: functions, containers bound to constants, their fields, tests.

(comment) @comment

(function_declaration name: (identifier) @name) @definition.function
(variable_declaration "const" . (identifier) @name) @definition.constant
(variable_declaration "var" . (identifier) @name) @definition.variable
(variable_declaration . (identifier) @name (struct_declaration "{" @body)) @definition.struct
(variable_declaration . (identifier) @name (enum_declaration "{" @body)) @definition.enum
(variable_declaration . (identifier) @name (union_declaration "{" @body)) @definition.union
(variable_declaration . (identifier) @name (opaque_declaration "{" @body)) @definition.struct
(variable_declaration . (identifier) @name (error_set_declaration "{" @body)) @definition.enum
(error_set_declaration (identifier) @name @definition.variant)
(struct_declaration (container_field name: (_) @name) @definition.field)
(union_declaration (container_field name: (_) @name) @definition.field)
(enum_declaration (container_field name: (_) @name) @definition.variant)
(source_file (container_field name: (_) @name) @definition.field)
(test_declaration (string) @name (block) @body) @definition.function
