//! Parts of the app that a first load does without: each is loaded when it is first shown.
//!
//! Invariant: whatever both a part and the rest of the app use is in the rest. The release build makes a module of
//! each part; any other build has them in the app itself, where they are ready at once.

use futures_util::{FutureExt as _, future::LocalBoxFuture};
use leptos::prelude::*;
use weft_words as words;

use super::skeleton::{Shape, skeleton};

#[cfg(weft_split)]
pub(crate) use wasm_split_helpers::{SplitLoaderError as NotLoaded, wasm_split};

#[cfg(not(weft_split))]
pub(crate) type NotLoaded = std::convert::Infallible;

/// Has something waited for, whether or not it is still shown. A part that is here at once needs none.
#[derive(Clone, Copy)]
pub struct Waiter(pub fn(LocalBoxFuture<'static, ()>));

impl Waiter {
    fn wait(self, future: impl Future<Output = ()> + 'static) {
        (self.0)(Box::pin(future));
    }
}

/// How a part comes. It is ready at once from the second time on.
pub(crate) type Coming<T> = LocalBoxFuture<'static, Result<T, NotLoaded>>;

/// `vis name in module: Type = value` makes a function that loads the part, which is `value`, with all of its module.
macro_rules! part {
    ($(#[$doc:meta])* $vis:vis $name:ident in $module:ident: $part:ty = $value:expr) => {
        $(#[$doc])*
        $vis fn $name() -> $crate::ui::part::Coming<$part> {
            #[cfg_attr(weft_split, $crate::ui::part::wasm_split($module, fallible))]
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

/// What `show` makes of a part, once it is here. Until then it says that it comes, or that it does not.
pub(crate) fn later<T: Copy + Send + Sync + 'static>(
    load: fn() -> Coming<T>,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    shown(load, Box::new(show), |again| absent(None, again))
}

/// The same for a page of a known shape.
pub(crate) fn later_page<T: Copy + Send + Sync + 'static>(
    load: fn() -> Coming<T>,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    shown(load, Box::new(show), |again| {
        absent(Some(Shape::Page), again)
    })
}

/// The same for messages.
pub(crate) fn later_messages<T: Copy + Send + Sync + 'static>(
    load: fn() -> Coming<T>,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    shown(load, Box::new(show), |again| {
        absent(Some(Shape::Messages), again)
    })
}

fn absent(shape: Option<Shape>, again: Option<Callback<()>>) -> AnyView {
    match (again, shape) {
        (None, Some(shape)) => view! { <div class="chat-loading">{skeleton(shape)}</div> }.into_any(),
        (None, None) => view! { <p class="part" role="status">{words::loading()}</p> }.into_any(),
        (Some(again), _) => view! {
            <div class="part" role="alert">
                <p>{words::part_failed()}</p>
                <button type="button" class="button" on:click=move |_| again.run(())>{words::try_again()}</button>
            </div>
        }
        .into_any(),
    }
}

/// What `show` makes of a part, once it is here, beside another one of its module that says the rest.
pub(crate) fn quietly<T: Copy + Send + Sync + 'static>(
    load: fn() -> Coming<T>,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    shown(load, Box::new(show), |_| ().into_any())
}

type Show<T> = Box<dyn Fn(T) -> AnyView + Send + Sync>;

/// `absent` is shown for a part that comes, or, with the way to try again, for one that did not.
fn shown<T: Copy + Send + Sync + 'static>(
    load: fn() -> Coming<T>,
    show: Show<T>,
    absent: fn(Option<Callback<()>>) -> AnyView,
) -> AnyView {
    let mut coming = load();
    if let Some(Ok(part)) = (&mut coming).now_or_never() {
        return show(part);
    }
    let (part, waiter) = (RwSignal::new(None), expect_context::<Waiter>());
    let wait = move |coming: Coming<T>| {
        part.set(None);
        waiter.wait(async move {
            let came = coming.await;
            // Nobody may be waiting any more.
            let _ = part.try_set(Some(came.ok()));
        });
    };
    wait(coming);
    let again = Callback::new(move |()| wait(load()));
    let view = move || match part.get() {
        None => absent(None),
        Some(None) => absent(Some(again)),
        Some(Some(part)) => show(part),
    };
    view.into_any()
}

/// Has a part loaded, so that it is here when it is shown.
pub(crate) fn ahead<T: 'static>(load: fn() -> Coming<T>) {
    let mut coming = load();
    if (&mut coming).now_or_never().is_none() {
        // Whoever shows it says so where it does not come.
        expect_context::<Waiter>().wait(async move { drop(coming.await) });
    }
}
