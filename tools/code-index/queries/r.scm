; R: functions and variables assigned at the top, S4 and R5 classes, generics.

(comment) @comment
(function_definition) @scope

((binary_operator
  lhs: [(identifier) (string)] @name
  operator: ["<-" "<<-" "="]
  rhs: (_)) @definition.variable
  (#set! once) (#set! capitals))
(binary_operator
  lhs: [(identifier) (string)] @name
  operator: ["<-" "<<-" "="]
  rhs: (function_definition body: (_) @body)) @definition.function
((call
  function: (identifier) @_maker
  arguments: (arguments . (argument value: (string) @name))) @definition.class
  (#any-of? @_maker "setClass" "setRefClass" "R6Class"))
((call
  function: (identifier) @_maker
  arguments: (arguments . (argument value: (string) @name))) @definition.function
  (#any-of? @_maker "setGeneric" "setMethod" "setValidity"))
