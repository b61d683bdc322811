//! Building the app into `dist`, with the list of its files in its service worker and a compressed
//! sibling beside every file that shrinks.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use crate::{
    pack, precache,
    process::{cargo, command, root, run},
    split, tools,
};

const COMPRESSIBLE: [&str; 8] = [
    "css",
    "html",
    "js",
    "json",
    "svg",
    "txt",
    "wasm",
    "webmanifest",
];

/// Where the built app is.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// Where the app's objects are: apart from the native ones, so that neither build evicts the other.
pub(crate) fn target() -> PathBuf {
    root().join("target/wasm")
}

/// The release build makes the standard library anew, as small as the app itself, and without what a panic
/// says: it stops the app at once. Compilers of the stable channel can do both, but ask to be told that
/// whoever uses it has pinned them.
const SMALL: [(&str, &str); 3] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
];
const SMALL_FLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none";

/// Builds the app in release mode.
pub(crate) fn build() -> anyhow::Result<()> {
    let folders = tools::for_app()?;
    // Trunk is told to stay offline so that it takes the tools it is given and no others.
    run(&mut cargo(["fetch"]))?;
    run(cargo(["fetch", "--target", tools::WASM]).envs(SMALL))?;
    run(command(folders[0].join("trunk"))
        .args(["build", "--release", "--offline", "--public-url", "./"])
        .envs(SMALL)
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            [SMALL_FLAGS, split::FLAG].join(" "),
        )
        .env("PATH", tools::path_with(&folders)?)
        .env("CARGO_TARGET_DIR", target())
        .env("TRUNK_SKIP_VERSION_CHECK", "true")
        .env_remove("NO_COLOR"))?;
    split::split(&dist(), &folders)?;
    pack::pack(&dist())?;
    precache::write(&dist())?;
    compress(&dist())
}

/// Every file under `folder`.
pub(crate) fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The name of a file's sibling: `app.js` and `br` make `app.js.br`.
pub(crate) fn sibling(file: &Path, extension: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

fn compress(folder: &Path) -> anyhow::Result<()> {
    for file in files(folder)? {
        let extension = file.extension().and_then(|extension| extension.to_str());
        if !extension.is_some_and(|extension| COMPRESSIBLE.contains(&extension)) {
            continue;
        }
        let plain = fs::read(&file)?;
        for (extension, packed) in [("br", brotli(&plain)?), ("gz", gzip(&plain)?)] {
            if packed.len() < plain.len() {
                fs::write(sibling(&file, extension), packed)?;
            }
        }
    }
    Ok(())
}

fn brotli(plain: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut packed = Vec::new();
    // 22 is the widest window that browsers and small devices agree on.
    brotli::CompressorWriter::new(&mut packed, 1 << 16, 11, 22).write_all(plain)?;
    Ok(packed)
}

fn gzip(plain: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?)
}
