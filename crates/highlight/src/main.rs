//! The worker: a text comes in as `[id, language, code]`, its tokens go out as `[id, numbers]`: start,
//! end and class of each.

/// Says that it is ready by a message of its own, and answers one request after the other.
fn main() {
    #[cfg(target_arch = "wasm32")]
    worker::serve();
}

#[cfg(target_arch = "wasm32")]
mod worker {
    use js_sys::{Array, Uint32Array};
    use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
    use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};
    use weft_highlight::highlight;

    pub(super) fn serve() {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let answering = scope.clone();
        let answer = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let request: Array = event.data().unchecked_into();
            let text = |index| request.get(index).as_string().unwrap_or_default();
            let spans = highlight(&text(1), &text(2));
            let numbers: Vec<u32> = spans
                .iter()
                .flat_map(|span| [span.start, span.end, span.class as u32])
                .collect();
            let numbers = Uint32Array::from(&numbers[..]);
            // What cannot be sent is not missed: the page has a time limit.
            let _ = answering.post_message(&Array::of2(&request.get(0), &numbers));
        });
        scope.set_onmessage(Some(answer.as_ref().unchecked_ref()));
        answer.forget();
        let _ = scope.post_message(&JsValue::NULL);
    }
}
