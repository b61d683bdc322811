//! The messages of one language, out of Fluent's syntax.
//!
//! Of Fluent it takes messages, variables and one selector of a number around a whole message: what more it can do, no
//! interface needs that has a function for each message. Anything else is a fault, told by its file and message.

use std::{collections::BTreeMap, fmt::Write as _};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey},
    parser,
};

/// Between a variant's key and its text, and between variants; see `src/pattern.rs`.
const KEY: char = '\u{1e}';
const VARIANT: char = '\u{1f}';

/// The most variables of a message: each is a control character in its text, from U+0001.
const VARIABLES: usize = 8;

/// What is wrong, one line each.
pub(crate) type Faults = Vec<String>;

/// The messages by their ids.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Catalog(BTreeMap<String, Message>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Message {
    /// In the order in which they are first said.
    variables: Vec<Variable>,
    /// One without a key; or several, of which only the last has none.
    variants: Vec<(String, Vec<Piece>)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Variable {
    name: String,
    is_number: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable(String),
}

impl Catalog {
    /// Reads files, each with its name.
    pub(crate) fn read(files: &[(String, String)]) -> Result<Self, Faults> {
        let (mut messages, mut faults) = (BTreeMap::new(), Faults::new());
        for (file, text) in files {
            let resource = parser::parse(text.as_str()).unwrap_or_else(|(resource, errors)| {
                faults.extend(errors.iter().map(|error| format!("{file}: {error}")));
                resource
            });
            for entry in resource.body {
                let read = match entry {
                    Entry::Message(message) => {
                        let id = message.id.name.to_owned();
                        match Message::read(message.value.as_ref()) {
                            _ if !message.attributes.is_empty() => Err(format!("{id}: attributes")),
                            Err(fault) => Err(format!("{id}: {fault}")),
                            Ok(read) => match messages.insert(id.clone(), read) {
                                Some(_) => Err(format!("{id} is there twice")),
                                None => Ok(()),
                            },
                        }
                    }
                    Entry::Term(term) => Err(format!("-{} is a term", term.id.name)),
                    _ => Ok(()),
                };
                faults.extend(read.err().map(|fault| format!("{file}: {fault}")));
            }
        }
        if faults.is_empty() {
            Ok(Self(messages))
        } else {
            Err(faults)
        }
    }

    /// A function of each message. It says what the language that is spoken has under the message's number, else this.
    pub(crate) fn functions(&self) -> String {
        let mut code = String::new();
        for (number, (id, message)) in self.0.iter().enumerate() {
            let name = id.replace('-', "_");
            let text = message.encoded(&message.variables);
            let shown = message.shown();
            let types = |variable: &Variable| {
                let kind = if variable.is_number { "u64" } else { "&str" };
                format!("{}: {kind}", variable.name)
            };
            let values = |variable: &Variable| match variable.is_number {
                true => format!("&crate::number({})", variable.name),
                false => variable.name.clone(),
            };
            let variables = message.variables.iter();
            let arguments = variables.clone().map(types).collect::<Vec<_>>().join(", ");
            let values = variables.map(values).collect::<Vec<_>>().join(", ");
            let body = match message.selector() {
                _ if arguments.is_empty() => format!("crate::said({number}, {text:?})"),
                None => format!("crate::filled({number}, {text:?}, &[{values}])"),
                Some(by) => format!(
                    "crate::chosen({number}, {text:?}, {}, &[{values}])",
                    by.name
                ),
            };
            let gives = if arguments.is_empty() {
                "&'static str"
            } else {
                "String"
            };
            // Writing to a string cannot fail.
            let _ = writeln!(
                code,
                "/// {shown}\npub fn {name}({arguments}) -> {gives} {{\n    {body}\n}}\n"
            );
        }
        code
    }

    /// What another language says, a line for each message of this one, in the order of the numbers.
    pub(crate) fn table(&self, other: &Self) -> Result<String, Faults> {
        let mut faults = Faults::new();
        let unknown = other.0.keys().filter(|id| !self.0.contains_key(*id));
        faults.extend(unknown.map(|id| format!("{id} is in no other language")));
        let mut lines = Vec::new();
        for (id, message) in &self.0 {
            let Some(said) = other.0.get(id) else {
                faults.push(format!("{id} is missing"));
                continue;
            };
            for variable in &said.variables {
                if !message.variables.contains(variable) {
                    faults.push(format!("{id}: ${} is another variable", variable.name));
                }
            }
            if said.selector().is_some() && message.selector().is_none() {
                faults.push(format!("{id}: only a message with variants can have some"));
            }
            lines.push(said.encoded(&message.variables));
        }
        if faults.is_empty() {
            Ok(lines.join("\n"))
        } else {
            Err(faults)
        }
    }

