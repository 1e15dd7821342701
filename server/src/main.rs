//! The program `mercer`. Everything it does is in the library; see `server::cli`.

// The types of whole pages nest deeper than the compiler's default of 128.
#![recursion_limit = "512"]

/// Drawing a page allocates thousands of small pieces; the C library's allocator draws two thirds as many a second.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    server::cli::main()
}
