//! Colours of code: ranges in its text node, where the platform can highlight ranges, else elements.

use std::{cell::RefCell, collections::BTreeMap};

use gloo_timers::future::TimeoutFuture;
use js_sys::{Reflect, Uint32Array};
use leptos::{prelude::document, task::spawn_local};
use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};
use web_sys::{Element, StaticRange, StaticRangeInit};

use super::{Job, Service};
use crate::text::Code;

/// The names of the classes, by the worker's numbers.
const CLASSES: [&str; 13] = [
    "keyword",
    "string",
    "comment",
    "number",
    "constant",
    "function",
    "type",
    "tag",
    "attribute",
    "property",
    "heading",
    "inserted",
    "deleted",
];

/// How long a block that still grows waits for its next colours, in milliseconds.
const PAUSE_MS: u32 = 250;

/// The longest text that is coloured, in UTF-16 units.
const LONGEST: usize = 200_000;

/// How many texts that no worker could do are remembered.
const HOPELESS: usize = 50;

#[wasm_bindgen]
extern "C" {
    type Highlight;
    #[wasm_bindgen(constructor)]
    fn new() -> Highlight;
    #[wasm_bindgen(method)]
    fn add(this: &Highlight, range: &StaticRange);
    #[wasm_bindgen(method, js_name = delete)]
    fn remove(this: &Highlight, range: &StaticRange);

    type Registry;
    #[wasm_bindgen(method)]
    fn set(this: &Registry, name: &str, highlight: &Highlight);
}

struct Block {
    code: Code,
    /// Whether it has changed since it was asked for.
    changed: bool,
    /// Whether a request is out, or will be after a pause.
    busy: bool,
    ranges: Vec<([u32; 3], StaticRange)>,
}

#[derive(Default)]
struct Painting {
    service: Option<Service>,
    /// One for each class; none where the platform has no highlights.
    highlights: Vec<Highlight>,
    blocks: BTreeMap<u64, Block>,
    hopeless: Vec<(String, String)>,
}

thread_local!(static PAINTING: RefCell<Painting> = RefCell::default());

pub(super) fn provide(url: &str) {
    PAINTING.with_borrow_mut(|painting| {
        painting.service = Some(Service::new(url));
        painting.highlights = highlights().unwrap_or_default();
    });
}

/// Registers a highlight for each class.
fn highlights() -> Option<Vec<Highlight>> {
    let global = js_sys::global();
    Reflect::get(&global, &"Highlight".into())
        .ok()
        .filter(JsValue::is_function)?;
    let css = Reflect::get(&global, &"CSS".into()).ok()?;
    let registry = Reflect::get(&css, &"highlights".into())
        .ok()
        .filter(JsValue::is_object)?;
    let registry: Registry = registry.unchecked_into();
    let register = |class: &&str| {
        let highlight = Highlight::new();
        registry.set(&format!("weft-{class}"), &highlight);
        highlight
    };
    Some(CLASSES.iter().map(register).collect())
}

/// Colours a block as it is now.
pub(super) fn paint(code: Code) {
    if code.language.is_empty() {
        return;
    }
    let (id, complete) = (code.id, code.complete);
    let is_new = PAINTING.with_borrow_mut(|painting| {
        let block = painting.blocks.entry(id).or_insert_with(|| Block {
            code: Code {
                id,
                element: code.element.clone(),
                language: String::new(),
                complete,
            },
            changed: true,
            busy: false,
            ranges: Vec::new(),
        });
        block.code = code;
        block.changed = true;
        !std::mem::replace(&mut block.busy, true)
    });
    if is_new {
        ask_soon(id, complete);
    }
}

/// Forgets a block and takes its colours away.
pub(super) fn close(id: u64) {
    PAINTING.with_borrow_mut(|painting| {
        if let Some(block) = painting.blocks.remove(&id) {
            for (span, range) in block.ranges {
                painting.clear(span[2], &range);
            }
        }
    });
}

