; Haskell: one symbol a function, whatever its equations; types, classes, instances.

[(comment) (haddock)] @comment

((header module: (_) @name) @definition.module (#set! leaf))
(header exports: (_) @body)

([
  (declarations (function name: (_) @name) @definition.function)
  (declarations (function (infix operator: (_) @name)) @definition.function)
  (declarations (bind name: (_) @name) @definition.function)
  (declarations (signature name: (_) @name) @definition.function)
  (declarations (signature names: (binding_list name: (_) @name)) @definition.function)
  (class_declarations (function name: (_) @name) @definition.method)
  (class_declarations (bind name: (_) @name) @definition.method)
  (class_declarations (signature name: (_) @name) @definition.method)
  (class_declarations (signature names: (binding_list name: (_) @name)) @definition.method)
  (instance_declarations (function name: (_) @name) @definition.method)
  (instance_declarations (function (infix operator: (_) @name)) @definition.method)
  (instance_declarations (bind name: (_) @name) @definition.method)
] (#set! merge))
(foreign_import signature: (signature name: (_) @name)) @definition.function
(function match: (_) @body)
(bind match: (_) @body)

(data_type name: (_) @name constructors: (_) @body) @definition.enum
(data_type name: (_) @name) @definition.enum
(newtype name: (_) @name) @definition.struct
(data_constructor constructor: (prefix name: (_) @name)) @definition.variant
(data_constructor constructor: (record name: (_) @name)) @definition.variant
(data_constructor constructor: (infix operator: (_) @name)) @definition.variant
(gadt_constructor name: (_) @name) @definition.variant
(newtype_constructor name: (_) @name) @definition.variant
(field name: (field_name) @name) @definition.field
(type_synonym name: (_) @name) @definition.type
(type_family name: (_) @name) @definition.type
(data_family name: (_) @name) @definition.type
(kind_signature name: (_) @name) @definition.type

(class name: (_) @name) @definition.trait
(class declarations: (_) @body)
(instance patterns: (type_patterns . (name) @name)) @definition.extension
(instance patterns: (type_patterns . (parens (apply constructor: (name) @name)))) @definition.extension
(instance patterns: (type_patterns . (parens (apply constructor: (apply constructor: (name) @name)))))
  @definition.extension
(instance patterns: (type_patterns . [(list) (prefix_list) (unit) (tuple)] @name)) @definition.extension
(instance declarations: (_) @body)
