; Kotlin: types, objects, functions and extension functions, properties.

[(line_comment) (block_comment)] @comment
[(annotation) (file_annotation)] @attribute
[(lambda_literal) (anonymous_function) (anonymous_initializer) (getter) (setter)] @scope

((package_header (_) @name .) @definition.module (#set! leaf))
(class_declaration "class" name: (_) @name) @definition.class
(class_declaration "interface" name: (_) @name) @definition.interface
(class_declaration name: (_) @name (enum_class_body) @body) @definition.enum
(class_declaration name: (_) @name (class_body) @body) @definition.class
(enum_entry (identifier) @name) @definition.variant
(enum_entry (class_body) @body)
(object_declaration name: (_) @name) @definition.class
(object_declaration (class_body) @body)
(companion_object name: (_) @name) @definition.class
(companion_object (class_body) @body)
(type_alias type: (_) @name) @definition.type

(function_declaration name: (_) @name) @definition.function
(function_declaration (user_type) @container . "." . name: (_) @name) @definition.method
(function_declaration (nullable_type) @container . "." . name: (_) @name) @definition.method
(property_declaration
  (user_type) @container . "." . (variable_declaration . (identifier) @name)) @definition.field
(function_declaration (function_body) @body)
(primary_constructor "constructor" @name) @definition.constructor
(secondary_constructor "constructor" @name) @definition.constructor
(secondary_constructor (block) @body)
(class_parameter ["val" "var"] . (identifier) @name) @definition.field

(property_declaration (variable_declaration . (identifier) @name)) @definition.variable
(property_declaration (multi_variable_declaration (variable_declaration . (identifier) @name)))
  @definition.variable
(property_declaration (getter) @body)
((property_declaration
  (modifiers (property_modifier) @_const)
  (variable_declaration . (identifier) @name)) @definition.constant
  (#eq? @_const "const"))
