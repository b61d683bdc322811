//! What the service worker keeps: every file of a built app with its digest, written into its `sw.js`.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Context as _;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};

use crate::app::files;

/// How the line of `sw.js` begins that is replaced; it may have been replaced before.
const MARK: &str = "const SHELL = ";

/// Writes the list of the app built in `dist` into its service worker.
pub(crate) fn write(dist: &Path) -> anyhow::Result<()> {
    let mut digests = BTreeMap::new();
    for file in files(dist)? {
        let name = file.strip_prefix(dist)?.to_string_lossy();
        let name = name.replace('\\', "/");
        if is_kept(&name) {
            // The page is asked for by its folder: some hosts answer its file name with a redirect.
            let path = if name == "index.html" { "" } else { &name };
            let digest = Sha256::digest(fs::read(&file)?);
            let integrity = format!("sha256-{}", BASE64_STANDARD.encode(digest));
            digests.insert(path.to_owned(), integrity);
        }
    }
    let listed = serde_json::to_string(&digests)?;
    let version = &BASE64_STANDARD.encode(Sha256::digest(&listed))[..16];
    let shell = serde_json::json!({ "version": version, "files": digests });
    let worker = dist.join("sw.js");
    let script = fs::read_to_string(&worker).context("the app has no service worker")?;
    fs::write(worker, with_shell(&script, &shell.to_string())?)?;
    Ok(())
}

/// Whether the app needs the file to open: not what only the platform shows, nor what is no part of
/// the build.
fn is_kept(name: &str) -> bool {
    let is_other = ["sw.js", "config.json", "notices.txt", "icons/lucide.txt"].contains(&name);
    let extension = Path::new(name).extension().and_then(|e| e.to_str());
    !is_other && !extension.is_some_and(|e| ["br", "gz", "png"].contains(&e))
}

fn with_shell(script: &str, shell: &str) -> anyhow::Result<String> {
    let (before, rest) = script.split_once(MARK).context("sw.js has no list")?;
    let (_, after) = rest.split_once('\n').context("sw.js ends in its list")?;
    Ok(format!("{before}{MARK}{shell};\n{after}"))
}

#[cfg(test)]
mod tests {
    use super::{is_kept, with_shell};

    #[test]
    fn the_list_is_replaced_however_often() -> anyhow::Result<()> {
        let once = with_shell("// a\nconst SHELL = null;\nrest();\n", "{1}")?;
        assert_eq!(once, "// a\nconst SHELL = {1};\nrest();\n");
        assert_eq!(with_shell(&once, "{1}")?, once);
        Ok(())
    }

    #[test]
    fn what_an_app_opens_with_is_kept() {
        let kept = ["index.html", "app-0123456789abcdef.js", "icons/weft.svg"];
        assert!(kept.into_iter().all(is_kept));
        let other = ["sw.js", "config.json", "index.html.br", "icons/192.png"];
        assert!(!other.into_iter().any(is_kept));
    }
}
