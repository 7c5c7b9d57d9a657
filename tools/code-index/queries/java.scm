; Java: types and all their members, annotations' elements, package and modules.

[(line_comment) (block_comment)] @comment
[(marker_annotation) (annotation)] @attribute
(lambda_expression) @scope

(package_declaration (_) @name .) @definition.module
(module_declaration name: (_) @name) @definition.module
(class_declaration name: (_) @name) @definition.class
(record_declaration name: (_) @name) @definition.struct
(record_declaration
  parameters: (formal_parameters (formal_parameter name: (_) @name) @definition.field))
(interface_declaration name: (_) @name) @definition.interface
(annotation_type_declaration name: (_) @name) @definition.interface
(annotation_type_element_declaration name: (_) @name) @definition.method
(enum_declaration name: (_) @name) @definition.enum
(enum_constant name: (_) @name) @definition.variant

(method_declaration name: (_) @name) @definition.method
(constructor_declaration name: (_) @name) @definition.constructor
(compact_constructor_declaration name: (_) @name) @definition.constructor
(field_declaration) @wrap
(constant_declaration) @wrap
(field_declaration declarator: (variable_declarator name: (_) @name) @definition.field)
(constant_declaration declarator: (variable_declarator name: (_) @name) @definition.constant)
