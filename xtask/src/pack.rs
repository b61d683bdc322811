//! What trunk leaves apart or long, packed: the stylesheets become one in the page, the names that the app and its glue
//! call each other by, which nobody else knows, become short, and what is needed first is named where its place is known.
//!
//! Invariant: a file is named by a digest of what is in it, so that a browser may keep it for good. The app's modules
//! and its glue are of one piece, and are named by one digest.

use std::{collections::HashMap, fs, path::Path};

use anyhow::{Context as _, bail, ensure};
use sha2::{Digest as _, Sha256};

use crate::{app::files, split};

/// Packs the app built in `dist`.
pub(crate) fn pack(dist: &Path) -> anyhow::Result<()> {
    let file = dist.join("index.html");
    let page = fs::read_to_string(&file).context("the app is not built")?;
    let page = one_stylesheet(dist, page)?;
    let page = short_names(dist, page)?;
    fs::write(file, asked_by_script(&page)?)?;
    Ok(())
}

/// The page with one stylesheet in it, which is all those that it named, in their order: what is painted first
/// waits for no other file.
fn one_stylesheet(dist: &Path, page: String) -> anyhow::Result<String> {
    let mut styles = String::new();
    let mut packed = String::new();
    let mut rest = page.as_str();
    let mut at = None;
    while let Some(begin) = rest.find("<link ") {
        let (before, link) = rest.split_at(begin);
        let (link, after) = link
            .split_once('>')
            .context("the page ends inside a link")?;
        packed += before;
        if attribute(link, "rel") == Some("stylesheet") {
            let name = attribute(link, "href").context("a stylesheet without an address")?;
            let file = dist.join(name);
            styles += &fs::read_to_string(&file).with_context(|| file.display().to_string())?;
            fs::remove_file(file)?;
            at.get_or_insert(packed.len());
        } else {
            packed = packed + link + ">";
        }
        rest = after;
    }
    packed += rest;
    ensure!(
        !styles.contains("</"),
        "a stylesheet that would end before its end"
    );
    let at = at.context("the page has no stylesheet")?;
    packed.insert_str(at, &format!("<style>{styles}</style>"));
    Ok(packed)
}

/// The page with a script that asks for what its links would have preloaded. A browser follows links before any script
/// has run, and so before the page's first one has said what addresses are relative to: at a thread's address, each
/// would be asked for in vain.
fn asked_by_script(page: &str) -> anyhow::Result<String> {
    let mut links = Vec::new();
    let mut packed = String::new();
    let mut rest = page;
    while let Some(begin) = rest.find("<link ") {
        let (before, link) = rest.split_at(begin);
        let (link, after) = link
            .split_once('>')
            .context("the page ends inside a link")?;
        packed += before;
        if attribute(link, "rel").is_some_and(|rel| rel.ends_with("preload")) {
            let fields = ["rel", "href", "as", "type"];
            links.push(fields.map(|name| attribute(link, name).unwrap_or_default()));
        } else {
            packed = packed + link + ">";
        }
        rest = after;
    }
    packed += rest;
    ensure!(!links.is_empty(), "the page preloads nothing");
    let links = serde_json::to_string(&links)?;
    let script = format!(
        "<script>for(const[rel,href,as,type]of {links})\
         document.head.append(Object.assign(document.createElement(`link`),{{rel,href,as,type,crossOrigin:``}}))</script>"
    );
    let first = "</script>";
    let at = packed.find(first).context("the page has no script")?;
    packed.insert_str(at + first.len(), &script);
    Ok(packed)
}

/// The value of an attribute, quoted or not, of a tag as trunk writes it.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let values = tag.split_ascii_whitespace();
    let mut values = values.filter_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    Some(values.next()?.trim_matches('"'))
}

/// Gives the app and its glue short names for each other's functions, and the page the new names of both.
fn short_names(dist: &Path, page: String) -> anyhow::Result<String> {
    let modules = files(dist)?;
    let old = modules.iter().find_map(|file| {
        let name = file.file_name()?.to_str()?;
        // The workers' modules are found by their names, which stay.
        name.strip_suffix("_bg.wasm")
            .filter(|_| page.contains(name))
    });
    let old = old.context("the app has no module")?.to_owned();
    let [wasm, js] = ["_bg.wasm", ".js"].map(|end| dist.join(old.clone() + end));
    let (module, names) = shortened(&fs::read(&wasm)?)?;
    let glue = glue(&fs::read_to_string(&js)?, &names)?;
    fs::write(&wasm, module)?;
    fs::write(&js, &glue)?;
    let its_own = |file: &Path| Some(file.file_name()?.to_str()?.strip_prefix(&*old)?.to_owned());
    let mut all = Sha256::new();
    for file in modules.iter().filter(|file| its_own(file).is_some()) {
        all.update(fs::read(file)?);
    }
    let stem = old.rsplit_once('-').map_or(&*old, |(stem, _)| stem);
    let new = format!("{stem}-{}", hex(all));
    fs::write(&js, glue.replace(&old, &new))?;
    for file in &modules {
        if let Some(rest) = its_own(file) {
            fs::rename(file, dist.join(format!("{new}{rest}")))?;
        }
    }
    Ok(page.replace(&old, &new))
}

/// The glue with those names for its functions, and without comments and indentation.
fn glue(script: &str, names: &HashMap<String, String>) -> anyhow::Result<String> {
    let mut renamed = 0;
    let mut packed = String::new();
    for line in script.lines().map(str::trim) {
        if line.is_empty() || ["//", "/*", "*"].iter().any(|mark| line.starts_with(mark)) {
            continue;
        }
        let short = line
            .split_once(": function(")
            .and_then(|(name, rest)| Some((names.get(name)?, rest)));
        if let Some((name, rest)) = short {
            renamed += 1;
            packed = packed + name + ":function(" + rest;
        } else {
            packed += line;
        }
        packed.push('\n');
    }
    ensure!(renamed == names.len(), "the glue lacks what the app calls");
    Ok(packed)
}

