//! How the columns of a file are read: found by their names, to be changed before anything is checked.

use super::{HERE, name};
use crate::form::{Field, Form};
use crate::part::{self, Text};
use leptos::prelude::*;
use shop::import::job::Job;
use shop::import::{Format, Mapping};

/// `mapping` is the job's, or another that was asked for.
pub fn columns(job: &Job, mapping: &Mapping, fetch: bool, form: &Form) -> AnyView {
    let format = mapping.format();
    let other = Format::ALL.into_iter().filter(|other| *other != format).map(|other| {
        let href = format!("{HERE}/{}/columns?format={}", job.id, other.code());
        view! { <a class="button quiet" href=href>{format!("Read as {}", other.label())}</a> }
    });
    let guessed = (job.encoding == "Windows-1252").then(|| {
        view! {
            <div class="notice" role="status">
                <p>
                    "The file is not in UTF-8 and is read as Windows-1252. Look at a product with accents before you
                    import."
                </p>
            </div>
        }
    });
    let picture_form = Form::new("").with("pictures", if fetch { "on" } else { "" });
    view! {
        {part::up(HERE, "Import and export")}
        {part::heading(format!("Columns of {}", name(job)), None)}
        {form.summary()}
        {guessed}
        <form method="post" action=format!("{HERE}/{}/check", job.id) class="stack">
            <input type="hidden" name="format" value=format.code() />
            <section class="card" aria-labelledby="read">
                <h2 id="read">{format!("Read as a product file of {}", format.label())}</h2>
                {table(mapping, form)}
            </section>
            <section class="card" aria-label="Check">
                {Field::new("pictures", "Fetch pictures from their addresses after the products").check(&picture_form)}
                <p class="hint">"Nothing is written yet: the file is only checked."</p>
                <div class="actions"><button>"Check the file"</button>{other.collect_view()}</div>
            </section>
        </form>
    }
    .into_any()
}

fn table(mapping: &Mapping, form: &Form) -> AnyView {
    let choices: Vec<(String, String)> = std::iter::once((String::new(), "Ignore".to_owned()))
        .chain(mapping.format().columns().into_iter().map(|column| (column.clone(), column)))
        .collect();
    let rows = mapping
        .usage()
        .into_iter()
        .zip(mapping.read_as())
        .enumerate()
        .map(|(at, (usage, read_as))| {
            let field = format!("column-{at}");
            let mut choices = choices.clone();
            if !read_as.is_empty() && !choices.iter().any(|(value, _)| value == read_as) {
                choices.push((read_as.clone(), read_as.clone()));
            }
            let form = Form { values: vec![(field.clone(), read_as.clone())], ..form.clone() };
            let label = format!("Column {} is read as", usage.column);
            let note = match (&usage.field, usage.note.is_empty()) {
                (Some(field), true) => field.clone(),
                (Some(field), false) => format!("{field}: {}", usage.note),
                (None, _) => usage.note.clone(),
            };
            view! {
                <tr>
                    <th scope="row">{usage.column}</th>
                    <td>{Field::new(field, label).quiet().select(&form, choices)}</td>
                    <td class="hint">{note}</td>
                </tr>
            }
        })
        .collect_view();
    part::table("Columns of the file", &[Text("Column"), Text("Read as"), Text("What it fills")], rows)
}
