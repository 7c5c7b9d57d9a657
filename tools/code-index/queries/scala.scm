; Scala 2 and 3: types, objects, members, givens, extensions, top-level definitions.

[(comment) (block_comment)] @comment
(annotation) @attribute
[(lambda_expression) (block) (indented_block)] @scope
(val_definition value: [(block) (indented_block)] @body)

((package_clause name: (_) @name) @definition.module (#set! leaf))
(package_clause name: (_) @name body: (_)) @definition.module
(package_object name: (_) @name) @definition.module
(class_definition name: (_) @name) @definition.class
(object_definition name: (_) @name) @definition.class
(trait_definition name: (_) @name) @definition.trait
(enum_definition name: (_) @name) @definition.enum
(simple_enum_case name: (_) @name) @definition.variant
(full_enum_case name: (_) @name) @definition.variant
(class_parameter name: (_) @name) @definition.field
(extension_definition
  parameters: (parameters (parameter type: (_) @name))) @definition.extension
(extension_definition body: (_) @body)

(function_definition name: (_) @name) @definition.function
((function_definition name: (_) @name) @definition.constructor
  (#eq? @name "this"))
(function_declaration name: (_) @name) @definition.function
(type_definition name: (_) @name) @definition.type
(given_definition name: (_) @name) @definition.variable
(val_definition pattern: (identifier) @name) @definition.variable
(val_definition pattern: (identifiers (identifier) @name)) @definition.variable
(val_definition pattern: (tuple_pattern (identifier) @name)) @definition.variable
(val_declaration name: (_) @name) @definition.variable
(var_definition pattern: (identifier) @name) @definition.variable
(var_declaration name: (_) @name) @definition.variable
