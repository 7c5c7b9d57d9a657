; TypeScript and TSX: all of JavaScript's definitions, types, ambient declarations.

(comment) @comment
(export_statement) @wrap
(lexical_declaration) @wrap
(variable_declaration) @wrap
(ambient_declaration) @wrap
(ambient_declaration (statement_block) @block)
(decorator) @attribute
[(arrow_function) (function_expression)] @scope

(function_declaration name: (_) @name) @definition.function
(generator_function_declaration name: (_) @name) @definition.function
(function_signature name: (_) @name) @definition.function
(class_declaration name: (_) @name) @definition.class
(abstract_class_declaration name: (_) @name) @definition.class
(interface_declaration name: (_) @name) @definition.interface
(enum_declaration name: (_) @name) @definition.enum
(enum_body name: (_) @name @definition.variant)
(enum_body (enum_assignment name: (_) @name) @definition.variant)
(type_alias_declaration name: (_) @name value: (_)) @definition.type
(type_alias_declaration value: (object_type) @body)
(module name: (_) @name) @definition.module
(internal_module name: (_) @name) @definition.module

((method_definition name: (_) @name) @definition.method (#set! module-only))
(class_body (method_definition name: (_) @name) @definition.method)
((class_body (method_definition name: (_) @name) @definition.constructor)
  (#eq? @name "constructor"))
(class_body (method_signature name: (_) @name) @definition.method)
(class_body (abstract_method_signature name: (_) @name) @definition.method)
(interface_body (method_signature name: (_) @name) @definition.method)
(interface_body (property_signature name: (_) @name) @definition.field)
(interface_body (construct_signature "new" @name) @definition.constructor)
(type_alias_declaration
  value: (object_type (method_signature name: (_) @name) @definition.method))
(type_alias_declaration
  value: (object_type (property_signature name: (_) @name) @definition.field))
(public_field_definition name: (_) @name) @definition.field
(public_field_definition
  name: (_) @name
  value: [
    (arrow_function body: (_) @body)
    (function_expression body: (_) @body)
  ]) @definition.method
; `constructor(private readonly store: Store)` declares a field.
(required_parameter (accessibility_modifier) pattern: (identifier) @name) @definition.field
(required_parameter "readonly" pattern: (identifier) @name) @definition.field

(lexical_declaration "const" (variable_declarator name: (identifier) @name) @definition.constant)
(variable_declarator name: (identifier) @name) @definition.variable
(lexical_declaration (variable_declarator name: (array_pattern (identifier) @name)) @definition.variable)
(lexical_declaration
  (variable_declarator
    name: (object_pattern (shorthand_property_identifier_pattern) @name)) @definition.variable)
(lexical_declaration
  (variable_declarator
    name: (object_pattern (pair_pattern value: (identifier) @name))) @definition.variable)
(variable_declarator value: (object) @body)
(variable_declarator
  value: (call_expression arguments: (arguments [
    (arrow_function body: (_) @body)
    (function_expression body: (_) @body)
  ])))
; React's wrappers give back the function that they are given.
((variable_declarator
  name: (identifier) @name
  value: (call_expression
    function: (_) @_wrapper
    arguments: (arguments . [
      (arrow_function body: (_) @body)
      (function_expression body: (_) @body)
    ]))) @definition.function
  (#any-of? @_wrapper "memo" "forwardRef" "React.memo" "React.forwardRef" "observer"))
(variable_declarator value: (as_expression (object) @body))
(variable_declarator value: (satisfies_expression (object) @body))
(variable_declarator
  name: (identifier) @name
  value: [
    (arrow_function body: (_) @body)
    (function_expression body: (_) @body)
    (generator_function body: (_) @body)
  ]) @definition.function
(variable_declarator
  name: (identifier) @name
  value: (class body: (_) @body)) @definition.class

; Functions in an object that a module keeps: `export const api = { get() {} }`.
((pair
  key: [(property_identifier) (string)] @name
  value: [
    (arrow_function body: (_) @body)
    (function_expression body: (_) @body)
    (generator_function body: (_) @body)
  ]) @definition.method
  (#set! module-only))

; `exports.x =`, `module.exports.x =`, `Foo.prototype.bar =`, `Foo.bar =`.
((assignment_expression
  left: (member_expression object: (_) @_object property: (property_identifier) @name)
  right: (_)) @definition.variable
  (#match? @_object "^(exports|module\\.exports)$")
  (#set! once))
((assignment_expression
  left: (member_expression object: (_) @_object property: (property_identifier) @name)
  right: [
    (arrow_function body: (_) @body)
    (function_expression body: (_) @body)
  ]) @definition.function
  (#match? @_object "^(exports|module\\.exports)$"))
((assignment_expression
  left: (member_expression
    object: (member_expression object: (_) @container property: (_) @_prototype)
    property: (property_identifier) @name)
  right: (function_expression body: (_) @body)) @definition.method
  (#eq? @_prototype "prototype"))
((assignment_expression
  left: (member_expression object: (identifier) @container property: (property_identifier) @name)
  right: [
    (arrow_function body: (_) @body)
    (function_expression body: (_) @body)
  ]) @definition.method
  (#not-any-of? @container "exports" "module")
  (#set! module-only))

; A default export without a name of its own is called `default`.
(export_statement "default" @name
  value: [
    (arrow_function body: (_) @body)
    (function_expression !name body: (_) @body)
  ]) @definition.function
(export_statement "default" @name value: (class !name body: (_) @body)) @definition.class
(export_statement "default" @name value: (object) @body) @definition.variable
