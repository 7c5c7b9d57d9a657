//! What nodes of the reviewed grammars mean, in one vocabulary for all of them.
//!
//! A grammar's kind is one row here; what no row names is looked through.

use std::sync::LazyLock;

use crate::language::Language;
use crate::links::grammar::Grammar;

/// Languages whose rules are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Family {
    Python,
    Script,
    Go,
    Java,
    Kotlin,
    C,
    Rust,
    Ruby,
    Php,
    CSharp,
}

impl Family {
    pub(super) fn of(language: Language) -> Option<Family> {
        Some(match language.name() {
            "python" => Family::Python,
            "javascript" | "typescript" | "tsx" => Family::Script,
            "go" => Family::Go,
            "java" => Family::Java,
            "kotlin" => Family::Kotlin,
            "c" | "cpp" => Family::C,
            "rust" => Family::Rust,
            "ruby" => Family::Ruby,
            "php" => Family::Php,
            "c-sharp" => Family::CSharp,
            _ => return None,
        })
    }
}

/// What a node is to the rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Other,
    Function,
    Lambda,
    AsyncBlock,
    Class,
    Module,
    Mark,
    Call,
    New,
    Macro,
    Arguments,
    Argument,
    Loop,
    While,
    Comprehension,
    If,
    ElseIf,
    Else,
    Switch,
    Catch,
    Ternary,
    Jump,
    Binary,
    Text,
    Joined,
    Hole,
    Shell,
    Number,
    List,
    Give,
    Augment,
    Pair,
    Keyword,
    Name,
    This,
    Member,
    Index,
    Wrap,
    Await,
    Import,
    Comment,
}

