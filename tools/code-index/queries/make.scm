; Make: targets, variables, multi-line definitions.

(comment) @comment

((rule (targets (word) @name)) @definition.function
  (#not-match? @name "^\\.[A-Z]"))
(rule (recipe) @body)
((variable_assignment name: (word) @name) @definition.variable (#set! once))
(define_directive name: (word) @name value: (_) @body) @definition.macro
