; HTML: elements with an id, headings, the title.

((element
  (start_tag
    (attribute
      (attribute_name) @_id
      [(attribute_value) @name (quoted_attribute_value (attribute_value) @name)])) @head)
  @definition.element
  (#eq? @_id "id"))
((self_closing_tag
  (attribute
    (attribute_name) @_id
    [(attribute_value) @name (quoted_attribute_value (attribute_value) @name)]))
  @definition.element
  (#eq? @_id "id"))
((script_element
  (start_tag
    (attribute
      (attribute_name) @_id
      (quoted_attribute_value (attribute_value) @name))) @head)
  @definition.element
  (#eq? @_id "id"))
((element (start_tag (tag_name) @_heading) (text) @name) @definition.heading
  (#any-of? @_heading "h1" "h2" "h3" "h4" "h5" "h6" "title" "H1" "H2" "H3" "H4" "H5" "H6"))
