//! Makes of the compiled module of ecrane-wasm what a page imports: the module,
//! its JavaScript and its TypeScript.
//!
//! `cargo xtask wasm` calls it. The library stands where others download the
//! `wasm-bindgen` program: `Cargo.lock` holds both sides to one version.

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::LazyLock;

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

const README: &str = include_str!("../../ecrane-wasm/README.md");

/// What makes a package of the folder.
static PACKAGE: LazyLock<String> =
    LazyLock::new(|| include_str!("package.json").replace("0.0.0", env!("CARGO_PKG_VERSION")));

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// How the JavaScript begins to copy a text into the module's memory: by a loop,
/// one unit at a time, which takes 10 MB several times as long as `long.js`.
const COPYING: &str = "    let len = arg.length;\n    let ptr = malloc(len, 1) >>> 0;\n";
const LONG: &str = include_str!("long.js");

fn encode_long_texts_at_once(file: &Path) -> Result<()> {
    let script = std::fs::read_to_string(file)?;
    if script.matches(COPYING).count() != 1 {
        bail!("`{}` copies texts in an unknown way", file.display());
    }
    std::fs::write(file, script.replace(COPYING, &format!("{LONG}{COPYING}")))?;
    Ok(())
}

fn run() -> Result<()> {
    let words: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [module, folder] = words.as_slice() else {
        bail!("usage: xbindgen MODULE.wasm FOLDER");
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .out_name("ecrane")
        .typescript(true);
    // One form for the browser and for Node: an ES module that is handed its bytes.
    bindgen
        .web(true)?
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen
        .generate(folder)
        .with_context(|| format!("`{}` gives no JavaScript", module.display()))?;
    encode_long_texts_at_once(&folder.join("ecrane.js"))?;
    for (name, text) in [("package.json", PACKAGE.as_str()), ("README.md", README)] {
        let file = folder.join(name);
        std::fs::write(&file, text)
            .with_context(|| format!("`{}` cannot be written", file.display()))?;
    }
    Ok(())
}
