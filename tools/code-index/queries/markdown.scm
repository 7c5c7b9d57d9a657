; Markdown: headings; a section nests in the section above it.

(section (atx_heading heading_content: (_) @name)) @definition.heading
(section . (setext_heading heading_content: (_) @name)) @definition.heading
; The grammar keeps later underlined headings in the section before them.
(setext_heading heading_content: (_) @name) @definition.heading
