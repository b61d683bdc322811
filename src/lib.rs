//! Weft's browser app: `app → pages → features → {ui, state, text}`; only `runtime` touches the outside.

#![expect(
    unreachable_pub,
    reason = "the component macro writes `pub` for what is `pub(crate)`"
)]

pub mod app;
mod features;
mod pages;
#[cfg(target_arch = "wasm32")]
pub mod runtime;
pub mod state;
pub mod text;
mod ui;
