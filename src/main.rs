//! The browser app's start.

fn main() {
    #[cfg(target_arch = "wasm32")]
    weft::runtime::start();
}
