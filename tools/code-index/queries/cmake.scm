; CMake: functions, macros, targets, options, variables outside of functions.

[(line_comment) (bracket_comment)] @comment

(function_def
  (function_command (argument_list . (argument) @name))
  (body) @body) @definition.function
(macro_def
  (macro_command (argument_list . (argument) @name))
  (body) @body) @definition.macro
((normal_command
  (identifier) @_command
  (argument_list . (argument) @name)) @definition.element
  (#match? @_command "^(?i:project|add_executable|add_library|add_custom_target|add_test)$")
  (#not-match? @name "^NAME$|[$]"))
((normal_command
  (identifier) @_command
  (argument_list . (argument) . (argument) @name)) @definition.element
  (#match? @_command "^(?i:add_test)$"))
((normal_command
  (identifier) @_command
  (argument_list . (argument) @name)) @definition.variable
  (#match? @_command "^(?i:set|option)$")
  (#set! once))
