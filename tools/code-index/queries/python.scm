; Python: functions and classes at any depth, class attributes, module variables.

(decorated_definition) @wrap.line
(lambda) @scope

(function_definition name: (_) @name) @definition.function
((class_definition
  body: (block (function_definition name: (_) @name) @definition.constructor))
  (#eq? @name "__init__"))
(class_definition name: (_) @name) @definition.class
(type_alias_statement left: (type (identifier) @name)) @definition.type
(type_alias_statement left: (type (generic_type (identifier) @name))) @definition.type

(function_definition body: (block . (expression_statement (string) @doc)))
(class_definition body: (block . (expression_statement (string) @doc)))

((assignment left: (identifier) @name) @definition.variable
  (#set! once) (#set! capitals))
((assignment left: (pattern_list (identifier) @name)) @definition.variable
  (#set! once) (#set! capitals))
((assignment left: (identifier) @name right: (lambda)) @definition.function
  (#set! module-only))
((class_definition
  superclasses: (argument_list [(identifier) (attribute)] @_base)
  body: (block (expression_statement (assignment left: (identifier) @name) @definition.variant)))
  (#match? @_base "(Enum|Flag)$")
  (#set! once))
