//! The parts of the app that are loaded when they are first shown: what trunk has built as one module is cut
//! into modules.
//!
//! Invariant: all modules of a build are of one piece (they share a memory and a table of functions), so the
//! names of all of them begin with that of the app's own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use crate::{
    app::target,
    process::{command, run},
    tools,
};

/// How the app knows that it will be cut.
pub(crate) const FLAG: &str = "--cfg weft_split";

/// The module by which the app loads its parts.
pub(crate) const LOADERS: &str = "./__wasm_split.js";

/// What every browser has that runs the app, and how the smallest modules come of it.
const OPTIMISED: [&str; 9] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--one-caller-inline-max-function-size=0",
    "--flatten",
    "--rereloop",
];

/// How the classes begin that Leptos has for streams of a server's functions, and how their exports do. Nobody makes
/// one here, but what is exported is kept, with all that it needs.
const UNUSED: &str = "IntoUnderlying";
const UNUSED_EXPORTS: [&str; 2] = ["intounderlying", "__wbg_intounderlying"];

/// Cuts the app that trunk has built in `dist`.
pub(crate) fn split(dist: &Path, tools: &[PathBuf]) -> anyhow::Result<()> {
    let page = fs::read_to_string(dist.join("index.html")).context("the app is not built")?;
    let stem = stem(&page).context("the page loads no app")?;
    let (parts, app) = (target().join("parts"), target().join("parts/app"));
    if parts.exists() {
        fs::remove_dir_all(&parts)?;
    }
    let path = tools::path_with(tools)?;
    let built = target().join(tools::WASM).join("app/weft.wasm");
    run(command("wasm-split-cli")
        .arg(built)
        .arg(&parts)
        .args(["--out-name", "weft"])
        .env("PATH", &path))?;
    run(command("wasm-bindgen")
        .arg(parts.join("weft.wasm"))
        .args(["--target", "web", "--no-typescript", "--out-name", "weft"])
        .args(["--keep-lld-exports", "--no-demangle", "--out-dir"])
        .arg(&app)
        .env("PATH", &path))?;
    let optimised = |from: &Path, to: PathBuf| {
        run(command("wasm-opt")
            .args(OPTIMISED)
            .arg("-Os")
            .arg(from)
            .arg("-o")
            .arg(to)
            .env("PATH", &path))
    };
    let whole = app.join("weft_bg.wasm");
    let used = without_exports(&fs::read(&whole)?, &UNUSED_EXPORTS)?;
    fs::write(&whole, used)?;
    optimised(&whole, dist.join(format!("{stem}_bg.wasm")))?;
    fs::remove_file(parts.join("weft.wasm"))?;
    for entry in fs::read_dir(&parts)? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".wasm") {
            optimised(&file, dist.join(format!("{stem}-{name}")))?;
        }
    }
    let glue = fs::read_to_string(app.join("weft.js"))?;
    let loaders = fs::read_to_string(parts.join(LOADERS))?;
    let glue = with_loaders(&without_classes(&glue, UNUSED), &loaders, &stem)?;
    fs::write(dist.join(format!("{stem}.js")), glue)?;
    Ok(())
}

/// The module without the exports whose names begin so.
fn without_exports(module: &[u8], begin: &[&str]) -> anyhow::Result<Vec<u8>> {
    let mut rest = wasm_encoder::Module::new();
    for payload in wasmparser::Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let wasmparser::Payload::ExportSection(exports) = &payload {
            let mut kept = wasm_encoder::ExportSection::new();
            for export in exports.clone() {
                let wasmparser::Export { name, kind, index } = export?;
                if begin.iter().all(|begin| !name.starts_with(begin)) {
                    kept.export(name, kind.into(), index);
                }
            }
            rest.section(&kept);
        } else if let Some((id, range)) = payload.as_section() {
            let data = &module[range];
            rest.section(&wasm_encoder::RawSection { id, data });
        }
    }
    Ok(rest.finish())
}

/// The glue without the classes whose names begin so, and without what belongs to them.
fn without_classes(glue: &str, begin: &str) -> String {
    let items =
        ["export class ", "const ", "if (Symbol.dispose) "].map(|item| item.to_owned() + begin);
    let (mut rest, mut within) = (String::new(), None);
    for line in glue.lines() {
        if within.is_none() && items.iter().any(|item| line.starts_with(item)) {
            within = Some(line.starts_with("export class"));
        }
        match within {
            None => rest = rest + line + "\n",
            Some(is_class) => {
                let is_end = if is_class {
                    line == "}"
                } else {
                    line.ends_with(';')
                };
                within = within.filter(|_| !is_end);
            }
        }
    }
    rest
}

