; Swift: types, protocols, extensions and their members, operators.

[(comment) (multiline_comment)] @comment
(attribute) @attribute
[(lambda_literal) (computed_property) (willset_didset_block)] @scope

(class_declaration declaration_kind: "class" name: (_) @name) @definition.class
(class_declaration declaration_kind: "actor" name: (_) @name) @definition.class
(class_declaration declaration_kind: "struct" name: (_) @name) @definition.struct
(class_declaration declaration_kind: "enum" name: (_) @name) @definition.enum
(class_declaration declaration_kind: "extension" name: (_) @name) @definition.extension
(protocol_declaration name: (_) @name) @definition.interface
(enum_entry name: (simple_identifier) @name) @definition.variant
(typealias_declaration name: (type_identifier) @name) @definition.type
(associatedtype_declaration name: (type_identifier) @name) @definition.type

; One pattern with all operators: analysing this node's patterns is slow.
(function_declaration name: [
  (simple_identifier) (custom_operator)
  "==" "!=" "===" "!==" "<" ">" "<=" ">=" "+" "-" "*" "/" "%" "+=" "-=" "*=" "/=" "%=" "++" "--" "&" "^" "<<" ">>"
] @name) @definition.function
(protocol_function_declaration name: [
  (simple_identifier) (custom_operator)
  "==" "!=" "===" "!==" "<" ">" "<=" ">=" "+" "-" "*" "/" "%" "+=" "-=" "*=" "/=" "%=" "++" "--" "&" "^" "<<" ">>"
] @name) @definition.method
(init_declaration "init" @name) @definition.constructor
(deinit_declaration "deinit" @name) @definition.method
(subscript_declaration "subscript" @name) @definition.method
(subscript_declaration (computed_property) @body)
(operator_declaration (custom_operator) @name) @definition.function
(macro_declaration . (simple_identifier) @name) @definition.macro

(property_declaration name: (pattern bound_identifier: (_) @name)) @definition.variable
(source_file
  (property_declaration
    (value_binding_pattern mutability: "let")
    name: (pattern bound_identifier: (_) @name)) @definition.constant)
(property_declaration computed_value: (_) @body)
(property_declaration (willset_didset_block) @body)
(protocol_property_declaration name: (pattern bound_identifier: (_) @name)) @definition.field
