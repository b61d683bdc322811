//! Parts of the app that a first load does without: each is loaded when it is first shown.
//!
//! Invariant: whatever both a part and the rest of the app use is in the rest. The release build makes a module of
//! each part; any other build has them in the app itself, where they are ready at once.

use futures_util::FutureExt as _;
use leptos::{prelude::*, task::spawn_local};

#[cfg(weft_split)]
pub(crate) use wasm_split_helpers::{SplitLoaderError as NotLoaded, wasm_split};

#[cfg(not(weft_split))]
pub(crate) type NotLoaded = std::convert::Infallible;

/// How a part comes. It is ready at once from the second time on.
pub(crate) type Coming<T> = futures_util::future::LocalBoxFuture<'static, Result<T, NotLoaded>>;

/// `name: Type = value` makes a function that loads the part, which is `value`.
macro_rules! part {
    ($(#[$doc:meta])* $name:ident: $part:ty = $value:expr) => {
        $(#[$doc])*
        pub(crate) fn $name() -> $crate::ui::part::Coming<$part> {
            #[cfg_attr(weft_split, $crate::ui::part::wasm_split($name, fallible))]
            fn $name() -> Result<$part, $crate::ui::part::NotLoaded> {
                Ok($value)
            }
            Box::pin(async {
                #[cfg(weft_split)]
                let part = $name().await;
                #[cfg(not(weft_split))]
                let part = $name();
                part
            })
        }
    };
}
pub(crate) use part;

/// What `show` makes of a part, once it is here.
pub(crate) fn later<T: Copy + Send + Sync + 'static>(
    load: fn() -> Coming<T>,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let mut coming = load();
    if let Some(Ok(part)) = (&mut coming).now_or_never() {
        return show(part);
    }
    let part = RwSignal::new(None);
    let wait = move |coming: Coming<T>| {
        part.set(None);
        spawn_local(async move {
            let came = coming.await;
            // Nobody may be waiting any more.
            let _ = part.try_set(Some(came.ok()));
        });
    };
    wait(coming);
    let shown = move || {
        match part.get() {
        None => view! { <p class="part" role="status">"Loading…"</p> }.into_any(),
        Some(Some(part)) => show(part),
        Some(None) => view! {
            <p class="part" role="alert">
                "This part of the app could not be loaded. "
                <button type="button" class="button" on:click=move |_| wait(load())>"Try again"</button>
            </p>
        }
        .into_any(),
    }
    };
    shown.into_any()
}

/// Has a part loaded, so that it is here when it is shown.
pub(crate) fn ahead<T: 'static>(load: fn() -> Coming<T>) {
    let mut coming = load();
    if (&mut coming).now_or_never().is_none() {
        // Whoever shows it says so where it does not come.
        spawn_local(async move { drop(coming.await) });
    }
}
