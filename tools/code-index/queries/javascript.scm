; JavaScript and JSX: declarations, functions bound to names, members, exports.

(comment) @comment
(export_statement) @wrap
(lexical_declaration) @wrap
(variable_declaration) @wrap
(decorator) @attribute
[(arrow_function) (function_expression)] @scope

(function_declaration name: (_) @name) @definition.function
(generator_function_declaration name: (_) @name) @definition.function
(class_declaration name: (_) @name) @definition.class

((method_definition name: (_) @name) @definition.method (#set! module-only))
(class_body (method_definition name: (_) @name) @definition.method)
((class_body (method_definition name: (_) @name) @definition.constructor)
  (#eq? @name "constructor"))
(field_definition property: (_) @name) @definition.field
(field_definition
  property: (_) @name
  value: [
    (arrow_function body: (_) @body)
    (function_expression body: (_) @body)
    (generator_function body: (_) @body)
  ]) @definition.method

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

; `exports.x =`, `module.exports.x =`, `Foo.prototype.bar =`, `window.app =`.
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
    (generator_function body: (_) @body)
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
(export_statement "default" @name declaration: (class_declaration !name)) @definition.class
