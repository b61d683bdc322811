//! How models are asked, and a person's data: the way out, the way in, and letting go of what a device keeps.

use weft_testkit::edges::{Browser, Proxy, Screen};

use crate::{PASSWORD, said, say, served, sign_in, sign_up, until_status};

/// Opens the settings.
async fn settings(browser: &Browser) {
    let link = "document.querySelector('a[href$=settings]').click()";
    browser.js(link).await;
    browser.find("heading", "Models").seen().await;
}

/// Keeps the files that are saved from here on, instead of the browser's own folder.
async fn keep_files(browser: &Browser) {
    let hook = "window.files = []; URL.createObjectURL = (make => blob => {
        blob.text().then(text => window.files.push(text));
        return make.call(URL, blob);
    })(URL.createObjectURL); true";
    browser.js(hook).await;
}

/// The file that was saved.
async fn saved(browser: &Browser) -> String {
    browser.until_js("window.files.length > 0").await;
    let file = browser.js("window.files.shift()").await;
    file.as_str().expect("a text").to_owned()
}

/// Chooses a file with this text.
async fn choose(browser: &Browser, text: &str) {
    let text = serde_json::to_string(text).expect("a string");
    let choose = format!(
        "(() => {{
            const files = new DataTransfer();
            files.items.add(new File([{text}], 'weft.json', {{ type: 'application/json' }}));
            const input = document.querySelector('input[type=file]');
            input.files = files.files;
            return input.dispatchEvent(new Event('change', {{ bubbles: true }}));
        }})()"
    );
    browser.js(&choose).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_told_what_the_settings_say_and_in_a_chat_what_that_says() {
    let (model, server) = served().await;
    let ada = sign_up(&server.url(), "ada").await;
    let phone = sign_in(&server.url(), "ada").await;
    settings(&phone).await;
    settings(&ada).await;
    ada.textbox("System prompt").fill("Answer in French.").await;
    ada.find("spinbutton", "Temperature").fill("0.7").await;
    ada.button("Save").click().await;
    // It is on the other device while that looks at it.
    phone
        .until_js("document.querySelector('.settings textarea')?.value === 'Answer in French.'")
        .await;
    ada.button("New chat").click().await;
    say(&ada, "Hello").await;
    until_status(&ada.message(1), &ada, "complete").await;

    ada.button("Chat settings").click().await;
    ada.textbox("System prompt").fill("Answer in rhymes.").await;
    ada.button("Save").click().await;
    say(&ada, "Again").await;
    until_status(&ada.message(3), &ada, "complete").await;
    let asked = model.asked(2).await;
    for (request, system) in asked.iter().zip(["Answer in French.", "Answer in rhymes."]) {
        assert_eq!(request["messages"][0]["role"], "system");
        assert_eq!(request["messages"][0]["content"], system);
        assert_eq!(request["temperature"], 0.7);
    }
    // What was said of the chat is there again.
    ada.button("Chat settings").click().await;
    ada.until_js("document.querySelector('.chat-settings textarea').value === 'Answer in rhymes.'")
        .await;
    for browser in [ada, phone] {
        browser.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_was_exported_is_imported_on_another_server() {
    let (model, server) = served().await;
    let ada = sign_up(&server.url(), "ada").await;
    model.next_reply().finish_with("**Rome.**", 3);
    say(&ada, "Where to?").await;
    until_status(&ada.message(1), &ada, "complete").await;
    keep_files(&ada).await;
    ada.button("Chat settings").click().await;
    ada.button("Export as Markdown").click().await;
    let markdown = saved(&ada).await;
    assert!(markdown.starts_with("---\ntitle: "), "{markdown}");
    assert!(
        markdown.contains("## ada\n") && markdown.contains("**Rome.**"),
        "{markdown}"
    );
    ada.button("Export as JSON").click().await;
    let file = saved(&ada).await;
    ada.close().await;

    let (_other_model, other) = served().await;
    let bob = sign_up(&other.url(), "bob").await;
    settings(&bob).await;
    choose(&bob, &file).await;
    let told = "document.querySelector('.data-told').innerText";
    bob.until_js(&format!("{told} === 'Imported 1 chat with 2 messages.'"))
        .await;
    choose(&bob, &file).await;
    bob.until_js(&format!("{told}.startsWith('Nothing is new')"))
        .await;
    choose(&bob, "{\"chats\":[]}").await;
    bob.until_js(&format!("{told} === 'This file is no export of Weft.'"))
        .await;
    bob.any("link")
        .within(bob.find("navigation", "Threads"))
        .click()
        .await;
    bob.newest().says("Rome.").await;
    let names = "[...document.querySelectorAll('article .message-author')].map(e => e.innerText)";
    let names = bob.js(names).await;
    assert_eq!(names[0], "ada", "{names}");
    // And it goes on.
    say(&bob, "When?").await;
    until_status(&bob.message(3), &bob, "complete").await;
    bob.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_exported_and_clearing_the_cache_keeps_what_is_unsent_and_written() {
    let (_model, server) = served().await;
    let network = Proxy::start(server.addr()).await;
    let ada = sign_up(&network.url(), "ada").await;
    say(&ada, "Hello").await;
    until_status(&ada.message(1), &ada, "complete").await;
    ada.textbox("Message").fill("not yet").await;
    // The draft is kept once it is in the database.
    settings(&ada).await;
    keep_files(&ada).await;
    ada.button("Export everything").click().await;
    let file = saved(&ada).await;
    assert!(
        file.starts_with("{\"weft_export\":1,") && file.ends_with("]}\n"),
        "{file}"
    );
    ada.button("Clear cache").click().await;
    ada.until_js("document.querySelector('.data-told').innerText === 'The cache was cleared.'")
        .await;
    ada.any("link")
        .within(ada.find("navigation", "Threads"))
        .click()
        .await;
    ada.newest().says("Hello from the model.").await;
    ada.until_js("document.querySelector('.composer textarea').value === 'not yet'")
        .await;
    // Without a network there is nothing to get anew.
    network.cut();
    ada.find("status", "Connection").says("Reconnecting").await;
    say(&ada, "and this").await;
    settings(&ada).await;
    ada.until_js("document.querySelector('.data button').disabled")
        .await;
    network.open();
    ada.find("status", "Connection").says("Connected").await;
    ada.button("Clear cache").click().await;
    ada.any("link")
        .within(ada.find("navigation", "Threads"))
        .click()
        .await;
    ada.until("what was written offline", async || {
        (said(&ada).await == ["Hello", "and this"]).then_some(())
    })
    .await;
    ada.close().await;
}

/// Pictures of it go into the folder that `WEFT_SHOTS` names.
#[tokio::test(flavor = "multi_thread")]
async fn the_settings_of_models_and_data_fit_a_phone() {
    let (_model, server) = served().await;
    let shots = std::env::var_os("WEFT_SHOTS").map(std::path::PathBuf::from);
    for (screen, name) in [(Screen::WIDE, "wide"), (Screen::PHONE, "phone")] {
        let browser = Browser::open(&server.url(), screen).await;
        browser.button("Create account").click().await;
        browser.textbox("Username").fill(name).await;
        browser.textbox("Password").fill(PASSWORD).await;
        browser.button("Create account").click().await;
        say(&browser, "Hello").await;
        until_status(&browser.newest(), &browser, "complete").await;
        browser.button("Chat settings").click().await;
        for theme in ["light", "dark"] {
            browser
                .js(&format!(
                    "document.documentElement.dataset.theme = '{theme}'"
                ))
                .await;
            if let Some(shots) = &shots {
                browser
                    .screenshot(&shots.join(format!("chat-{name}-{theme}.png")))
                    .await;
            }
        }
        browser.button("Close").click().await;
        browser.goto(&format!("{}/settings", server.url())).await;
        browser.find("heading", "Data").seen().await;
        for theme in ["light", "dark"] {
            browser
                .js(&format!(
                    "document.documentElement.dataset.theme = '{theme}'"
                ))
                .await;
            for part in ["settings-models", "settings-data"] {
                browser
                    .js(&format!(
                        "document.getElementById('{part}').scrollIntoView()"
                    ))
                    .await;
                if let Some(shots) = &shots {
                    let file = format!("{part}-{name}-{theme}.png");
                    browser.screenshot(&shots.join(file)).await;
                }
            }
        }
        let overflow = "document.documentElement.scrollWidth <= innerWidth \
                        && document.querySelector('.settings').scrollWidth <= innerWidth";
        browser.until_js(overflow).await;
        browser.close().await;
    }
}