/// Kinds of all grammars; a name means the same in each that has it.
const KINDS: &[(&str, Kind)] = &[
    ("function_definition", Kind::Function),
    ("function_declaration", Kind::Function),
    ("generator_function_declaration", Kind::Function),
    ("method_definition", Kind::Function),
    ("method_declaration", Kind::Function),
    ("constructor_declaration", Kind::Function),
    ("local_function_statement", Kind::Function),
    ("function_item", Kind::Function),
    ("method", Kind::Function),
    ("singleton_method", Kind::Function),
    ("lambda", Kind::Lambda),
    ("lambda_expression", Kind::Lambda),
    ("lambda_literal", Kind::Lambda),
    ("arrow_function", Kind::Lambda),
    ("function_expression", Kind::Lambda),
    ("generator_function", Kind::Lambda),
    ("func_literal", Kind::Lambda),
    ("closure_expression", Kind::Lambda),
    ("anonymous_function", Kind::Lambda),
    ("anonymous_method_expression", Kind::Lambda),
    ("async_block", Kind::AsyncBlock),
    ("class_definition", Kind::Class),
    ("class_declaration", Kind::Class),
    ("abstract_class_declaration", Kind::Class),
    ("class_specifier", Kind::Class),
    ("mod_item", Kind::Module),
    ("attribute_item", Kind::Mark),
    ("call", Kind::Call),
    ("call_expression", Kind::Call),
    ("invocation_expression", Kind::Call),
    ("method_invocation", Kind::Call),
    ("function_call_expression", Kind::Call),
    ("member_call_expression", Kind::Call),
    ("nullsafe_member_call_expression", Kind::Call),
    ("scoped_call_expression", Kind::Call),
    ("new_expression", Kind::New),
    ("object_creation_expression", Kind::New),
    ("macro_invocation", Kind::Macro),
    ("argument_list", Kind::Arguments),
    ("arguments", Kind::Arguments),
    ("value_arguments", Kind::Arguments),
    ("argument", Kind::Argument),
    ("value_argument", Kind::Argument),
    ("for_statement", Kind::Loop),
    ("for_in_statement", Kind::Loop),
    ("for_expression", Kind::Loop),
    ("for_range_loop", Kind::Loop),
    ("foreach_statement", Kind::Loop),
    ("enhanced_for_statement", Kind::Loop),
    ("for", Kind::Loop),
    ("while_statement", Kind::While),
    ("while_expression", Kind::While),
    ("loop_expression", Kind::While),
    ("do_statement", Kind::While),
    ("do_while_statement", Kind::While),
    ("while", Kind::While),
    ("until", Kind::While),
    ("list_comprehension", Kind::Comprehension),
    ("set_comprehension", Kind::Comprehension),
    ("dictionary_comprehension", Kind::Comprehension),
    ("generator_expression", Kind::Comprehension),
    ("if_statement", Kind::If),
    ("if_expression", Kind::If),
    ("if", Kind::If),
    ("unless", Kind::If),
    ("elif_clause", Kind::ElseIf),
    ("elsif", Kind::ElseIf),
    ("else_if_clause", Kind::ElseIf),
    ("else_clause", Kind::Else),
    ("else", Kind::Else),
    ("switch_statement", Kind::Switch),
    ("switch_expression", Kind::Switch),
    ("expression_switch_statement", Kind::Switch),
    ("type_switch_statement", Kind::Switch),
    ("select_statement", Kind::Switch),
    ("match_expression", Kind::Switch),
    ("match_statement", Kind::Switch),
    ("when_expression", Kind::Switch),
    ("case", Kind::Switch),
    ("except_clause", Kind::Catch),
    ("catch_clause", Kind::Catch),
    ("catch_block", Kind::Catch),
    ("rescue", Kind::Catch),
    ("conditional_expression", Kind::Ternary),
    ("ternary_expression", Kind::Ternary),
    ("conditional", Kind::Ternary),
    ("goto_statement", Kind::Jump),
    ("binary_expression", Kind::Binary),
    ("binary_operator", Kind::Binary),
    ("boolean_operator", Kind::Binary),
    ("binary", Kind::Binary),
    ("string", Kind::Text),
    ("string_literal", Kind::Text),
    ("raw_string_literal", Kind::Text),
    ("interpreted_string_literal", Kind::Text),
    ("template_string", Kind::Text),
    ("encapsed_string", Kind::Text),
    ("heredoc", Kind::Text),
    ("nowdoc", Kind::Text),
    ("interpolated_string_expression", Kind::Text),
    ("verbatim_string_literal", Kind::Text),
    ("multiline_string_literal", Kind::Text),
    ("simple_symbol", Kind::Text),
    ("char_literal", Kind::Text),
    ("concatenated_string", Kind::Joined),
    ("chained_string", Kind::Joined),
    ("interpolation", Kind::Hole),
    ("template_substitution", Kind::Hole),
    ("string_interpolation", Kind::Hole),
    ("subshell", Kind::Shell),
    ("shell_command_expression", Kind::Shell),
    ("integer", Kind::Number),
    ("float", Kind::Number),
    ("number", Kind::Number),
    ("number_literal", Kind::Number),
    ("integer_literal", Kind::Number),
    ("int_literal", Kind::Number),
    ("decimal_integer_literal", Kind::Number),
    ("boolean_literal", Kind::Number),
    ("true", Kind::Number),
    ("false", Kind::Number),
    ("none", Kind::Number),
    ("null", Kind::Number),
    ("null_literal", Kind::Number),
    ("nil", Kind::Number),
    ("undefined", Kind::Number),
    ("list", Kind::List),
    ("tuple", Kind::List),
    ("array", Kind::List),
    ("array_expression", Kind::List),
    ("array_creation_expression", Kind::List),
    ("composite_literal", Kind::List),
    ("collection_literal", Kind::List),
    ("assignment", Kind::Give),
    ("assignment_expression", Kind::Give),
    ("assignment_statement", Kind::Give),
    ("short_var_declaration", Kind::Give),
    ("variable_declarator", Kind::Give),
    ("property_declaration", Kind::Give),
    ("property_element", Kind::Give),
    ("const_element", Kind::Give),
    ("let_declaration", Kind::Give),
    ("const_item", Kind::Give),
    ("static_item", Kind::Give),
    ("var_spec", Kind::Give),
    ("const_spec", Kind::Give),
    ("init_declarator", Kind::Give),
    ("field_definition", Kind::Give),
    ("public_field_definition", Kind::Give),
    ("augmented_assignment", Kind::Augment),
    ("augmented_assignment_expression", Kind::Augment),
    ("operator_assignment", Kind::Augment),
    ("compound_assignment_expr", Kind::Augment),
    ("pair", Kind::Pair),
    ("keyed_element", Kind::Pair),
    ("field_initializer", Kind::Pair),
    ("initializer_pair", Kind::Pair),
    ("array_element_initializer", Kind::Pair),
    ("default_parameter", Kind::Pair),
    ("typed_default_parameter", Kind::Pair),
    ("keyword_argument", Kind::Keyword),
    ("identifier", Kind::Name),
    ("variable_name", Kind::Name),
    ("name", Kind::Name),
    ("qualified_name", Kind::Name),
    ("constant", Kind::Name),
    ("instance_variable", Kind::Name),
    ("type_identifier", Kind::Name),
    ("scoped_type_identifier", Kind::Name),
    ("field_identifier", Kind::Name),
    ("property_identifier", Kind::Name),
    ("shorthand_property_identifier", Kind::Name),
    ("predefined_type", Kind::Name),
    ("crate", Kind::Name),
    ("namespace_identifier", Kind::Name),
    ("generic_name", Kind::Name),
    ("template_function", Kind::Name),
    ("generic_type", Kind::Name),
    ("this", Kind::This),
    ("self", Kind::This),
    ("super", Kind::This),
    ("this_expression", Kind::This),
    ("attribute", Kind::Member),
    ("member_expression", Kind::Member),
    ("selector_expression", Kind::Member),
    ("field_expression", Kind::Member),
    ("scoped_identifier", Kind::Member),
    ("qualified_identifier", Kind::Member),
    ("field_access", Kind::Member),
    ("member_access_expression", Kind::Member),
    ("navigation_expression", Kind::Member),
    ("scope_resolution", Kind::Member),
    ("class_constant_access_expression", Kind::Member),
    ("subscript", Kind::Index),
    ("subscript_expression", Kind::Index),
    ("index_expression", Kind::Index),
    ("element_reference", Kind::Index),
    ("element_access_expression", Kind::Index),
    ("array_access", Kind::Index),
    ("parenthesized_expression", Kind::Wrap),
    ("parenthesized_statements", Kind::Wrap),
    ("reference_expression", Kind::Wrap),
    ("non_null_expression", Kind::Wrap),
    ("as_expression", Kind::Wrap),
    ("satisfies_expression", Kind::Wrap),
    ("generic_function", Kind::Wrap),
    ("expression_list", Kind::Wrap),
    ("literal_element", Kind::Wrap),
    ("jsx_expression", Kind::Wrap),
    ("try_expression", Kind::Wrap),
    ("await", Kind::Await),
    ("await_expression", Kind::Await),
    ("import_statement", Kind::Import),
    ("import_from_statement", Kind::Import),
    ("use_declaration", Kind::Import),
    ("import_spec", Kind::Import),
    ("comment", Kind::Comment),
    ("line_comment", Kind::Comment),
    ("block_comment", Kind::Comment),
];