/// What the names of the app's own files begin with.
fn stem(page: &str) -> Option<String> {
    let (before, _) = page.split_once("_bg.wasm")?;
    let begin = before.rfind(['/', '\'', '"', '='])? + 1;
    Some(before[begin..].to_owned())
}

/// The glue with the loaders in it, which load parts whose names begin with `stem`.
fn with_loaders(glue: &str, loaders: &str, stem: &str) -> anyhow::Result<String> {
    let (mut whole, mut imported) = (String::new(), None);
    for line in glue.lines() {
        if line.contains(&format!("from \"{LOADERS}\"")) {
            continue;
        }
        if line.trim_start().starts_with(&format!("\"{LOADERS}\":")) {
            if imported.replace(()).is_none() {
                whole += &format!("\"{LOADERS}\": loaders,\n");
            }
            continue;
        }
        whole = whole + line + "\n";
    }
    imported.context("the app loads no parts")?;
    let mut names = Vec::new();
    for line in loaders.lines().filter(|line| !line.starts_with("import ")) {
        let line = line.replace("URL(\"./", &format!("URL(\"./{stem}-"));
        match line.strip_prefix("export const ") {
            Some(loader) => {
                names.extend(loader.split_whitespace().next().map(str::to_owned));
                whole = whole + "const " + loader;
            }
            None => whole += &line,
        }
        whole.push('\n');
    }
    Ok(whole + "const loaders = { " + &names.join(", ") + " };\n")
}

#[cfg(test)]
mod tests {
    use super::{stem, with_loaders, without_classes, without_exports};

    #[test]
    fn the_loaders_become_a_part_of_the_glue() -> anyhow::Result<()> {
        let glue = "import * as import1 from \"./__wasm_split.js\"\n\
                    import * as import2 from \"./__wasm_split.js\"\n\
                    const imports = {\n\"./__wasm_split.js\": import1,\n\"./__wasm_split.js\": import2,\n};\n";
        let loaders = "import { initSync } from \"./weft.js\";\n\
                       export const load_a = from(new URL(\"./a.wasm\", import.meta.url));\n";
        let whole = "const imports = {\n\"./__wasm_split.js\": loaders,\n};\n\
                     const load_a = from(new URL(\"./weft-1-a.wasm\", import.meta.url));\n\
                     const loaders = { load_a };\n";
        assert_eq!(with_loaders(glue, loaders, "weft-1")?, whole);
        assert!(with_loaders("const imports = {};", loaders, "weft-1").is_err());
        Ok(())
    }

    #[test]
    fn classes_go_with_what_belongs_to_them() {
        let kept = "export class Used {\n    free() {\n    }\n}\nconst wasm = 1;\n";
        let glue = "export class UnusedA {\n    free() {\n    }\n}\n\
                    if (Symbol.dispose) UnusedA.prototype[Symbol.dispose] = UnusedA.prototype.free;\n"
            .to_owned()
            + kept
            + "const UnusedAFinalization = (typeof FinalizationRegistry === 'undefined')\n    \
               ? { register: () => {} }\n    : new FinalizationRegistry(free);\n";
        assert_eq!(without_classes(&glue, "Unused"), kept);
    }

    #[test]
    fn exports_go_by_how_their_names_begin() -> anyhow::Result<()> {
        let mut exports = wasm_encoder::ExportSection::new();
        for name in ["start", "unused_a", "unused_b"] {
            exports.export(name, wasm_encoder::ExportKind::Memory, 0);
        }
        let mut module = wasm_encoder::Module::new();
        module.section(&exports);
        let mut kept = wasm_encoder::ExportSection::new();
        kept.export("start", wasm_encoder::ExportKind::Memory, 0);
        let mut rest = wasm_encoder::Module::new();
        rest.section(&kept);
        assert_eq!(
            without_exports(&module.finish(), &["unused"])?,
            rest.finish()
        );
        Ok(())
    }

    #[test]
    fn the_page_names_the_app() {
        let page = "<script>init('./weft-12ab_bg.wasm')</script>";
        assert_eq!(stem(page).as_deref(), Some("weft-12ab"));
        assert_eq!(stem("<script></script>"), None);
    }
}
