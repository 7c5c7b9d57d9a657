; C: functions and prototypes, types with members, globals, macros.
; Declarators nest (`char *(*f)(void)`), so the statement lends its span.

(comment) @comment
(function_definition) @wrap.whole
[(declaration) (type_definition) (field_declaration)] @wrap
[(field_declaration_list) (enumerator_list) (declaration_list)] @block
(parameter_list) @scope

((function_declarator declarator: (identifier) @name) @definition.function
  (#set! module-only))
(function_definition body: (_) @body)

((struct_specifier name: (type_identifier) @name body: (_)) @definition.struct (#set! own-end))
((union_specifier name: (type_identifier) @name body: (_)) @definition.union (#set! own-end))
((enum_specifier name: (type_identifier) @name body: (_)) @definition.enum (#set! own-end))
(enumerator name: (_) @name) @definition.variant
(type_definition
  type: (struct_specifier !name body: (_) @body)
  declarator: (type_identifier) @name) @definition.struct
(type_definition
  type: (union_specifier !name body: (_) @body)
  declarator: (type_identifier) @name) @definition.union
(type_definition
  type: (enum_specifier !name body: (_) @body)
  declarator: (type_identifier) @name) @definition.enum

((type_definition declarator: (type_identifier) @name) @definition.type (#set! leaf))
([
  (pointer_declarator declarator: (type_identifier) @name)
  (array_declarator declarator: (type_identifier) @name)
  (function_declarator declarator: (type_identifier) @name)
  (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))
] @definition.type (#set! leaf))

(field_declaration declarator: (field_identifier) @name @definition.field)
(field_declaration
  type: [(struct_specifier !name body: (_) @body) (union_specifier !name body: (_) @body)]
  declarator: (field_identifier) @name) @definition.field
([
  (pointer_declarator declarator: (field_identifier) @name)
  (array_declarator declarator: (field_identifier) @name)
  (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (field_identifier) @name)))
] @definition.field)

(declaration declarator: (identifier) @name @definition.variable)
([
  (init_declarator declarator: (identifier) @name)
  (pointer_declarator declarator: (identifier) @name)
  (array_declarator declarator: (identifier) @name)
  (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name)))
] @definition.variable)

((declaration
  (type_qualifier) @_const
  declarator: (init_declarator declarator: (identifier) @name) @definition.constant)
  (#eq? @_const "const"))
(preproc_def name: (_) @name) @definition.macro
(preproc_function_def name: (_) @name) @definition.macro
