//! Makes a function of each message of `locales/en`, and a table of what the other languages say in its place.

mod catalog;

use std::{env, fs, path::Path};

use catalog::Catalog;

fn main() {
    // Cargo runs this in the package's folder.
    let locales = Path::new("../../locales");
    println!("cargo::rerun-if-changed={}", locales.display());
    println!("cargo::rerun-if-changed=build");
    let out = env::var("OUT_DIR").expect("cargo names the folder");
    let write = |name: &str, text: String| {
        fs::write(Path::new(&out).join(name), text).expect("cargo's folder can be written");
    };
    let read = |language: &str| {
        Catalog::read(&files(&locales.join(language)))
            .unwrap_or_else(|faults| panic!("locales/{language}:\n{}", faults.join("\n")))
    };
    let english = read("en");
    let table = |other: &Catalog| {
        english
            .table(other)
            .unwrap_or_else(|faults| panic!("locales:\n{}", faults.join("\n")))
    };
    write("messages.rs", english.functions());
    write("de.txt", table(&read("de")));
    write("ar-XB.txt", table(&english.mirrored()));
}

/// The name and the text of each file of a language, in the order of the names.
fn files(folder: &Path) -> Vec<(String, String)> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("the folder can be read").path();
            let text = fs::read_to_string(&path).expect("messages are UTF-8");
            (path.display().to_string(), text)
        })
        .collect();
    files.sort();
    files
}
