//! The tools that cargo does not bring: found in PATH or in the cache, else installed.
//!
//! Invariant: nothing is ever installed into the checkout, and an installation in the cache is
//! named by its version, so that two checkouts never disagree about it. The cache is
//! `$WEFT_TOOLS`, `$XDG_CACHE_HOME/weft/tools` or `~/.cache/weft/tools`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};

use crate::process::{cargo, command, find, output, root, run};

const TRUNK: &str = "0.21.14";
const WASM_OPT: &str = "0.116.1";
/// Of the same project as `wasm_split_helpers` in Cargo.lock, whose marks it reads.
const WASM_SPLIT: &str = "0.2.4";
const AXE: &str = "4.14.1";
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// What building the app takes, as the folders to put in front of PATH.
pub(crate) fn for_app() -> anyhow::Result<Vec<PathBuf>> {
    wasm_target()?;
    std_source()?;
    Ok(vec![
        pinned("trunk", "trunk", TRUNK, &["--locked"])?,
        wasm_bindgen()?,
        wasm_opt()?,
        pinned(
            "wasm_split_cli_support",
            "wasm-split-cli",
            WASM_SPLIT,
            &["--locked", "--features", "build-binary"],
        )?,
    ])
}

/// The folder of the wasm-bindgen tools of exactly the version that the app is linked with.
pub(crate) fn wasm_bindgen() -> anyhow::Result<PathBuf> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).context("Cargo.lock")?;
    let version = locked(&lock, "wasm-bindgen").context("Cargo.lock names no wasm-bindgen")?;
    pinned("wasm-bindgen-cli", "wasm-bindgen", version, &[])
}

/// A browser and its driver, for tests.
pub(crate) struct Browser {
    /// Chromium.
    pub(crate) chromium: PathBuf,
    /// Its driver.
    pub(crate) driver: PathBuf,
}

/// Chromium with its driver, from PATH or from the system's packages.
pub(crate) fn browser() -> anyhow::Result<Browser> {
    let both = || {
        let chromium = ["chromium", "chromium-browser", "google-chrome"];
        Some(Browser {
            chromium: chromium.into_iter().find_map(find)?,
            driver: find("chromedriver")?,
        })
    };
    if let Some(browser) = both() {
        return Ok(browser);
    }
    apt(&["chromium", "chromium-driver"])?;
    both().context(
        "the browser tests need Chromium and its driver: install `chromium` and `chromedriver` \
         (Debian: `apt-get install chromium chromium-driver`) and run this again",
    )
}

/// axe-core, which looks for what keeps people from using a page: for tests, and in nothing that ships.
pub(crate) fn axe() -> anyhow::Result<PathBuf> {
    let home = cache()?.join(format!("axe-core-{AXE}"));
    let script = home.join("node_modules/axe-core/axe.min.js");
    if script.is_file() {
        return Ok(script);
    }
    if find("npm").is_none() {
        apt(&["npm"])?;
    }
    let npm = find("npm").context(
        "the journeys need axe-core, which npm brings: install `npm` (Debian: `apt-get install npm`) and run \
         this again",
    )?;
    eprintln!(
        "xtask: getting axe-core {AXE} into {} (once)",
        home.display()
    );
    fs::create_dir_all(&home)?;
    let mut install = command(npm);
    install
        .args(["install", "--no-save", "--ignore-scripts", "--no-audit"])
        .args(["--no-fund", "--prefix"])
        .arg(&home)
        .arg(format!("axe-core@{AXE}"));
    run(&mut install).with_context(|| format!("could not get axe-core {AXE} from npm"))?;
    if !script.is_file() {
        bail!("axe-core {AXE} has no {}", script.display());
    }
    Ok(script)
}

/// Adds the WebAssembly target to the toolchain where rustup has not.
pub(crate) fn wasm_target() -> anyhow::Result<()> {
    let libdir = output(
        command("rustc")
            .args(["--print", "target-libdir", "--target", WASM])
            .stdin(Stdio::null()),
    )?;
    if Path::new(libdir.trim()).is_dir() {
        return Ok(());
    }
    run(command("rustup").args(["target", "add", WASM])).with_context(|| {
        format!("the app needs the Rust target {WASM}: `rustup target add {WASM}`")
    })
}

