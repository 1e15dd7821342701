//! The program `mercer`. Everything it does is in the library; see `server::cli`.

// The types of whole pages nest deeper than the compiler's default of 128.
#![recursion_limit = "512"]

fn main() -> std::process::ExitCode {
    server::cli::main()
}
