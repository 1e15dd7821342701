//! The browser bundles: Rust → WebAssembly → `wasm-bindgen` → `wasm-opt`.
//!
//! ```text
//! frontend ──cargo──▶ frontend.wasm ──bindgen──▶ shop.js + shop_bg.wasm ──wasm-opt──▶ shop.wasm
//! ```
//!
//! Host-only compiler flags never reach this build, and its cargo output has a folder of its own. A bundle whose
//! sources are unchanged costs one digest; one whose compiled module came out the same costs no further steps.

use crate::{Outcome, place, stamp, toolchain};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use wasm_bindgen_cli_support::Bindgen;

/// A program that is compiled to WebAssembly.
pub struct Bundle {
    /// Logical name: `shop.js` and `shop.wasm` in the manifest
    pub name: &'static str,
    /// The crate that is the entry point
    package: &'static str,
    /// Folders whose contents decide whether there is anything to build
    sources: &'static [&'static str],
}

/// The shopper's bundle and the merchant's. The shopper never downloads the other.
pub const BUNDLES: [Bundle; 2] = [
    Bundle { name: "shop", package: "frontend", sources: &["frontend", "app", "shop"] },
    Bundle { name: "admin", package: "frontend-admin", sources: &["frontend-admin", "admin", "shop"] },
];

/// Runs in no browser: the pricing engine, for the check that it says the same here and there.
pub const PROBE: Bundle = Bundle { name: "probe", package: "probe", sources: &["probe", "shop"] };

/// What Rust's default WebAssembly target may use; Debian's binaryen 108 wants each named.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-multivalue",
];

impl Bundle {
    /// The folder with the finished `<name>.js`, `<name>.wasm` and perhaps `snippets/`.
    pub fn folder(&self) -> PathBuf {
        place::browser().join("bundle").join(self.name)
    }

    /// Brings the finished files up to date.
    pub fn build(&self) -> Outcome {
        let root = place::workspace();
        let mut inputs: Vec<PathBuf> = self
            .sources
            .iter()
            .flat_map(|name| [root.join(name).join("Cargo.toml"), root.join(name).join("src")])
            .collect();
        inputs.extend(
            ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "xtask/src/browser.rs"].map(|name| root.join(name)),
        );
        let inputs = stamp::of(&inputs, &[])?;
        let stamp_file = self.folder().join("inputs");
        if stamp::matches(&stamp_file, &inputs) {
            return Ok(());
        }

        let module = self.compile()?;
        // The same module bound by changed steps is another bundle.
        let compiled = format!("{} {}", stamp::short(&module), stamp::of(&[root.join("xtask/src/browser.rs")], &[])?);
        let compiled_file = self.folder().join("compiled");
        if !stamp::matches(&compiled_file, &compiled) {
            self.bind(&module)?;
            self.optimise()?;
            fs::write(compiled_file, compiled)?;
        }
        fs::write(stamp_file, inputs)?;
        Ok(())
    }

    /// Runs cargo; returns the compiled module.
    fn compile(&self) -> Outcome<Vec<u8>> {
        let started = Instant::now();
        println!("site: compiling {} for the browser", self.package);
        let mut cargo = Command::new("cargo");
        cargo.envs(toolchain::environment()?);
        // Flags of the host build (its linker, say) are meaningless here and would rebuild everything.
        for flags in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"] {
            cargo.env_remove(flags);
        }
        // Set by the cargo that runs this program; a different compiler may build the browser part.
        for inherited in ["CARGO", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"] {
            cargo.env_remove(inherited);
        }
        toolchain::run(
            cargo
                .current_dir(place::workspace())
                .args(["build", "--locked", "--lib", "--profile", "wasm-release", "--target", toolchain::TARGET])
                .args(["--package", self.package])
                .arg("--target-dir")
                .arg(place::browser()),
        )?;
        let file = format!("{}/wasm-release/{}.wasm", toolchain::TARGET, self.package.replace('-', "_"));
        let module = fs::read(place::browser().join(file))?;
        report(self.name, "compiled", module.len(), started);
        Ok(module)
    }

    /// Splits the compiled module into the JavaScript that binds it and the module a browser loads.
    fn bind(&self, module: &[u8]) -> Outcome {
        let started = Instant::now();
        let folder = self.folder();
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let mut bindgen = Bindgen::new();
        bindgen.input_bytes(self.name, module.to_vec()).out_name(self.name).typescript(false);
        bindgen.web(true).map_err(|reason| format!("wasm-bindgen: {reason}"))?;
        bindgen.remove_name_section(true).remove_producers_section(true).omit_default_module_path(true);
        bindgen.generate(&folder).map_err(|reason| format!("wasm-bindgen: {reason:#}"))?;
        report(self.name, "bound", fs::read(folder.join(format!("{}_bg.wasm", self.name)))?.len(), started);
        Ok(())
    }

    /// Lets binaryen make the module smaller.
    fn optimise(&self) -> Outcome {
        let started = Instant::now();
        toolchain::need("wasm-opt", "binaryen")?;
        let bound = self.folder().join(format!("{}_bg.wasm", self.name));
        let finished = self.folder().join(format!("{}.wasm", self.name));
        toolchain::run(Command::new("wasm-opt").arg("-Oz").args(FEATURES).arg(&bound).arg("-o").arg(&finished))?;
        fs::remove_file(bound)?;
        name_the_right_table(&finished)?;
        report(self.name, "optimised", fs::read(finished)?.len(), started);
        Ok(())
    }
}

/// Debian's binaryen 108 writes the exported table of references as table 0, the table of functions, and the module
/// then fails when it starts. Points the export back at the table that holds references; newer versions need nothing.
fn name_the_right_table(file: &Path) -> Outcome {
    let mut module = walrus::Module::from_file(file).map_err(|reason| format!("{reason:#}"))?;
    let references = module.tables.iter().find(|table| table.element_ty == walrus::RefType::EXTERNREF);
    let Some(references) = references.map(walrus::Table::id) else { return Ok(()) };
    let wrong = module.exports.iter_mut().find(|export| {
        export.name == "__wbindgen_externrefs"
            && matches!(export.item, walrus::ExportItem::Table(table) if table != references)
    });
    if let Some(export) = wrong {
        export.item = walrus::ExportItem::Table(references);
        module.emit_wasm_file(file).map_err(|reason| format!("{reason:#}"))?;
    }
    Ok(())
}

fn report(name: &str, what: &str, bytes: usize, started: Instant) {
    println!("site: {name} {what}, {} KB, {:.1} s", bytes / 1024, started.elapsed().as_secs_f32());
}
