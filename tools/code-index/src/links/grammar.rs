//! A grammar's node kinds and fields as Rust enums, looked up once per process,
//! so that a walk matches on numbers, and a misspelt kind fails a test.

use tree_sitter::{Language, Node, TreeCursor};

/// Names of kinds and fields, turned into enums.
pub(crate) struct Grammar<K, F> {
    kinds: Vec<K>,
    fields: Vec<Option<F>>,
}

/// A named child, or an unnamed one that fills a field.
#[derive(Clone, Copy)]
pub(crate) struct Child<'t, K, F> {
    pub(crate) node: Node<'t>,
    pub(crate) kind: K,
    pub(crate) field: Option<F>,
}

/// An enum whose variants stand for names of a grammar; [`names!`] makes them.
pub(crate) trait Named: Copy + Default + PartialEq + 'static {
    /// The names with what stands for them.
    const ALL: &'static [(&'static str, Self)];
}

impl<K: Copy + Default, F: Copy> Grammar<K, F> {
    pub(crate) fn of(
        language: &Language,
        kinds: &[(&str, K)],
        fields: &[(&str, F)],
    ) -> Grammar<K, F> {
        let of = |name: Option<&str>| kinds.iter().find(|(known, _)| Some(*known) == name);
        let kind = |id: usize| {
            let id = u16::try_from(id).unwrap_or(u16::MAX);
            let named = language.node_kind_is_named(id);
            of(language.node_kind_for_id(id)).filter(|_| named).map(|&(_, kind)| kind)
        };
        let field = |id: usize| {
            let name = language.field_name_for_id(u16::try_from(id).unwrap_or(u16::MAX));
            fields.iter().find(|(known, _)| Some(*known) == name).map(|&(_, field)| field)
        };
        Grammar {
            kinds: (0..language.node_kind_count()).map(|id| kind(id).unwrap_or_default()).collect(),
            fields: (0..=language.field_count()).map(field).collect(),
        }
    }

    pub(crate) fn kind(&self, node: Node<'_>) -> K {
        self.kinds.get(usize::from(node.kind_id())).copied().unwrap_or_default()
    }

    /// The children that matter and count, in order. `cursor` is only lent.
    pub(crate) fn children<'t>(
        &self,
        node: Node<'t>,
        cursor: &mut TreeCursor<'t>,
        counts: fn(K) -> bool,
    ) -> Vec<Child<'t, K, F>> {
        let mut children = Vec::with_capacity(node.named_child_count());
        cursor.reset(node);
        let mut more = cursor.goto_first_child();
        while more {
            let child = cursor.node();
            let field = cursor.field_id().and_then(|id| self.fields[usize::from(id.get())]);
            let kind = self.kind(child);
            if (child.is_named() || field.is_some()) && counts(kind) {
                children.push(Child { node: child, kind, field });
            }
            more = cursor.goto_next_sibling();
        }
        children
    }
}

impl<K: Named, F: Named> Grammar<K, F> {
    pub(crate) fn new(language: &Language) -> Grammar<K, F> {
        Grammar::of(language, K::ALL, F::ALL)
    }
}

/// The first child in a field.
pub(crate) fn in_field<'c, 't, K, F: PartialEq>(
    children: &'c [Child<'t, K, F>],
    field: F,
) -> Option<&'c Child<'t, K, F>> {
    children.iter().find(|child| child.field.as_ref() == Some(&field))
}

/// Defines an enum whose variants stand for names of a grammar, and the list of both.
macro_rules! names {
    ($(#[$about:meta])* $enum:ident { $($variant:ident = $name:literal),* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub(super) enum $enum {
            #[default]
            Other,
            $($variant,)*
        }

        impl $crate::links::grammar::Named for $enum {
            const ALL: &'static [(&'static str, $enum)] = &[$(($name, $enum::$variant),)*];
        }
    };
}
pub(crate) use names;

/// The names that a grammar does not have; a test wants none.
#[cfg(test)]
pub(crate) fn unknown_names<K: Named, F: Named>(language: &Language) -> Vec<&'static str> {
    let has_kind = |name: &str| language.id_for_node_kind(name, true) != 0;
    let has_field = |name: &str| language.field_id_for_name(name).is_some();
    let kinds = K::ALL.iter().map(|(name, _)| *name).filter(|name| !has_kind(name));
    let fields = F::ALL.iter().map(|(name, _)| *name).filter(|name| !has_field(name));
    kinds.chain(fields).collect()
}
