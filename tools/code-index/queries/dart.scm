; Dart: classes, mixins, extensions, enums and members, functions, variables.

[(comment) (documentation_comment)] @comment
(annotation) @attribute
(function_expression) @scope
[(method_declaration) (function_declaration) (getter_declaration) (setter_declaration)] @wrap.whole
(member_declaration) @wrap.line
[(declaration) (top_level_variable_declaration)] @wrap

(class_declaration name: (identifier) @name) @definition.class
(mixin_declaration name: (identifier) @name) @definition.trait
(extension_declaration name: (identifier) @name) @definition.extension
(extension_type_declaration name: (identifier) @name) @definition.struct
(extension_type_declaration name: (extension_type_name (identifier) @name)) @definition.struct
(enum_declaration name: (identifier) @name) @definition.enum
(enum_entry name: (identifier) @name) @definition.variant
(type_alias (type_identifier) @name) @definition.type

(function_signature name: (identifier) @name) @definition.function
(getter_signature name: (identifier) @name) @definition.method
(setter_signature name: (identifier) @name) @definition.method
(operator_signature operator: _ @name) @definition.method
(constructor_signature name: (_) @name .  parameters: (_)) @definition.constructor
(constant_constructor_signature name: (_) @name . parameters: (_)) @definition.constructor
(factory_constructor_signature name: (_) @name . parameters: (_)) @definition.constructor
(redirecting_factory_constructor_signature name: (_) @name . parameters: (_)) @definition.constructor
(function_body) @body

(initialized_identifier . (identifier) @name) @definition.variable
(static_final_declaration name: (identifier) @name) @definition.variable
(top_level_variable_declaration
  modifier: "const"
  (static_final_declaration_list (static_final_declaration name: (identifier) @name) @definition.constant))
(declaration (identifier_list (identifier) @name @definition.variable))
