//! Cuts a page of documentation into sections: a heading with the text up to
//! the next one.
//!
//! **Invariants**
//! - Sections follow each other in order, none overlaps another, and each has
//!   `1 ≤ line ≤ end_line ≤ lines of the page`.
//! - What looks like a heading inside a block of code is none.
//!
//! **Deliberately absent:** the rest of each language of markup. Texts are given
//! as they are written.

use super::front_matter::FrontMatter;
use crate::words::cut_at;

/// Sections of one page; a page with more is data.
const MAX_SECTIONS: usize = 5_000;
/// A longer heading is a paragraph.
const MAX_HEADING: usize = 200;

/// One section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    /// The headings around it and its own, outermost first.
    pub(super) headings: Vec<String>,
    /// The line of its heading, from 1; of its first line where it has none.
    pub(super) line: u32,
    /// Its last line that is not blank.
    pub(super) end_line: u32,
}

/// A page in parts.
#[derive(Debug)]
pub(super) struct Page<'t> {
    pub(super) front: FrontMatter,
    pub(super) sections: Vec<Section>,
    pub(super) lines: Vec<&'t str>,
}

impl<'t> Page<'t> {
    /// Cuts the text of the page at `path`.
    pub(super) fn read(path: &str, text: &'t str) -> Page<'t> {
        let lines: Vec<&str> = text.lines().collect();
        let front = FrontMatter::read(&lines);
        let headings = match Markup::of(path, &lines) {
            Markup::Markdown => markdown(&lines, front.lines),
            Markup::Underlined => underlined(&lines, front.lines),
            Markup::AsciiDoc => ascii_doc(&lines),
        };
        let sections = sections(&lines, front.lines, front.text("title"), headings);
        Page { front, sections, lines }
    }

    /// The lines of a section.
    pub(super) fn text_of(&self, section: &Section) -> &[&'t str] {
        let (first, last) = (section.line as usize - 1, section.end_line as usize);
        self.lines.get(first..last).unwrap_or_default()
    }
}

/// How a page marks its headings.
enum Markup {
    Markdown,
    /// Titles with a line of punctuation under them: reStructuredText and plain text.
    Underlined,
    AsciiDoc,
}

impl Markup {
    fn of(path: &str, lines: &[&str]) -> Markup {
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        match extension.to_ascii_lowercase().as_str() {
            "md" | "mdx" | "mdc" | "markdown" => Markup::Markdown,
            "adoc" | "asciidoc" => Markup::AsciiDoc,
            "rst" | "txt" => Markup::Underlined,
            // Rules without an extension are Markdown; a README may be either.
            _ if lines.iter().any(|line| atx(line).is_some()) => Markup::Markdown,
            _ => Markup::Underlined,
        }
    }
}

/// A heading, where it begins and where its text begins.
struct Heading {
    row: usize,
    level: usize,
    title: String,
}

fn sections(
    lines: &[&str],
    start: usize,
    title: Option<String>,
    headings: Vec<Heading>,
) -> Vec<Section> {
    let mut found = Vec::new();
    let mut open: Vec<(usize, String)> = Vec::new();
    // A title in the head stands above everything, unless the page repeats it.
    let own = headings.first().filter(|first| first.level <= 1);
    if let Some(title) = title.filter(|title| own.is_none_or(|own| own.title != *title)) {
        open.push((0, clean(&title)));
    }
    let mut push = |open: &[(usize, String)], from: usize, to: usize| {
        let range = lines.get(from..to).unwrap_or_default();
        let Some(first) = range.iter().position(|line| !line.trim().is_empty()) else { return };
        let last = range.iter().rposition(|line| !line.trim().is_empty()).unwrap_or(first);
        let headings = open.iter().map(|(_, title)| title.clone()).collect();
        let number = |row: usize| u32::try_from(row + 1).unwrap_or(u32::MAX);
        found.push(Section { headings, line: number(from + first), end_line: number(from + last) });
    };
    let mut from = start;
    for heading in headings.into_iter().take(MAX_SECTIONS) {
        push(&open, from, heading.row);
        while open.last().is_some_and(|(level, _)| *level >= heading.level) {
            open.pop();
        }
        open.push((heading.level, heading.title));
        from = heading.row;
    }
    push(&open, from, lines.len());
    found
}

fn markdown(lines: &[&str], start: usize) -> Vec<Heading> {
    let mut headings = Vec::new();
    let mut fence: Option<(char, usize)> = None;
    let mut in_comment = false;
    for (row, line) in lines.iter().enumerate().skip(start) {
        if let Some((mark, count)) = fence {
            if is_fence_end(line, mark, count) {
                fence = None;
            }
            continue;
        }
        if in_comment {
            in_comment = !line.contains("-->");
            continue;
        }
        fence = fence_start(line);
        if fence.is_some() {
            continue;
        }
        if let Some((level, title)) = atx(line) {
            headings.push(Heading { row, level, title: clean(title) });
        } else if let Some(level) = setext(line)
            && row > start
            && is_title(lines, start, row - 1)
        {
            headings.push(Heading { row: row - 1, level, title: clean(lines[row - 1]) });
        }
        in_comment = line.rfind("<!--").is_some_and(|at| !line[at..].contains("-->"));
    }
    headings
}

fn atx(line: &str) -> Option<(usize, &str)> {
    let inner = line.trim_start_matches(' ');
    if line.len() - inner.len() > 3 {
        return None;
    }
    let rest = inner.trim_start_matches('#');
    let level = inner.len() - rest.len();
    let is_heading = (1..=6).contains(&level) && rest.starts_with([' ', '\t']);
    let title = rest.trim().trim_end_matches('#').trim_end();
    (is_heading && !title.is_empty()).then_some((level, title))
}

fn setext(line: &str) -> Option<usize> {
    let inner = line.trim();
    if line.starts_with("    ") || inner.len() < 2 {
        return None;
    }
    let all = |mark: u8| inner.bytes().all(|byte| byte == mark);
    if all(b'=') { Some(1) } else { all(b'-').then_some(2) }
}

/// Whether a line above a ruler is a paragraph of one line.
fn is_title(lines: &[&str], start: usize, row: usize) -> bool {
    let line = lines[row];
    let inner = line.trim();
    let alone = row == start || lines[row - 1].trim().is_empty() || atx(lines[row - 1]).is_some();
    let no_text = inner.is_empty()
        || inner.starts_with(['|', '>', '#', '<'])
        || inner.starts_with("- ")
        || inner.starts_with("* ")
        || !inner.contains(char::is_alphanumeric);
    alone && !no_text && !line.starts_with("    ") && inner.len() <= MAX_HEADING
}

fn fence_start(line: &str) -> Option<(char, usize)> {
    let inner = line.trim_start();
    let mark = inner.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let rest = inner.trim_start_matches(mark);
    let count = inner.len() - rest.len();
    // One line may open and close: ```` ```code``` ````.
    (count >= 3 && !(mark == '`' && rest.contains('`'))).then_some((mark, count))
}

fn is_fence_end(line: &str, mark: char, count: usize) -> bool {
    let inner = line.trim();
    inner.len() >= count && inner.chars().all(|c| c == mark)
}

/// The marks under titles get their levels in the order in which they appear.
fn underlined(lines: &[&str], start: usize) -> Vec<Heading> {
    let mut headings = Vec::new();
    let mut marks: Vec<(u8, bool)> = Vec::new();
    for row in start + 1..lines.len() {
        let (title, Some(mark)) = (lines[row - 1], ruler(lines[row])) else { continue };
        let over = row >= start + 2
            && ruler(lines[row - 2]) == Some(mark)
            && lines[row - 2].trim_end().len() == lines[row].trim_end().len();
        let is_bare = !title.starts_with([' ', '\t']) || over;
        let inner = title.trim();
        let is_title = !inner.is_empty() && ruler(title).is_none() && inner.len() <= MAX_HEADING;
        let fits = lines[row].trim_end().len() + 2 >= inner.chars().count();
        let alone = over || row < start + 2 || lines[row - 2].trim().is_empty();
        if !(is_bare && is_title && fits && alone && inner.contains(char::is_alphanumeric)) {
            continue;
        }
        let level = marks.iter().position(|known| *known == (mark, over)).unwrap_or_else(|| {
            marks.push((mark, over));
            marks.len() - 1
        });
        let first = if over { row - 2 } else { row - 1 };
        headings.push(Heading { row: first, level: level + 1, title: clean(inner) });
    }
    headings
}

fn ruler(line: &str) -> Option<u8> {
    let inner = line.trim_end();
    let mark = *inner.as_bytes().first()?;
    let is_ruler = inner.len() >= 3
        && b"=-~^\"'`:+*#<>._".contains(&mark)
        && inner.bytes().all(|byte| byte == mark);
    is_ruler.then_some(mark)
}

fn ascii_doc(lines: &[&str]) -> Vec<Heading> {
    let mut headings = Vec::new();
    let mut block: Option<&str> = None;
    for (row, line) in lines.iter().enumerate() {
        let inner = line.trim_end();
        if let Some(end) = block {
            if inner == end {
                block = None;
            }
            continue;
        }
        let mark = inner.chars().next().filter(|mark| matches!(mark, '-' | '.' | '+' | '/'));
        if inner.len() >= 4 && mark.is_some_and(|mark| inner.chars().all(|c| c == mark)) {
            block = Some(inner);
            continue;
        }
        let rest = line.trim_start_matches('=');
        let level = line.len() - rest.len();
        if (1..=6).contains(&level) && rest.starts_with(' ') && !rest.trim().is_empty() {
            headings.push(Heading { row, level, title: clean(rest) });
        }
    }
    headings
}

/// A heading without its marks of emphasis and code, its links and anchors.
fn clean(title: &str) -> String {
    let mut title = title.trim();
    if let Some(at) = title.rfind("{#").filter(|_| title.ends_with('}')) {
        title = title[..at].trim_end();
    }
    let mut out = String::with_capacity(title.len());
    let mut rest = title;
    while let Some(open) = rest.find('[') {
        let (before, from) = rest.split_at(open);
        let link = from.find("](").and_then(|middle| {
            let end = from[middle..].find(')')?;
            Some((&from[1..middle], &from[middle + end + 1..]))
        });
        let Some((text, after)) = link else { break };
        out.push_str(before.strip_suffix('!').unwrap_or(before));
        out.push_str(text);
        rest = after;
    }
    out.push_str(rest);
    let plain: String = out.replace("**", "").replace("``", "`").replace('`', "");
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    cut_at(&plain, MAX_HEADING).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn outline(path: &str, text: &str) -> Vec<String> {
        let page = Page::read(path, text);
        let shown = |s: &Section| format!("{}-{} {}", s.line, s.end_line, s.headings.join(" > "));
        page.sections.iter().map(shown).collect()
    }

    #[test]
    fn markdown_is_cut_at_its_headings() {
        let cases: [(&str, &str, &[&str]); 9] = [
            ("atx", "# A\ntext\n\n## B ##\nmore\n# C\nend", &["1-2 A", "4-5 A > B", "6-7 C"]),
            ("before the first", "hello\n\n# A\nx", &["1-1 ", "3-4 A"]),
            ("fence", "# A\n```sh\n# no heading\n```\n## B\ny", &["1-4 A", "5-6 A > B"]),
            ("tildes", "# A\n~~~~\n# no\n~~~\n# no\n~~~~\n# B", &["1-6 A", "7-7 B"]),
            ("setext", "A\n===\nx\n\nB\n---\ny\n\n---\nz", &["1-3 A", "5-10 A > B"]),
            ("table", "# A\n| a |\n|---|\n\nx\n- y\n---\n", &["1-7 A"]),
            ("head", "---\ntitle: T\n---\nx\n## B\ny", &["4-4 T", "5-6 T > B"]),
            ("comment", "<!--\n# no\n-->\n# A", &["1-3 ", "4-4 A"]),
            ("marks", "# **A** of [b](c) and `d` {#e}\nx", &["1-2 A of b and d"]),
        ];
        for (name, text, want) in cases {
            assert_eq!(outline("a.md", text), want, "{name}");
        }
    }

    #[test]
    fn other_markup_is_cut_too() {
        let rst = "=====\nTitle\n=====\n\nx\n\nPart\n----\ny\n\nSub\n~~~\nz\n\nPart 2\n------\nw";
        let want =
            ["1-5 Title", "7-9 Title > Part", "11-13 Title > Part > Sub", "15-17 Title > Part 2"];
        assert_eq!(outline("a.rst", rst), want);
        assert_eq!(outline("a.txt", "one\ntwo\n\nthree"), ["1-4 "]);
        let adoc = "= T\nx\n----\n== no\n----\n== B\ny";
        assert_eq!(outline("a.adoc", adoc), ["1-5 T", "6-7 T > B"]);
        assert_eq!(outline("README", "# A\nx"), ["1-2 A"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// Any text is cut in order, without overlap, and no line that says something is lost.
        #[test]
        fn sections_are_in_order_and_whole(
            pieces in prop::collection::vec("(#{0,7} ?|=+|-+|`{2,4}|~{3}|<!--|-->|\\[a\\]\\(|é|日 |  x|\n){1,3}", 0..40),
            extension in prop::sample::select(vec!["md", "rst", "adoc", "txt", "mdc", ""]),
        ) {
            let text = pieces.concat();
            let page = Page::read(&format!("a.{extension}"), &text);
            let mut covered = vec![false; page.lines.len()];
            covered.iter_mut().take(page.front.lines).for_each(|one| *one = true);
            let mut last = 0;
            for section in &page.sections {
                prop_assert!(last < section.line && section.line <= section.end_line);
                prop_assert!(section.end_line as usize <= page.lines.len());
                covered[section.line as usize - 1..section.end_line as usize].fill(true);
                last = section.end_line;
            }
            for (line, covered) in page.lines.iter().zip(covered) {
                prop_assert!(covered || line.trim().is_empty(), "{line:?} in {text:?}");
            }
        }
    }
}
