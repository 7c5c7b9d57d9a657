; Nix: functions and values bound in attribute sets and `let`, two levels deep.

(comment) @comment

((source_code expression: [
  (attrset_expression (binding_set (binding attrpath: (_) @name) @definition.key))
  (rec_attrset_expression (binding_set (binding attrpath: (_) @name) @definition.key))
  (let_expression (binding_set (binding attrpath: (_) @name) @definition.key))
  (function_expression body: (attrset_expression
    (binding_set (binding attrpath: (_) @name) @definition.key)))
  (function_expression body: (rec_attrset_expression
    (binding_set (binding attrpath: (_) @name) @definition.key)))
  (function_expression body: (let_expression
    (binding_set (binding attrpath: (_) @name) @definition.key)))
  (function_expression body: (let_expression body: (attrset_expression
    (binding_set (binding attrpath: (_) @name) @definition.key))))
  (let_expression body: (attrset_expression
    (binding_set (binding attrpath: (_) @name) @definition.key)))
]))
(binding attrpath: (_) @name expression: (function_expression body: (_) @body)) @definition.function
(source_code expression: (function_expression body: (attrset_expression (binding_set
  (binding expression: (attrset_expression
    (binding_set (binding attrpath: (_) @name) @definition.key)))))))
(source_code expression: (attrset_expression (binding_set
  (binding expression: (attrset_expression
    (binding_set (binding attrpath: (_) @name) @definition.key))))))
(binding expression: [(attrset_expression) (rec_attrset_expression) (let_expression)] @body)
