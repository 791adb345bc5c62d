//! The command `baogao`. Everything it does is the library's; see [`baogao::cli`].

use std::process::ExitCode;

/// Reports are made of many short strings: with it an index is made in 5 to 10 % less time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    baogao::cli::run(std::env::args_os())
}
