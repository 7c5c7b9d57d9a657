; Elixir: modules, protocols, functions, macros, types, structs, attributes.

((unary_operator
  operand: (call target: (identifier) @_doc (arguments [(string) (sigil)]))) @comment.doc
  (#any-of? @_doc "doc" "typedoc"))
((do_block
  (unary_operator operand: (call target: (identifier) @_doc (arguments [(string) (sigil)])) @doc))
  (#eq? @_doc "moduledoc"))
((unary_operator operand: (call target: (identifier) @_attribute)) @attribute
  (#any-of? @_attribute "spec" "impl" "deprecated" "callback_doc"))
(anonymous_function) @scope
(call (do_block) @body)

((call target: (identifier) @_definer (arguments . (alias) @name)) @definition.module
  (#eq? @_definer "defmodule"))
((call target: (identifier) @_definer (arguments . (alias) @name)) @definition.interface
  (#eq? @_definer "defprotocol"))
((call
  target: (identifier) @_definer
  (arguments (keywords (pair key: (keyword) @_for value: (alias) @name)))) @definition.extension
  (#eq? @_definer "defimpl")
  (#match? @_for "^for:"))

((call
  target: (identifier) @_definer
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: (call target: (identifier) @name) operator: "when")
    (binary_operator left: (identifier) @name operator: "when")
    (binary_operator
      operator: ["+" "-" "*" "/" "++" "--" "<>" "|>" "<~>" "~>" "<~" "==" ">" "<" "in" "&&" "||"] @name)
  ])) @definition.function
  (#any-of? @_definer "def" "defp" "defdelegate" "defguard" "defguardp" "defn" "defnp")
  (#set! merge))
((call
  target: (identifier) @_definer
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: (call target: (identifier) @name) operator: "when")
  ])) @definition.macro
  (#any-of? @_definer "defmacro" "defmacrop")
  (#set! merge))

((call target: (identifier) @_definer (arguments (list (atom) @name @definition.field)))
  (#any-of? @_definer "defstruct" "defexception")
  (#set! sigil))
((call target: (identifier) @_definer
  (arguments (keywords (pair key: (keyword) @name) @definition.field)))
  (#any-of? @_definer "defstruct" "defexception")
  (#set! sigil))
((call target: (identifier) @_definer
  (arguments (list (keywords (pair key: (keyword) @name) @definition.field))))
  (#any-of? @_definer "defstruct" "defexception")
  (#set! sigil))

((unary_operator
  operand: (call
    target: (identifier) @_type
    (arguments (binary_operator
      left: [(identifier) @name (call target: (identifier) @name)]
      operator: "::")))) @definition.type
  (#any-of? @_type "type" "typep" "opaque"))
((unary_operator
  operand: (call
    target: (identifier) @_callback
    (arguments (binary_operator left: (call target: (identifier) @name) operator: "::"))))
  @definition.method
  (#any-of? @_callback "callback" "macrocallback"))
((unary_operator operand: (call target: (identifier) @name (arguments))) @definition.constant
  (#not-any-of? @name
    "doc" "moduledoc" "typedoc" "spec" "impl" "type" "typep" "opaque" "callback" "macrocallback"
    "behaviour" "derive" "deprecated" "since" "tag" "moduletag" "describetag" "enforce_keys"
    "compile" "dialyzer" "before_compile" "after_compile" "on_load" "optional_callbacks"
    "external_resource" "on_definition" "vsn")
  (#set! once))
