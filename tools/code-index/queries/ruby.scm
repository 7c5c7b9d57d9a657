; Ruby: modules, classes, methods, constants, attributes made by macros.

(comment) @comment
(call block: [(do_block) (block)] @body)

(module name: (constant) @name) @definition.module
(module name: (scope_resolution) @name.qualified) @definition.module
(class name: (constant) @name) @definition.class
(class name: (scope_resolution) @name.qualified) @definition.class
; `Point = Struct.new(:x)` is a class.
((assignment
  left: (constant) @name
  right: (call receiver: (constant) @_maker method: (identifier) @_new)) @definition.class
  (#any-of? @_maker "Struct" "Class" "Data")
  (#any-of? @_new "new" "define"))

(method name: (_) @name) @definition.function
(module body: (body_statement (method name: (_) @name) @definition.method))
(singleton_class body: (body_statement (method name: (_) @name) @definition.method))
((class body: (body_statement (method name: (_) @name) @definition.constructor))
  (#eq? @name "initialize"))
(singleton_method name: (_) @name) @definition.method
(alias name: (identifier) @name) @definition.method
((call
  method: (identifier) @_definer
  arguments: (argument_list . (simple_symbol) @name)) @definition.method
  (#any-of? @_definer "define_method" "alias_method" "scope" "delegate")
  (#set! sigil))
((call
  method: (identifier) @_accessor
  arguments: (argument_list (simple_symbol) @name @definition.field))
  (#any-of? @_accessor "attr_accessor" "attr_reader" "attr_writer")
  (#set! sigil))

((assignment left: (constant) @name) @definition.constant (#set! once))
((assignment left: (global_variable) @name) @definition.variable (#set! once))
((assignment left: (class_variable) @name) @definition.field (#set! once) (#set! module-only))
