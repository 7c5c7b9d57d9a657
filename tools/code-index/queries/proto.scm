; Protocol Buffers: messages, fields, enums, services and their calls.

(comment) @comment

((package (full_ident) @name) @definition.module (#set! leaf))
(message (message_name) @name (message_body) @body) @definition.struct
(field (identifier) @name) @definition.field
(map_field (identifier) @name) @definition.field
(oneof . (identifier) @name) @definition.field
(oneof "{" @body)
(oneof_field (identifier) @name) @definition.field
(enum (enum_name) @name (enum_body) @body) @definition.enum
(enum_field (identifier) @name) @definition.variant
(service (service_name) @name) @definition.interface
(service "{" @body)
(rpc (rpc_name) @name) @definition.method
(rpc "{" @body)