const IMPORTS: u8 = 2;
const FUNCTION: u8 = 0;

/// A module with short names for what it imports, and which name became which.
fn shortened(module: &[u8]) -> anyhow::Result<(Vec<u8>, HashMap<String, String>)> {
    let mut names = HashMap::new();
    let mut rest = module;
    let mut packed = take(&mut rest, 8)?.to_vec();
    while !rest.is_empty() {
        let kind = take(&mut rest, 1)?[0];
        let section = sized(&mut rest)?;
        packed.push(kind);
        if kind == IMPORTS {
            put_sized(&mut packed, &short_imports(section, &mut names)?);
        } else {
            put_sized(&mut packed, section);
        }
    }
    Ok((packed, names))
}

fn short_imports(
    mut section: &[u8],
    names: &mut HashMap<String, String>,
) -> anyhow::Result<Vec<u8>> {
    let mut packed = Vec::new();
    let count = number(&mut section)?;
    put_number(&mut packed, count);
    for index in 0..count {
        let module = sized(&mut section)?;
        let name = std::str::from_utf8(sized(&mut section)?)?;
        if take(&mut section, 1)?[0] != FUNCTION {
            bail!("the app imports {name}, which is no function");
        }
        put_sized(&mut packed, module);
        if module == split::LOADERS.as_bytes() {
            put_sized(&mut packed, name.as_bytes());
        } else {
            let short = names.entry(name.to_owned());
            put_sized(
                &mut packed,
                short.or_insert_with(|| letters(index)).as_bytes(),
            );
        }
        packed.push(FUNCTION);
        put_number(&mut packed, number(&mut section)?);
    }
    Ok(packed)
}

/// `a`, `b` … `z`, `aa`, `ba` …
fn letters(mut index: usize) -> String {
    let mut name = String::new();
    loop {
        name.push(char::from(b'a' + (index % 26) as u8));
        if index < 26 {
            return name;
        }
        index = index / 26 - 1;
    }
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> anyhow::Result<&'a [u8]> {
    bytes
        .split_off(..count)
        .context("the module ends too early")
}

/// A number as WebAssembly writes it: seven bits in a byte, the lowest first.
fn number(bytes: &mut &[u8]) -> anyhow::Result<usize> {
    let mut value = 0;
    for shift in (0..35).step_by(7) {
        let byte = take(bytes, 1)?[0];
        value |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    bail!("the module has a number that is too long")
}

fn sized<'a>(bytes: &mut &'a [u8]) -> anyhow::Result<&'a [u8]> {
    let size = number(bytes)?;
    take(bytes, size)
}

fn put_number(bytes: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn put_sized(bytes: &mut Vec<u8>, content: &[u8]) {
    put_number(bytes, content.len());
    bytes.extend_from_slice(content);
}

fn hex(digest: Sha256) -> String {
    format!("{:x}", digest.finalize())[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{asked_by_script, attribute, glue, letters, shortened};

    #[test]
    fn the_module_and_its_glue_get_the_same_short_names() -> anyhow::Result<()> {
        // One type, two imports of it from `./m.js`, and a section that stays as it is.
        let imports = b"\x02\x06./m.js\x08__wbg_ab\x00\x00\x06./m.js\x08__wbg_cd\x00\x00";
        let module = [
            &b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x25"[..],
            imports,
            b"\x05\x03\x01\0\x01",
        ]
        .concat();
        let (packed, names) = shortened(&module)?;
        let expected = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x17\x02\x06./m.js\x01a\0\0\x06./m.js\x01b\0\0\x05\x03\x01\0\x01";
        assert_eq!(packed, expected);
        let script = "  // two\n  const import0 = {\n    __wbg_ab: function(a) {\n    },\n    __wbg_cd: function() { f(__wbg_ab); },\n";
        assert_eq!(
            glue(script, &names)?,
            "const import0 = {\na:function(a) {\n},\nb:function() { f(__wbg_ab); },\n"
        );
        assert!(glue("const import0 = {};", &names).is_err());
        assert!(shortened(&module[..30]).is_err());
        Ok(())
    }

    #[test]
    fn what_is_preloaded_is_asked_for_once_the_base_is_there() -> anyhow::Result<()> {
        let page = "<script>base()</script><link href=icon.svg rel=icon>\
            <link crossorigin href=./a.js rel=modulepreload>\
            <link as=fetch crossorigin href=./a.wasm rel=preload type=application/wasm><p>";
        let packed = asked_by_script(page)?;
        let links = r#"[["modulepreload","./a.js","",""],["preload","./a.wasm","fetch","application/wasm"]]"#;
        let begin =
            format!("<script>base()</script><script>for(const[rel,href,as,type]of {links})");
        assert!(packed.starts_with(&begin), "{packed}");
        assert!(
            packed.ends_with("</script><link href=icon.svg rel=icon><p>"),
            "{packed}"
        );
        assert!(asked_by_script("<p>").is_err());
        Ok(())
    }

    #[test]
    fn no_two_short_names_are_the_same() {
        let names: HashSet<String> = (0..20_000).map(letters).collect();
        assert_eq!(names.len(), 20_000);
    }

    #[test]
    fn attributes_are_read_quoted_or_not() {
        let link = "<link href=./base-1.css rel=\"stylesheet\"";
        assert_eq!(attribute(link, "href"), Some("./base-1.css"));
        assert_eq!(attribute(link, "rel"), Some("stylesheet"));
        assert_eq!(attribute(link, "as"), None);
    }
}
