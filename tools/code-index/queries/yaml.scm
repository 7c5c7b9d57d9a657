; YAML: keys of the first two levels of every document.

(comment) @comment

(document (block_node (block_mapping
  (block_mapping_pair key: (flow_node) @name) @definition.key)))
(document (block_node (block_mapping
  (block_mapping_pair key: (flow_node) @name value: (block_node) @body) @definition.key)))
(document (block_node (block_mapping (block_mapping_pair value: (block_node (block_mapping
  (block_mapping_pair key: (flow_node) @name) @definition.key))))))
(document (block_node (block_mapping (block_mapping_pair value: (block_node (block_mapping
  (block_mapping_pair key: (flow_node) @name value: (block_node) @body) @definition.key))))))
