//! `baogao schema`: the fields, their values, and the topics.

use serde_json::json;

use super::Status;
use super::terminal::{Form, Terminal};
use crate::error::Result;
use crate::output::wrap::pad;
use crate::schema::fields::Field;
use crate::schema::topics;
use crate::schema::values::values_of;

/// List what can be filtered, counted and exported: fields, their values, topics
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  baogao schema
  baogao schema --format json")]
pub struct Args {
    /// text or json
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
}

pub fn run(args: &Args, _terminal: &Terminal) -> Result<Status> {
    args.format.print(text, json)?;
    Ok(Status::Found)
}

fn text() -> String {
    let mut text = String::from("fields\n");
    for field in Field::ALL {
        let declaration = field.declaration();
        text.push_str(&format!(
            "  {} {} {}\n",
            pad(field.name(), 14),
            pad(&declaration.label, 10),
            declaration.aliases.join(" ")
        ));
        for value in values_of(field) {
            text.push_str(&format!("    {} {}\n", pad(&value.name, 22), value.label));
        }
    }
    text.push_str("topics\n");
    for topic in topics::declared() {
        text.push_str(&format!("  {} {}\n", pad(&topic.name, 18), topic.note));
    }
    text
}

fn json() -> serde_json::Value {
    let fields = Field::ALL.map(|field| {
        json!({
            "declaration": field.declaration(),
            "values": values_of(field).collect::<Vec<_>>(),
        })
    });
    json!({ "fields": fields, "topics": topics::declared() })
}
