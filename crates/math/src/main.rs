//! The worker: a formula comes in as `[id, source, display]`; out goes `[id, parts]`, or `[id, error]`
//! with a text. The parts are texts that each begin with what they are: `<` an element that follows, `@`
//! one of its attributes with `=` before the value, `#` text, and `>` its end.

/// Says that it is ready by a message of its own, and answers one request after the other.
fn main() {
    #[cfg(target_arch = "wasm32")]
    worker::serve();
}

#[cfg(target_arch = "wasm32")]
mod worker {
    use js_sys::Array;
    use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
    use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};
    use weft_math::{Element, Node, formula};

    pub(super) fn serve() {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let answering = scope.clone();
        let answer = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let request: Array = event.data().unchecked_into();
            let source = request.get(1).as_string().unwrap_or_default();
            let answer: JsValue = match formula(&source, request.get(2).is_truthy()) {
                Ok(math) => {
                    let parts = Array::new();
                    write(&math, &parts);
                    parts.into()
                }
                Err(error) => error.into(),
            };
            // What cannot be sent is not missed: the page has a time limit.
            let _ = answering.post_message(&Array::of2(&request.get(0), &answer));
        });
        scope.set_onmessage(Some(answer.as_ref().unchecked_ref()));
        answer.forget();
        let _ = scope.post_message(&JsValue::NULL);
    }

    fn write(element: &Element, parts: &Array) {
        let push = |part: String| parts.push(&part.into());
        push(format!("<{}", element.name));
        for (name, value) in &element.attributes {
            push(format!("@{name}={value}"));
        }
        for node in &element.nodes {
            match node {
                Node::Element(inner) => write(inner, parts),
                Node::Text(text) => {
                    push(format!("#{text}"));
                }
            }
        }
        push(">".to_owned());
    }
}
