; HTML: elements with an id, headings, the title.

((element
  (start_tag (attribute
    (attribute_name) @_id
    [(attribute_value) @name (quoted_attribute_value (attribute_value) @name)]))
  . (_) @body) @definition.element
  (#eq? @_id "id"))
((element
  [(start_tag (attribute
    (attribute_name) @_id
    [(attribute_value) @name (quoted_attribute_value (attribute_value) @name)]))
   (self_closing_tag (attribute
    (attribute_name) @_id
    [(attribute_value) @name (quoted_attribute_value (attribute_value) @name)]))]) @definition.element
  (#eq? @_id "id"))
((script_element
  (start_tag (attribute
    (attribute_name) @_id
    (quoted_attribute_value (attribute_value) @name)))
  . (_) @body) @definition.element
  (#eq? @_id "id"))
((element (start_tag (tag_name) @_heading) (text) @name) @definition.heading
  (#match? @_heading "^([hH][1-6]|title)$"))
