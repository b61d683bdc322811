//! A person's data: out of the server into a file, out of a file into the server, and how much there is.
//!
//! The code for it comes with the settings, which most who open the app do not.

use gloo_net::http::{Method, Response};
use gloo_timers::callback::Timeout;
use js_sys::{Array, Reflect, Uint8Array};
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, File, HtmlAnchorElement, ProgressEvent, ReadableStreamDefaultReader, Url, XmlHttpRequest,
};
use weft_protocol::{
    api::{ApiCode, ApiError, Flaw, Imported, NotImported},
    json,
    limits::MAX_IMPORT_BYTES,
};
use weft_sync::Input;

use super::{
    account::{Server, content},
    driver::Driver,
    page,
};
use crate::{
    state::{
        CallError, Data, Form, Moving, State, Used,
        project::{self, Fact},
    },
    ui::part::part,
};

/// Progress is told when so many more bytes have come.
const STEP: u64 = 64 * 1024;

/// After so long the browser has what it saves.
const READ_MS: u32 = 60_000;

part! {
    /// What does it.
    mover in settings: fn(Task) = |task| spawn_local(task.run())
}

/// Something to be done.
pub(crate) struct Task {
    state: State,
    driver: Driver,
    server: Server,
    data: Data,
}

/// Does it, and records how it went.
pub(super) fn call(state: State, driver: &Driver, data: Data) {
    if data == Data::Look && !state.moving.get_untracked().is_busy() {
        // How it went before was told where it was asked for.
        project::record(&state, Fact::Moving(Moving::Idle));
    }
    let driver = driver.clone();
    spawn_local(async move {
        let server = match driver.server() {
            Some(server) => server,
            None => Server::find().await,
        };
        match mover().await {
            Ok(start) => start(Task {
                state,
                driver,
                server,
                data,
            }),
            Err(_) => project::record(&state, Fact::Moving(Moving::Failed(CallError::Unreachable))),
        }
    });
}

impl Task {
    async fn run(self) {
        let (state, server) = (self.state, &self.server);
        let done = match self.data {
            Data::Look => return look(state, server).await,
            Data::Clear => {
                self.driver.input(Input::Refill);
                Ok(Moving::Cleared)
            }
            Data::ExportAll => export(state, server, "export", "weft.json").await,
            Data::Export(thread, title, form) => {
                let (path, kind) = match form {
                    Form::Json => (format!("threads/{thread}/export"), "json"),
                    Form::Markdown(None) => (format!("threads/{thread}/markdown"), "md"),
                    Form::Markdown(Some(through)) => {
                        (format!("threads/{thread}/markdown?through={through}"), "md")
                    }
                };
                let name = format!("{}.{kind}", file_name(&title));
                export(state, server, &path, &name).await
            }
            Data::Import(file) => import(state, server, file).await,
        };
        project::record(&state, Fact::Moving(done.unwrap_or_else(Moving::Failed)));
        look(state, server).await;
    }
}

/// A title as the name of a file.
fn file_name(title: &str) -> String {
    let name: String = title
        .chars()
        .map(|character| match character {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            character if character.is_control() => '-',
            character => character,
        })
        .collect();
    name.trim_matches(['.', ' ']).to_owned()
}

async fn look(state: State, server: &Server) {
    let device = page::stored_bytes().await.map(|(used, _)| used as u64);
    let stored = match server.call::<()>(Method::GET, "storage", None).await {
        Ok(answer) => content(answer).await,
        Err(_) => None,
    };
    let used = Used {
        device,
        server: stored,
    };
    project::record(&state, Fact::Used(used));
}

/// Has the browser save what a call answers with.
async fn export(
    state: State,
    server: &Server,
    path: &str,
    name: &str,
) -> Result<Moving, CallError> {
    project::record(&state, Fact::Moving(Moving::Out(0)));
    let answer = server.call::<()>(Method::GET, path, None).await?;
    let parts = parts(state, answer).await;
    let parts = parts.map_err(|_| CallError::Unreachable)?;
    save(&parts, name).map_err(|_| CallError::Refused(ApiCode::Internal, None))?;
    Ok(Moving::Saved)
}

/// All of an answer, told as it comes.
async fn parts(state: State, answer: Response) -> Result<Array, JsValue> {
    let parts = Array::new();
    let Some(stream) = answer.body() else {
        return Ok(parts);
    };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let (mut bytes, mut told) = (0, 0);
    loop {
        let part = JsFuture::from(reader.read()).await?;
        if Reflect::get(&part, &"done".into())?.is_truthy() {
            return Ok(parts);
        }
        let part: Uint8Array = Reflect::get(&part, &"value".into())?.unchecked_into();
        bytes += u64::from(part.length());
        parts.push(&part);
        if bytes >= told + STEP {
            told = bytes;
            project::record(&state, Fact::Moving(Moving::Out(bytes)));
        }
    }
}

fn save(parts: &Array, name: &str) -> Result<(), JsValue> {
    let blob = Blob::new_with_u8_array_sequence(parts)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // Some browsers begin to read it only after this.
    Timeout::new(READ_MS, move || {
        let _ = Url::revoke_object_url(&url);
    })
    .forget();
    Ok(())
}

/// Sends a file. The server takes it no faster than it makes threads of it, so what was sent is what was done.
async fn import(state: State, server: &Server, file: File) -> Result<Moving, CallError> {
    let size = file.size() as u64;
    if size > MAX_IMPORT_BYTES {
        return Ok(Moving::Refused(NotImported {
            flaw: Flaw::TooLarge,
            thread: 0,
            message: 0,
            line: 1,
            before: Imported::default(),
        }));
    }
    project::record(&state, Fact::Moving(Moving::In(0, size)));
    let sent = send(state, server, &file, size).await;
    let (status, text) = sent.map_err(|_| CallError::Unreachable)?;
    if status == 200 {
        let imported = json::read(&text).map_err(|_| CallError::Unreachable)?;
        return Ok(Moving::Imported(imported));
    }
    if let Ok(refused) = json::read::<NotImported>(&text) {
        return Ok(Moving::Refused(refused));
    }
    Err(match json::read::<ApiError>(&text) {
        Ok(error) => CallError::Refused(error.code, error.retry_after),
        Err(_) if status == 0 => CallError::Unreachable,
        Err(_) => CallError::Refused(ApiCode::Internal, None),
    })
}

/// The status and the text of the answer. Of what is sent only this kind of request tells the progress.
async fn send(
    state: State,
    server: &Server,
    file: &File,
    size: u64,
) -> Result<(u16, String), JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open("POST", &server.address("import"))?;
    request.set_request_header("content-type", "application/json")?;
    if let Some(token) = server.token() {
        request.set_request_header("authorization", &format!("Bearer {token}"))?;
    }
    let progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        let moving = Moving::In(event.loaded() as u64, size);
        project::record(&state, Fact::Moving(moving));
    });
    if let Ok(upload) = request.upload() {
        upload.set_onprogress(Some(progress.as_ref().unchecked_ref()));
    }
    let ended = js_sys::Promise::new(&mut |done, _| request.set_onloadend(Some(&done)));
    request.send_with_opt_blob(Some(file))?;
    JsFuture::from(ended).await?;
    let text = request.response_text()?.unwrap_or_default();
    Ok((request.status()?, text))
}