/// Adds the source of the standard library to the toolchain where rustup has not.
fn std_source() -> anyhow::Result<()> {
    let sysroot = output(command("rustc").args(["--print", "sysroot"]))?;
    let source = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library");
    if source.is_dir() {
        return Ok(());
    }
    run(command("rustup").args(["component", "add", "rust-src"]))
        .context("the app is built with its own standard library: `rustup component add rust-src`")
}

/// PATH with `folders` in front.
pub(crate) fn path_with(folders: &[PathBuf]) -> anyhow::Result<std::ffi::OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths(
        folders.iter().cloned().chain(env::split_paths(&path)),
    )?)
}

/// The folder of `program`, of exactly `version`; installs `package` into the cache if need be.
fn pinned(
    package: &str,
    program: &str,
    version: &str,
    options: &[&str],
) -> anyhow::Result<PathBuf> {
    if let Some(path) = find(program)
        && version_word(&path, 1).is_some_and(|found| found == version)
        && let Some(folder) = path.parent()
    {
        return Ok(folder.to_owned());
    }
    let home = cache()?.join(format!("{package}-{version}"));
    let folder = home.join("bin");
    if !folder
        .join(format!("{program}{}", env::consts::EXE_SUFFIX))
        .is_file()
    {
        eprintln!(
            "xtask: installing {package} {version} into {} (once)",
            home.display()
        );
        let mut install = cargo(["install", package, "--version", version]);
        install.args(options).arg("--root").arg(&home);
        install
            .current_dir(cache()?)
            .env("CARGO_TARGET_DIR", cache()?.join("build"));
        run(&mut install).with_context(|| {
            format!("could not install {package} {version}; install it by hand")
        })?;
    }
    Ok(folder)
}

/// An optimiser that is new enough: before 109 it wrote the wrong index for an exported table.
fn wasm_opt() -> anyhow::Result<PathBuf> {
    let good = || {
        let path = find("wasm-opt")?;
        let version: u32 = version_word(&path, 2)?.parse().ok()?;
        (version >= 109).then(|| path.parent().map(Path::to_owned))?
    };
    if let Some(folder) = good() {
        return Ok(folder);
    }
    if find("wasm-opt").is_none() {
        apt(&["binaryen"])?;
    }
    match good() {
        Some(folder) => Ok(folder),
        None => pinned("wasm-opt", "wasm-opt", WASM_OPT, &["--locked"]),
    }
}

/// Installs Debian packages where there is an apt and the right to use it; else does nothing.
fn apt(packages: &[&str]) -> anyhow::Result<()> {
    let is_root = || output(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if find("apt-get").is_none() || !is_root() {
        return Ok(());
    }
    eprintln!("xtask: installing {} with apt-get", packages.join(" "));
    let mut install = command("apt-get");
    install
        .args(["install", "-y", "--no-install-recommends"])
        .args(packages);
    install.env("DEBIAN_FRONTEND", "noninteractive");
    if run(&mut install).is_err() {
        run(command("apt-get").arg("update"))?;
        run(&mut install)?;
    }
    Ok(())
}

fn cache() -> anyhow::Result<PathBuf> {
    let cache = env::var_os("WEFT_TOOLS")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("XDG_CACHE_HOME")?).join("weft/tools")))
        .or_else(|| Some(env::home_dir()?.join(".cache/weft/tools")))
        .context("no home directory: set WEFT_TOOLS to a folder for tools")?;
    if cache.starts_with(root()) {
        bail!("WEFT_TOOLS must be outside the checkout");
    }
    fs::create_dir_all(&cache).with_context(|| format!("could not make {}", cache.display()))?;
    Ok(cache)
}

/// One word of what a program says to `--version`, from 0.
fn version_word(program: &Path, index: usize) -> Option<String> {
    let mut version = Command::new(program);
    version
        .arg("--version")
        .env_remove("NO_COLOR")
        .stderr(Stdio::null());
    let output = version.output().ok()?;
    Some(
        String::from_utf8_lossy(&output.stdout)
            .split_whitespace()
            .nth(index)?
            .to_owned(),
    )
}

/// The version of `package` in the text of a Cargo.lock.
fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines
        .nth(1)?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::locked;

    #[test]
    fn the_version_of_a_package_is_read_from_the_lock() {
        let lock = "[[package]]\nname = \"wasm-bindgen-shared\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.99\"\n";
        assert_eq!(locked(lock, "wasm-bindgen"), Some("0.2.99"));
        assert_eq!(locked(lock, "leptos"), None);
    }
}
