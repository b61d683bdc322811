//! An app that will be cut into parts is linked with what tells where each function is named.

fn main() {
    if std::env::var_os("CARGO_CFG_WEFT_SPLIT").is_some() {
        println!("cargo::rustc-link-arg-bins=--emit-relocs");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
