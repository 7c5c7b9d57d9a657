; CSS: each selector of a rule, custom properties, key frames.

(comment) @comment

(rule_set (selectors (_) @name) (block) @body) @definition.element
((declaration (property_name) @name) @definition.variable
  (#match? @name "^--"))
(keyframes_statement (keyframes_name) @name (keyframe_block_list) @body) @definition.element
((at_rule (at_keyword) @_keyword (keyword_query) @name (block) @body) @definition.element
  (#any-of? @_keyword "@layer" "@property" "@container"))