    /// The same messages as if they were written from right to left: each word in an override of its direction.
    pub(crate) fn mirrored(&self) -> Self {
        let mirrored = |text: &str| {
            let words = text.split(' ').map(|word| match word {
                "" => String::new(),
                word => format!("\u{202e}{word}\u{202c}"),
            });
            words.collect::<Vec<_>>().join(" ")
        };
        let mut messages = self.0.clone();
        for (_, pieces) in messages
            .values_mut()
            .flat_map(|message| &mut message.variants)
        {
            for piece in pieces {
                if let Piece::Text(text) = piece {
                    *text = mirrored(text);
                }
            }
        }
        Self(messages)
    }
}

impl Message {
    fn read(value: Option<&Pattern<&str>>) -> Result<Self, String> {
        let value = value.ok_or("says nothing")?;
        let mut message = Self {
            variables: Vec::new(),
            variants: Vec::new(),
        };
        if let [
            PatternElement::Placeable {
                expression: Expression::Select { selector, variants },
            },
        ] = &value.elements[..]
        {
            let InlineExpression::VariableReference { id } = selector else {
                return Err("a selector that is no variable".to_owned());
            };
            message.name(id.name, true);
            for variant in variants {
                let key = match variant.key {
                    _ if variant.default => "",
                    VariantKey::Identifier { name } => name,
                    VariantKey::NumberLiteral { value } => value,
                };
                let pieces = message.pieces(&variant.value)?;
                message.variants.push((key.to_owned(), pieces));
            }
            // The one that is always right is tried last.
            message.variants.sort_by_key(|(key, _)| key.is_empty());
        } else {
            let pieces = message.pieces(value)?;
            message.variants.push((String::new(), pieces));
        }
        if message.variables.len() > VARIABLES {
            return Err("too many variables".to_owned());
        }
        Ok(message)
    }

    fn pieces(&mut self, pattern: &Pattern<&str>) -> Result<Vec<Piece>, String> {
        let piece = |element: &PatternElement<&str>| match element {
            PatternElement::TextElement { value } if value.contains(char::is_control) => {
                Err("more than one line".to_owned())
            }
            PatternElement::TextElement { value } => Ok(Piece::Text((*value).to_owned())),
            PatternElement::Placeable {
                expression: Expression::Inline(inline),
            } => match inline {
                InlineExpression::StringLiteral { value } => Ok(Piece::Text((*value).to_owned())),
                InlineExpression::VariableReference { id } => {
                    self.name(id.name, false);
                    Ok(Piece::Variable(id.name.to_owned()))
                }
                InlineExpression::FunctionReference { id, arguments } => {
                    match &arguments.positional[..] {
                        [InlineExpression::VariableReference { id: of }] if id.name == "NUMBER" => {
                            self.name(of.name, true);
                            Ok(Piece::Variable(of.name.to_owned()))
                        }
                        _ => Err(format!("{}()", id.name)),
                    }
                }
                _ => Err("a reference or a nested expression".to_owned()),
            },
            PatternElement::Placeable { .. } => Err("a selector within a text".to_owned()),
        };
        pattern.elements.iter().map(piece).collect()
    }

    /// Notes a variable. Once it was a number, it is one.
    fn name(&mut self, name: &str, is_number: bool) {
        match self.variables.iter_mut().find(|known| known.name == name) {
            Some(known) => known.is_number |= is_number,
            None => self.variables.push(Variable {
                name: name.to_owned(),
                is_number,
            }),
        }
    }

    /// The number that chooses the variant.
    fn selector(&self) -> Option<&Variable> {
        (self.variants.len() > 1)
            .then(|| self.variables.first())
            .flatten()
    }

    /// The text as `src/pattern.rs` reads it, with the variables numbered as in `order`.
    fn encoded(&self, order: &[Variable]) -> String {
        let text = |pieces: &[Piece]| -> String {
            let piece = |piece: &Piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Variable(name) => {
                    let at = order
                        .iter()
                        .position(|known| known.name == *name)
                        .unwrap_or_default();
                    char::from(1 + at as u8).to_string()
                }
            };
            pieces.iter().map(piece).collect()
        };
        match &self.variants[..] {
            [(_, only)] => text(only),
            several => {
                let variants = several
                    .iter()
                    .map(|(key, pieces)| format!("{key}{KEY}{}", text(pieces)));
                variants.collect::<Vec<_>>().join(&VARIANT.to_string())
            }
        }
    }

    /// The text as its documentation shows it: of variants, the one for most numbers.
    fn shown(&self) -> String {
        let pieces = self
            .variants
            .last()
            .map(|(_, pieces)| &pieces[..])
            .unwrap_or_default();
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.replace(['[', ']', '<', '>', '`', '*', '_'], " "),
            Piece::Variable(name) => format!("`{name}`"),
        };
        pieces.iter().map(piece).collect()
    }
}
