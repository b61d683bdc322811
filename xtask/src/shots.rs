//! `shots`: pictures of every screen in every theme, as a gallery, and those that the README shows.

mod film;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    slice,
};

use anyhow::Context as _;

use crate::{
    app,
    process::{root, run as run_command},
    test, tools,
};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Take the app and the server as they were built last
    #[arg(long)]
    skip_build: bool,
    /// Put the pictures of the README into docs as well
    #[arg(long)]
    readme: bool,
}

/// The README's pictures: which screen, theme and width, and what the file in docs is called.
const README: [(&str, &str, &str); 3] = [
    ("thread-from-its-start", "light.1280", "screenshot.png"),
    ("shared-thread", "dark.1280", "people.png"),
    ("streaming", "light.360", "phone.png"),
];

/// The reply that is filmed, how long each of its pictures is shown, and the last of them, in milliseconds.
const FILM: &str = "reply.png";
const EACH_MS: u16 = 110;
const LAST_MS: u16 = 4_000;

/// Builds the app, takes the pictures and lays them out.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let browser = tools::browser()?;
    if !options.skip_build {
        app::build()?;
        test::server()?;
    }
    let folder = root().join("target/shots");
    if folder.is_dir() {
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    let mut shots = test::journey(&browser)?;
    shots
        .args(["--ignored", "shots::"])
        .env("WEFT_SHOTS", &folder);
    run_command(&mut shots)?;

    let frames = pictures(&folder.join("reply"))?;
    film::film(&frames, &folder.join(FILM), EACH_MS, LAST_MS)?;
    let pictures = pictures(&folder)?;
    fs::write(folder.join("index.html"), gallery(&pictures))?;
    if options.readme {
        for (screen, look, name) in README {
            let wanted = format!("-{screen}.{look}.png");
            let picture = pictures
                .iter()
                .find(|picture| name_of(picture).ends_with(&wanted));
            let picture = picture.with_context(|| format!("there is no picture *{wanted}"))?;
            film::film(
                slice::from_ref(picture),
                &root().join("docs").join(name),
                0,
                0,
            )?;
        }
        fs::copy(folder.join(FILM), root().join("docs").join(FILM))?;
    }
    println!(
        "{} pictures: {}",
        pictures.len(),
        folder.join("index.html").display()
    );
    Ok(())
}

/// The pictures in a folder, by name.
fn pictures(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut pictures = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "png") {
            pictures.push(path);
        }
    }
    pictures.sort();
    Ok(pictures)
}

fn name_of(picture: &Path) -> &str {
    let name = picture.file_name().and_then(|name| name.to_str());
    name.unwrap_or_default()
}

/// A page with all pictures, screen by screen: those of a desktop in a row, and those of a phone.
fn gallery(pictures: &[PathBuf]) -> String {
    // By screen and width: which theme is in which file.
    type Row<'a> = Vec<(&'a str, &'a str)>;
    let mut screens = BTreeMap::<&str, BTreeMap<u32, Row<'_>>>::new();
    for picture in pictures {
        let file = name_of(picture);
        let mut parts = file.split('.');
        if let (Some(screen), Some(theme), Some(width)) = (parts.next(), parts.next(), parts.next())
            && let Ok(width) = width.parse()
        {
            let rows = screens.entry(screen).or_default();
            rows.entry(width).or_default().push((theme, file));
        }
    }
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Weft: every screen</title>\n<style>\n\
         body { font: 1rem system-ui; margin: 2rem; background: #ddd; color: #222 }\n\
         div { display: flex; gap: 1rem; overflow-x: auto; padding-block-end: 1rem }\n\
         figure { margin: 0 } figcaption { padding-block: .25rem }\n\
         img { display: block; border: 1px solid #999 } img.wide { inline-size: 640px } img.phone { inline-size: 240px }\n\
         </style>\n<h1>Weft: every screen</h1>\n",
    );
    for (screen, rows) in screens {
        let _ = writeln!(page, "<h2>{screen}</h2>");
        for (width, row) in rows.into_iter().rev() {
            let class = if width < 600 { "phone" } else { "wide" };
            page.push_str("<div>\n");
            for (theme, file) in row {
                let _ = writeln!(
                    page,
                    "<figure><a href=\"{file}\"><img class=\"{class}\" src=\"{file}\" loading=\"lazy\" \
                     alt=\"{screen}, {theme}, {width} px\"></a><figcaption>{theme}, {width} px</figcaption></figure>"
                );
            }
            page.push_str("</div>\n");
        }
    }
    page.push_str("</html>\n");
    page
}

#[cfg(test)]
mod tests {
    use super::gallery;

    #[test]
    fn the_gallery_shows_each_picture_once_under_its_screen() {
        let files = [
            "01-sign-in.dark.1280.png",
            "01-sign-in.dark.360.png",
            "02-thread.light.360.png",
            "reply.png",
        ];
        let page = gallery(&files.map(Into::into));
        assert_eq!(page.matches("<h2>").count(), 2);
        assert_eq!(page.matches("<img").count(), 3);
        assert!(page.contains("alt=\"01-sign-in, dark, 1280 px\""), "{page}");
        assert!(!page.contains("reply.png"));
    }
}
