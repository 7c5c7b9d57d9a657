; Shell: functions, and variables set outside of them.

(comment) @comment
(declaration_command) @wrap
(subshell) @scope

(function_definition name: (_) @name) @definition.function
([
  (program (variable_assignment name: (variable_name) @name) @definition.variable)
  (if_statement (variable_assignment name: (variable_name) @name) @definition.variable)
  (list (variable_assignment name: (variable_name) @name) @definition.variable)
  (declaration_command (variable_assignment name: (variable_name) @name) @definition.variable)
] (#set! once) (#set! capitals))
((declaration_command
  "readonly"
  (variable_assignment name: (variable_name) @name) @definition.constant)
  (#set! once))
