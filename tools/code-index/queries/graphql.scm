; GraphQL: types and their fields, operations, fragments, directives.

(comment) @comment
(description) @doc @attribute

(object_type_definition (name) @name (fields_definition) @body) @definition.class
(object_type_extension (name) @name (fields_definition) @body) @definition.extension
(interface_type_definition (name) @name (fields_definition) @body) @definition.interface
(input_object_type_definition (name) @name (input_fields_definition) @body) @definition.struct
(enum_type_definition (name) @name (enum_values_definition) @body) @definition.enum
(enum_value_definition (enum_value) @name) @definition.variant
(union_type_definition (name) @name) @definition.union
(scalar_type_definition (name) @name) @definition.type
(field_definition (name) @name) @definition.field
(input_fields_definition (input_value_definition (name) @name) @definition.field)
(directive_definition (name) @name) @definition.macro
(operation_definition (name) @name (selection_set) @body) @definition.function
(fragment_definition (fragment_name) @name (selection_set) @body) @definition.function
