//! The command `baogao`. Everything it does is the library's; see [`baogao::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    baogao::cli::run(std::env::args_os())
}
