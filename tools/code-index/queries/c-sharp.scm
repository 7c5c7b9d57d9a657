; C#: namespaces, types and all their members, local functions.

(comment) @comment
(attribute_list) @attribute
[(lambda_expression) (anonymous_method_expression)] @scope
[(field_declaration) (event_field_declaration)] @wrap
(declaration_list) @block

(namespace_declaration name: (_) @name) @definition.module
((file_scoped_namespace_declaration name: (_) @name) @definition.module (#set! leaf))
(class_declaration name: (_) @name) @definition.class
(struct_declaration name: (_) @name) @definition.struct
(record_declaration name: (_) @name) @definition.struct
(record_declaration (parameter_list (parameter name: (_) @name) @definition.field))
(interface_declaration name: (_) @name) @definition.interface
(enum_declaration name: (_) @name) @definition.enum
(enum_member_declaration name: (_) @name) @definition.variant
(delegate_declaration name: (_) @name) @definition.type

(method_declaration name: (_) @name) @definition.method
(local_function_statement name: (_) @name) @definition.function
(constructor_declaration name: (_) @name) @definition.constructor
(destructor_declaration name: (_) @name) @definition.method
(operator_declaration operator: _ @name) @definition.method
(conversion_operator_declaration type: (_) @name) @definition.method
(indexer_declaration "this" @name accessors: (_) @body) @definition.field
(indexer_declaration "this" @name value: (_) @body) @definition.field

(property_declaration name: (_) @name) @definition.field
(property_declaration accessors: (_) @body)
(property_declaration value: (arrow_expression_clause) @body)
(event_declaration name: (_) @name) @definition.field
(event_field_declaration
  (variable_declaration (variable_declarator name: (identifier) @name) @definition.field))
(field_declaration
  (variable_declaration (variable_declarator name: (identifier) @name) @definition.field))
((field_declaration
  (modifier) @_const
  (variable_declaration (variable_declarator name: (identifier) @name) @definition.constant))
  (#eq? @_const "const"))
