//! The program `mercer`. Everything it does is in the library; see `server::cli`.

fn main() -> std::process::ExitCode {
    server::cli::main()
}
