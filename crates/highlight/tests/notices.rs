//! Those who made the grammars are named wherever these are shipped.

use std::{env, fs, path::Path};

#[test]
fn the_notices_of_the_grammars_are_shipped_with_them() {
    let listing = two_face::acknowledgement::listing();
    let mut notices =
        "The colours of code come from grammars by others, under these licences.\n".to_owned();
    for license in listing.for_syntaxes() {
        let of = license
            .rel_path
            .parent()
            .unwrap_or(&license.rel_path)
            .display();
        notices += &format!("\n--- {of}\n\n{}\n", license.text.trim());
    }
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public/notices.txt");
    let should = Path::new(env!("CARGO_TARGET_TMPDIR")).join("notices.txt");
    fs::write(&should, &notices).expect("it can be written");
    let is = fs::read_to_string(shipped).unwrap_or_default();
    assert!(
        is == notices,
        "public/notices.txt should be {}",
        should.display()
    );
}
