; Erlang: one symbol a function, whatever its clauses; records, types, macros.

(comment) @comment
(spec) @attribute
(anonymous_fun) @scope

((module_attribute name: (_) @name) @definition.module (#set! leaf))
((fun_decl clause: (function_clause name: (_) @name body: (_) @body)) @definition.function
  (#set! merge))
(record_decl name: (_) @name) @definition.struct
(record_decl fields: (record_field name: (_) @name) @definition.field)
(type_alias name: (type_name name: (_) @name)) @definition.type
(opaque name: (type_name name: (_) @name)) @definition.type
(callback fun: (_) @name) @definition.method
(pp_define lhs: (macro_lhs name: (_) @name)) @definition.macro
