//! What a token is, in the few classes that have a colour.

use syntect::parsing::{Scope, ScopeStack};

/// What a token is. Its number is what the page is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Class {
    /// A word of the language.
    Keyword,
    /// Text in quotes, and other text that stands for itself.
    String,
    /// What is for people only.
    Comment,
    /// A number.
    Number,
    /// A value with a name of its own, and an escape within a string.
    Constant,
    /// A function, where it is made or known to the language.
    Function,
    /// A type.
    Type,
    /// A tag of a markup language.
    Tag,
    /// The name of an attribute, and what decorates a definition.
    Attribute,
    /// A key.
    Property,
    /// A heading, and what is strong.
    Heading,
    /// What a change adds.
    Inserted,
    /// What a change takes away.
    Deleted,
}

/// What a scope stands for. The longest prefix counts; none means that it is plain, whatever is around it.
const SCOPES: [(&str, Option<Class>); 56] = {
    use Class::{
        Attribute, Comment, Constant, Deleted, Function, Heading, Inserted, Keyword, Number,
        Property, String, Tag, Type,
    };
    [
        ("comment", Some(Comment)),
        ("punctuation.definition.comment", Some(Comment)),
        ("string", Some(String)),
        ("meta.interpolation", None),
        ("meta.template.expression", None),
        ("meta.string-interpolation", None),
        ("source", None),
        ("text", None),
        ("constant", Some(Constant)),
        ("constant.numeric", Some(Number)),
        ("keyword", Some(Keyword)),
        ("keyword.operator", None),
        ("storage", Some(Keyword)),
        ("storage.type.numeric", Some(Number)),
        ("variable.language", Some(Keyword)),
        ("variable.annotation", Some(Attribute)),
        ("meta.annotation.identifier", Some(Attribute)),
        ("meta.annotation.rust", Some(Attribute)),
        ("entity.name.function", Some(Function)),
        ("entity.name.method", Some(Function)),
        ("entity.name.macro", Some(Function)),
        ("entity.name.label", Some(Attribute)),
        ("support.function", Some(Function)),
        ("support.macro", Some(Function)),
        ("variable.function", Some(Function)),
        ("entity.name.type", Some(Type)),
        ("entity.name.class", Some(Type)),
        ("entity.name.struct", Some(Type)),
        ("entity.name.enum", Some(Type)),
        ("entity.name.trait", Some(Type)),
        ("entity.name.interface", Some(Type)),
        ("entity.name.impl", Some(Type)),
        ("entity.name.union", Some(Type)),
        ("entity.name.namespace", Some(Type)),
        ("entity.name.module", Some(Type)),
        ("entity.other.inherited-class", Some(Type)),
        ("support.class", Some(Type)),
        ("support.type", Some(Type)),
        ("storage.type.primitive", Some(Type)),
        ("entity.name.tag", Some(Tag)),
        ("entity.other.attribute-name", Some(Attribute)),
        ("entity.other.attribute-selector", Some(Attribute)),
        ("support.type.property-name", Some(Property)),
        ("support.constant", Some(Constant)),
        ("meta.mapping.key", Some(Property)),
        ("meta.object-literal.key", Some(Property)),
        ("entity.name.tag.yaml", Some(Property)),
        ("entity.name.tag.toml", Some(Property)),
        ("variable.other.key", Some(Property)),
        ("support.type.property-name.toml", Some(Property)),
        ("entity.name.section", Some(Heading)),
        ("markup.heading", Some(Heading)),
        ("markup.bold", Some(Heading)),
        ("markup.inserted", Some(Inserted)),
        ("markup.deleted", Some(Deleted)),
        ("markup.raw", Some(String)),
    ]
};

/// The classes of scopes, in the form that they are compared in.
pub(crate) struct Classes {
    known: Vec<(Scope, Option<Class>)>,
    operator: Option<Scope>,
    key: Option<Scope>,
}

impl Classes {
    pub(crate) fn new() -> Self {
        let known = SCOPES
            .iter()
            .filter_map(|(name, class)| Some((Scope::new(name).ok()?, *class)))
            .collect();
        let operator = Scope::new("keyword.operator").ok();
        let key = Scope::new("meta.mapping.key").ok();
        Self {
            known,
            operator,
            key,
        }
    }

    /// What `text` is under these scopes: the innermost one that says something decides.
    pub(crate) fn of(&self, stack: &ScopeStack, text: &str) -> Option<Class> {
        if text.trim().is_empty() {
            return None;
        }
        let scopes = stack.as_slice();
        for (depth, scope) in scopes.iter().enumerate().rev() {
            // `and` is a word where `&&` is none.
            let is_operator = self.operator.is_some_and(|it| it.is_prefix_of(*scope));
            if is_operator && text.chars().all(char::is_alphabetic) {
                return Some(Class::Keyword);
            }
            let known = self.known.iter().filter(|(it, _)| it.is_prefix_of(*scope));
            if let Some((_, class)) = known.max_by_key(|(it, _)| it.len()) {
                let outer = depth.checked_sub(1).map(|outer| scopes[outer]);
                let is_key = matches!((self.key, outer), (Some(key), Some(outer)) if key.is_prefix_of(outer));
                // A key in quotes is a key.
                return class.map(|class| match class {
                    Class::String if is_key => Class::Property,
                    class => class,
                });
            }
        }
        None
    }
}
