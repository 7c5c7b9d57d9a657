; Go: functions, methods under their receiver, types with members, package names.

(comment) @comment
(func_literal) @scope
((type_declaration) @wrap (#not-match? @wrap "^type\\s*\\("))
((const_declaration) @wrap (#not-match? @wrap "^const\\s*\\("))
((var_declaration) @wrap (#not-match? @wrap "^var\\s*\\("))

(package_clause (package_identifier) @name) @definition.module
(function_declaration name: (_) @name) @definition.function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: (_) @container))
  name: (_) @name) @definition.method

(type_spec name: (_) @name) @definition.type
(type_spec name: (_) @name type: (struct_type (field_declaration_list) @body)) @definition.struct
(type_spec name: (_) @name type: (interface_type "{" @body)) @definition.interface
(type_alias name: (_) @name) @definition.type
(field_declaration name: (_) @name) @definition.field
(field_declaration !name type: (type_identifier) @name) @definition.field
(field_declaration !name type: (qualified_type name: (_) @name)) @definition.field
(method_elem name: (_) @name) @definition.method

(const_spec name: (identifier) @name) @definition.constant
(var_spec name: (identifier) @name) @definition.variable