/// What is different in Ruby, where a block is a closure.
const RUBY: &[(&str, Kind)] =
    &[("block", Kind::Lambda), ("do_block", Kind::Lambda), ("class", Kind::Class)];

/// What is different in Rust, where `attribute` stands inside `attribute_item`.
const RUST: &[(&str, Kind)] = &[("attribute", Kind::Other), ("try_expression", Kind::Wrap)];

/// In these, `attribute` is an annotation, and `name` a place.
const SHARP: &[(&str, Kind)] = &[("attribute", Kind::Other)];

/// In Kotlin `try` is an expression with blocks, in Rust it is `?`.
const KOTLIN: &[(&str, Kind)] = &[("try_expression", Kind::Other)];

/// The only enum of fields that is wanted; rules ask for fields by name.
#[derive(Clone, Copy)]
pub(super) enum Field {}

pub(super) type Shape = Grammar<Kind, Field>;

static SHAPES: LazyLock<Vec<Option<Shape>>> = LazyLock::new(|| {
    let shape = |language: Language| {
        let first = match Family::of(language)? {
            Family::Ruby => RUBY,
            Family::Rust => RUST,
            Family::CSharp | Family::C | Family::Php => SHARP,
            Family::Kotlin => KOTLIN,
            Family::Python | Family::Script | Family::Go | Family::Java => &[],
        };
        // The first row of a name counts.
        let kinds: Vec<(&str, Kind)> = first.iter().chain(KINDS).copied().collect();
        Some(Shape::of(&language.grammar(), &kinds, &[]))
    };
    Language::all().map(shape).collect()
});

/// The vocabulary of a language that is reviewed.
pub(super) fn shape(language: Language) -> Option<&'static Shape> {
    SHAPES.get(language.index())?.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_one_of_a_grammar() {
        let grammars: Vec<_> = Language::all()
            .filter(|language| Family::of(*language).is_some())
            .map(Language::grammar)
            .collect();
        for (name, _) in KINDS.iter().chain(RUBY).chain(RUST).chain(SHARP).chain(KOTLIN) {
            let known = grammars.iter().any(|grammar| grammar.id_for_node_kind(name, true) != 0);
            assert!(known, "no grammar has `{name}`");
        }
    }
}
