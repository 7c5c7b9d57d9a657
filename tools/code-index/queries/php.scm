; PHP: namespaces, types and their members, promoted properties, constants.

(comment) @comment
(attribute_list) @attribute
[(anonymous_function) (arrow_function)] @scope
[(property_declaration) (const_declaration)] @wrap
(declaration_list) @block

((namespace_definition name: (_) @name) @definition.module (#set! leaf))
(namespace_definition name: (_) @name body: (_)) @definition.module
(function_definition name: (_) @name) @definition.function
(class_declaration name: (_) @name) @definition.class
(interface_declaration name: (_) @name) @definition.interface
(trait_declaration name: (_) @name) @definition.trait
(enum_declaration name: (_) @name) @definition.enum
(enum_case name: (_) @name) @definition.variant

(method_declaration name: (_) @name) @definition.method
((method_declaration name: (_) @name) @definition.constructor
  (#eq? @name "__construct"))
((property_element name: (_) @name) @definition.field (#set! sigil))
((property_promotion_parameter name: (_) @name) @definition.field (#set! sigil))
(const_declaration (const_element . (_) @name) @definition.constant)
((function_call_expression
  function: (name) @_define
  arguments: (arguments . (argument (string (string_content) @name)))) @definition.constant
  (#eq? @_define "define"))
((program (expression_statement
  (assignment_expression
    left: (variable_name) @name
    right: [(anonymous_function body: (_) @body) (arrow_function body: (_) @body)])
  @definition.function))
  (#set! sigil))
((program (expression_statement
  (assignment_expression left: (variable_name) @name) @definition.variable))
  (#set! once) (#set! sigil))
