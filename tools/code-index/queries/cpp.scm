; C++: C's definitions, classes, namespaces, templates, operators, out-of-line members.
; Declarators nest (`Foo &operator[](int)`), so the statement lends its span.

(comment) @comment
[(function_definition) (template_declaration)] @wrap.whole
[(declaration) (type_definition) (field_declaration)] @wrap
[(field_declaration_list) (enumerator_list) (declaration_list)] @block
[(parameter_list) (lambda_expression)] @scope
(attribute_declaration) @attribute

(namespace_definition name: (_) @name) @definition.module
(namespace_alias_definition name: (_) @name) @definition.module

((function_declarator declarator: [(identifier) (field_identifier) (operator_name) (destructor_name)] @name)
  @definition.function (#set! module-only) (#set! named-constructor))
((function_declarator declarator: (template_function name: (_) @name)) @definition.function
  (#set! module-only))
((function_declarator declarator: (qualified_identifier) @name.qualified) @definition.method
  (#set! module-only) (#set! named-constructor))
((operator_cast) @name @definition.method (#set! module-only))
(function_definition body: (_) @body)
(function_definition (field_initializer_list) @body)

((class_specifier name: (type_identifier) @name body: (_)) @definition.class (#set! own-end))
((struct_specifier name: (type_identifier) @name body: (_)) @definition.struct (#set! own-end))
((union_specifier name: (type_identifier) @name body: (_)) @definition.union (#set! own-end))
((enum_specifier name: (type_identifier) @name body: (_)) @definition.enum (#set! own-end))
((class_specifier name: (template_type name: (_) @name) body: (_)) @definition.class (#set! own-end))
((struct_specifier name: (template_type name: (_) @name) body: (_)) @definition.struct (#set! own-end))
((class_specifier name: (qualified_identifier) @name.qualified body: (_)) @definition.class (#set! own-end))
((struct_specifier name: (qualified_identifier) @name.qualified body: (_)) @definition.struct (#set! own-end))
(enumerator name: (_) @name) @definition.variant
(concept_definition name: (_) @name) @definition.type
((alias_declaration name: (_) @name) @definition.type (#set! leaf))

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
  (reference_declarator (field_identifier) @name)
  (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (field_identifier) @name)))
] @definition.field)

(declaration declarator: (identifier) @name @definition.variable)
([
  (init_declarator declarator: (identifier) @name)
  (pointer_declarator declarator: (identifier) @name)
  (array_declarator declarator: (identifier) @name)
  (reference_declarator (identifier) @name)
  (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (identifier) @name)))
] @definition.variable)
(init_declarator declarator: (qualified_identifier) @name.qualified) @definition.variable

((declaration
  (type_qualifier) @_const
  declarator: (init_declarator declarator: (identifier) @name) @definition.constant)
  (#any-of? @_const "const" "constexpr"))
(preproc_def name: (_) @name) @definition.macro
(preproc_function_def name: (_) @name) @definition.macro
