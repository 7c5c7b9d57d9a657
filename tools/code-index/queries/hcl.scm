; HCL and Terraform: blocks named by their last label, attributes of files and locals.

(comment) @comment

(config_file (body (block (identifier) @name . (block_start) @body) @definition.module))
(config_file (body (block
  (identifier) . (string_lit (template_literal) @name) . (block_start) @body) @definition.variable))
(config_file (body (block
  (identifier)
  . (string_lit (template_literal) @container)
  . (string_lit (template_literal) @name)
  . (block_start) @body) @definition.struct))
(config_file (body (block (body (attribute . (identifier) @name) @definition.field))))
(config_file (body (attribute . (identifier) @name) @definition.variable))
