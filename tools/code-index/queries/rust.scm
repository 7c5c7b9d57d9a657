; Rust: items, members and macros. `impl` blocks are containers named by their type.

[(line_comment) (block_comment)] @comment
(attribute_item) @attribute

(function_item name: (_) @name) @definition.function
(function_signature_item name: (_) @name) @definition.function
(closure_expression) @scope

(struct_item name: (_) @name) @definition.struct
(union_item name: (_) @name) @definition.union
(enum_item name: (_) @name) @definition.enum
(enum_variant name: (_) @name) @definition.variant
(field_declaration name: (_) @name) @definition.field

(trait_item name: (_) @name) @definition.trait
(impl_item type: (type_identifier) @name) @definition.extension
(impl_item type: (generic_type type: (type_identifier) @name)) @definition.extension
(impl_item type: (generic_type type: (scoped_type_identifier name: (_) @name))) @definition.extension
(impl_item type: (scoped_type_identifier name: (_) @name)) @definition.extension
(impl_item type: (primitive_type) @name) @definition.extension
(impl_item type: (reference_type type: (_) @name)) @definition.extension
(impl_item type: (dynamic_type trait: (_) @name)) @definition.extension
(impl_item type: [(tuple_type) (array_type) (pointer_type) (function_type) (unit_type)] @name) @definition.extension

(type_item name: (_) @name) @definition.type
(associated_type name: (_) @name) @definition.type
(const_item name: (_) @name) @definition.constant
(static_item name: (_) @name) @definition.variable
(mod_item name: (_) @name) @definition.module
(macro_definition name: (_) @name) @definition.macro
(macro_definition (macro_rule) @body)
