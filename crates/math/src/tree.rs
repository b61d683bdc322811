//! The tree, and how it is read from what the converter writes.

/// The elements that a formula may be made of; others give way to what they hold.
const ELEMENTS: [&str; 23] = [
    "math",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
];

/// The attributes that they may have.
const ATTRIBUTES: [&str; 20] = [
    "accent",
    "accentunder",
    "data-align",
    "data-line",
    "display",
    "displaystyle",
    "form",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "rspace",
    "scriptlevel",
    "stretchy",
    "symmetric",
    "width",
];

/// What a style of the converter says, as an attribute that the app's own styles know.
const STYLES: [(&str, &str, &str); 6] = [
    ("text-align: left", "data-align", "left"),
    ("text-align: right", "data-align", "right"),
    ("border-right: 0.05em", "data-line", "right"),
    ("border-left: 0.05em", "data-line", "left"),
    ("border-top: 0.05em", "data-line", "top"),
    ("border-bottom: 0.05em", "data-line", "bottom"),
];

/// How deep a formula may be nested.
const DEEPEST: usize = 200;

/// A name from the list, and its value.
pub type Attribute = (&'static str, String);

/// An element of MathML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Its name, one of the list.
    pub name: &'static str,
    /// Its attributes.
    pub attributes: Vec<Attribute>,
    /// What it holds.
    pub nodes: Vec<Node>,
}

/// A part of a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text.
    Text(String),
}

/// Reads the markup; none where it is not whole, too deep, or not one formula.
pub(crate) fn read(markup: &str) -> Option<Element> {
    // The elements that are open, outermost first; those without a name hand on what they hold.
    let mut open: Vec<Option<Element>> = Vec::new();
    let mut root = Element::new("mrow");
    let mut rest = markup;
    while !rest.is_empty() {
        if let Some(tag) = rest.strip_prefix("</") {
            let (_, after) = tag.split_once('>')?;
            rest = after;
            if let Some(done) = open.pop()? {
                innermost(&mut open, &mut root)
                    .nodes
                    .push(Node::Element(done));
            }
        } else if let Some(tag) = rest.strip_prefix('<') {
            let (tag, after) = tag.split_once('>')?;
            rest = after;
            let is_empty = tag.ends_with('/');
            let element = element(tag.trim_end_matches('/'));
            if !is_empty {
                open.push(element);
            } else if let Some(element) = element {
                innermost(&mut open, &mut root)
                    .nodes
                    .push(Node::Element(element));
            }
            if open.len() > DEEPEST {
                return None;
            }
        } else {
            let end = rest.find('<').unwrap_or(rest.len());
            let text = Node::Text(unescape(&rest[..end]));
            innermost(&mut open, &mut root).nodes.push(text);
            rest = &rest[end..];
        }
    }
    match root.nodes.pop()? {
        Node::Element(math) if open.is_empty() && math.name == "math" => Some(math),
        _ => None,
    }
}

fn innermost<'a>(open: &'a mut [Option<Element>], root: &'a mut Element) -> &'a mut Element {
    open.iter_mut().rev().flatten().next().unwrap_or(root)
}

fn element(tag: &str) -> Option<Element> {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut element = Element::new(listed(&ELEMENTS, name)?);
    while let Some((name, value)) = rest.split_once("=\"") {
        let (value, after) = value.split_once('"')?;
        rest = after;
        let name = name.trim();
        if name == "style" {
            element.attributes.extend(styles(value));
        } else if let Some(name) = listed(&ATTRIBUTES, name) {
            element.attributes.push((name, unescape(value)));
        }
    }
    Some(element)
}

fn styles(value: &str) -> impl Iterator<Item = Attribute> {
    ["data-align", "data-line"].into_iter().filter_map(|name| {
        let said: Vec<_> = STYLES
            .iter()
            .filter(|(style, of, _)| *of == name && value.contains(style))
            .map(|(.., meaning)| *meaning)
            .collect();
        (!said.is_empty()).then(|| (name, said.join(" ")))
    })
}

fn listed<const N: usize>(list: &'static [&'static str; N], name: &str) -> Option<&'static str> {
    list.iter().find(|known| **known == name).copied()
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

impl Element {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            nodes: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Node, read};

    #[test]
    fn what_is_not_listed_gives_way_to_what_it_holds() {
        let math = read(
            "<math onclick=\"x()\" display=\"block\"><mtext><a href=\"javascript:x()\">hi</a></mtext>\
             <script>x()</script></math>",
        )
        .expect("a formula");
        assert_eq!(math.attributes, [("display", "block".to_owned())]);
        let [Node::Element(text), Node::Text(script)] = &math.nodes[..] else {
            panic!("{math:?}")
        };
        assert_eq!(text.nodes, [Node::Text("hi".to_owned())]);
        assert_eq!(script, "x()");
    }

    #[test]
    fn half_a_formula_is_none() {
        for markup in ["", "x", "<math>", "<math", "</math>", "<mrow></mrow>"] {
            assert_eq!(read(markup), None, "{markup}");
        }
    }
}