/// Asks for a block that grows after a pause, for a complete one at once.
fn ask_soon(id: u64, complete: bool) {
    spawn_local(async move {
        if !complete {
            TimeoutFuture::new(PAUSE_MS).await;
        }
        let service = PAINTING.with_borrow(|painting| painting.service.clone());
        let Some(service) = service else {
            return;
        };
        let asked = std::rc::Rc::new(RefCell::new(None));
        let told = asked.clone();
        service.submit(Job {
            ask: Box::new(move || {
                let (language, text) = request(id)?;
                let values = [language.as_str().into(), text.as_str().into()];
                told.replace(Some((language, text)));
                Some(values)
            }),
            done: Box::new(move |answer| answered(id, asked.take(), answer)),
        });
    });
}

/// What is to be asked for a block, if anything.
fn request(id: u64) -> Option<(String, String)> {
    PAINTING.with_borrow_mut(|painting| {
        let block = painting.blocks.get_mut(&id)?;
        block.changed = false;
        let text = block.code.element.text_content()?;
        let request = (block.code.language.clone(), text);
        let is_fit = request.1.len() <= LONGEST && !painting.hopeless.contains(&request);
        is_fit.then_some(request)
    })
}

fn answered(id: u64, asked: Option<(String, String)>, answer: Option<JsValue>) {
    let again = PAINTING.with_borrow_mut(|painting| {
        match (asked, answer) {
            (Some((_, text)), Some(spans)) => painting.show(id, &text, &spans),
            (Some(request), None) => {
                if painting.hopeless.len() >= HOPELESS {
                    painting.hopeless.remove(0);
                }
                painting.hopeless.push(request);
            }
            (None, _) => {}
        }
        let block = painting.blocks.get_mut(&id)?;
        block.busy = block.changed;
        block.changed.then_some(block.code.complete)
    });
    if let Some(complete) = again {
        ask_soon(id, complete);
    }
}

impl Painting {
    fn clear(&self, class: u32, range: &StaticRange) {
        if let Some(highlight) = self.highlights.get(class as usize) {
            highlight.remove(range);
        }
    }

    /// Shows the spans of `text`, which the block may have outgrown meanwhile.
    fn show(&mut self, id: u64, text: &str, spans: &JsValue) {
        let Some(mut block) = self.blocks.remove(&id) else {
            return;
        };
        let element = &block.code.element;
        let now = element.text_content().unwrap_or_default();
        if now.starts_with(text)
            && let Some(spans) = spans.dyn_ref::<Uint32Array>()
        {
            let spans = spans.to_vec();
            if self.highlights.is_empty() {
                if block.code.complete && now == text {
                    elements(element, text, &spans);
                }
            } else {
                self.highlight(&mut block, &spans);
            }
        }
        self.blocks.insert(id, block);
    }

    /// Makes the ranges those of the spans; those that are there already stay.
    fn highlight(&self, block: &mut Block, spans: &[u32]) {
        let Some(node) = block.code.element.first_child() else {
            return;
        };
        let spans: Vec<[u32; 3]> = spans.as_chunks().0.to_vec();
        let same = block
            .ranges
            .iter()
            .zip(&spans)
            .take_while(|((is, _), span)| is == *span)
            .count();
        for (span, range) in block.ranges.drain(same..) {
            self.clear(span[2], &range);
        }
        for span in &spans[same..] {
            let place = StaticRangeInit::new(&node, span[1], &node, span[0]);
            let highlight = self.highlights.get(span[2] as usize);
            if let (Some(highlight), Ok(range)) = (highlight, StaticRange::new(&place)) {
                highlight.add(&range);
                block.ranges.push((*span, range));
            }
        }
    }
}

/// Puts an element round each span.
fn elements(element: &Element, text: &str, spans: &[u32]) {
    let units: Vec<u16> = text.encode_utf16().collect();
    let part =
        |from: usize, to: usize| String::from_utf16_lossy(units.get(from..to).unwrap_or_default());
    element.set_text_content(None);
    let mut at = 0;
    for [start, end, class] in spans.as_chunks().0 {
        let (start, end) = (*start as usize, *end as usize);
        let before = document().create_text_node(&part(at, start));
        let _ = element.append_child(&before);
        if let (Ok(span), Some(class)) = (
            document().create_element("span"),
            CLASSES.get(*class as usize),
        ) {
            span.set_class_name(&format!("weft-{class}"));
            span.set_text_content(Some(&part(start, end)));
            let _ = element.append_child(&span);
        }
        at = end;
    }
    let rest = document().create_text_node(&part(at, units.len()));
    let _ = element.append_child(&rest);
}
