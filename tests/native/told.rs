//! What the Markdown module says of a text, as the app reads it.

use weft_markdown::{Change, Teller};
use weft_protocol::json;

#[test]
fn what_becomes_of_a_text_can_be_read() {
    let text = "# One\n\nWords, *of* **all** ~~kinds~~ `code` $x$ [^1] <b> ![i](https://a.b/c) \
        [l](https://a.b) https://c.d  \n\n- [x] a\n- [ ] b\n\n3. c\n\n> q\n\n> [!NOTE]\n> n\n\n---\n\n\
        | a | b |\n|---|---:|\n| 1 | 2 |\n\n```rust\nfn main() {\n    a();\n}\n```\n\n    more\n\n$$\ny\n$$\n\n[^1]: f\n";
    for length in 1..40 {
        let (mut teller, mut heard) = (Teller::default(), Vec::new());
        for end in (0..text.len()).step_by(length).chain([text.len()]) {
            let change = teller.set(&text[..end], end < text.len());
            let told = serde_json::to_string(&change).expect("it is written");
            let read = json::read::<Change>(&told);
            let read = read.unwrap_or_else(|error| panic!("{error}: {told}"));
            read.apply(&mut heard);
        }
        assert_eq!(heard, teller.document().entries());
    }
}
