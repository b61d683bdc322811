//! Small things kept on this device: whose it is, choices, and a token where no cookie can carry it.
//! Storage that is full or forbidden loses them, and nothing else.

use web_sys::Storage;
use weft_protocol::{ThreadId, User, UserId, json};

fn store() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// Whether anything is kept.
pub(super) fn keeps() -> bool {
    write("probe", "1");
    let kept = read("probe").is_some();
    remove("probe");
    kept
}

/// What is kept under a name.
pub(super) fn read(name: &str) -> Option<String> {
    store()?.get_item(&format!("weft.{name}")).ok().flatten()
}

/// Keeps a value under a name.
pub(super) fn write(name: &str, value: &str) {
    if let Some(store) = store() {
        let _ = store.set_item(&format!("weft.{name}"), value);
    }
}

/// Forgets what is kept under a name.
pub(super) fn remove(name: &str) {
    if let Some(store) = store() {
        let _ = store.remove_item(&format!("weft.{name}"));
    }
}

/// Forgets everything of the account.
fn wipe() {
    for name in names() {
        if !super::look::NAMES.contains(&name.as_str()) {
            remove(&name);
        }
    }
}

/// Whose account is open on this device.
pub(super) fn account() -> Option<User> {
    json::read(&read("account")?).ok()
}

/// The name under which it is kept that somebody has signed in, for the other tabs to hear of it.
pub(super) const ENTERED: &str = "weft.entered";

/// The name under which the account is kept.
pub(super) const ACCOUNT: &str = "weft.account";

/// Keeps that somebody has signed in just now.
pub(super) fn enter(user: &User) {
    keep_account(user);
    write("entered", &super::page::now().to_string());
}

/// Keeps that the account of this person is left: what is kept of it elsewhere is to be deleted.
pub(super) fn leave(user: Option<UserId>) {
    wipe();
    if let Some(user) = user {
        write("leaving", &user.to_string());
    }
}

/// Whose data is to be deleted, where a page was closed before it was done.
pub(super) fn leaving() -> Option<UserId> {
    read("leaving")?.parse().ok()
}

/// It is deleted.
pub(super) fn has_left() {
    remove("leaving");
}

/// Keeps whose account it is.
pub(super) fn keep_account(user: &User) {
    write("account", &json::write(user));
}

/// Keeps what was written last by a page that goes away.
pub(super) fn leave_draft(thread: Option<ThreadId>, text: &str) {
    write(&format!("draft.{}", key(thread)), text);
}

/// Keeps how the person whose account it is is called by now. One that was left stays so.
pub(super) fn rename_account(user: &User) {
    if account().is_some_and(|account| account.id == user.id && account != *user) {
        keep_account(user);
    }
}

/// What pages that went away were writing. It is told once.
pub(super) fn take_drafts() -> Vec<(Option<ThreadId>, String)> {
    let drafts = entries("draft.");
    for (thread, _) in &drafts {
        remove(&format!("draft.{}", key(*thread)));
    }
    drafts
}

/// Which models were chosen, the one chosen last at the end.
pub(super) fn models() -> Vec<(Option<ThreadId>, String)> {
    let (threads, last): (Vec<_>, Vec<_>) = entries("model.")
        .into_iter()
        .partition(|(thread, _)| thread.is_some());
    [threads, last].concat()
}

/// Keeps a choice of model, and as the last one.
pub(super) fn keep_model(thread: Option<ThreadId>, model: &str) {
    write(&format!("model.{}", key(thread)), model);
    write("model.", model);
}

/// Keeps who was asked, where nobody was ever chosen: without the server it is not known who can be.
pub(super) fn keep_asked(model: &str) {
    if read("model.").is_none() {
        write("model.", model);
    }
}

/// The threads named here that do not exist yet.
pub(super) fn fresh() -> Vec<ThreadId> {
    entries("fresh.")
        .into_iter()
        .filter_map(|(thread, _)| thread)
        .collect()
}

/// Keeps that a thread does not exist yet.
pub(super) fn keep_fresh(thread: ThreadId) {
    write(&format!("fresh.{thread}"), "1");
}

/// It does now.
pub(super) fn forget_fresh(thread: ThreadId) {
    remove(&format!("fresh.{thread}"));
}

fn key(thread: Option<ThreadId>) -> String {
    thread.map(|thread| thread.to_string()).unwrap_or_default()
}

fn names() -> Vec<String> {
    let Some(store) = store() else {
        return Vec::new();
    };
    let len = store.length().unwrap_or(0);
    let names = (0..len).filter_map(|index| store.key(index).ok().flatten());
    names
        .filter_map(|name| name.strip_prefix("weft.").map(str::to_owned))
        .collect()
}

fn entries(prefix: &str) -> Vec<(Option<ThreadId>, String)> {
    let names = names().into_iter();
    names
        .filter_map(|name| {
            let thread = name.strip_prefix(prefix)?.parse().ok();
            Some((thread, read(&name)?))
        })
        .collect()
}
