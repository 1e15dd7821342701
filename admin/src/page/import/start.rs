//! Upload, export and history.

use super::{HERE, badge, name};
use crate::date;
use crate::form::{Field, Form};
use crate::part::{self, Number, Place, Text};
use leptos::prelude::*;
use shop::import::Format;
use shop::import::job::Job;
use shop::limits::IMPORT_FILE_BYTES;

pub fn home(jobs: Vec<Job>, place: &Place, form: &Form) -> AnyView {
    let history = if jobs.is_empty() {
        part::empty("Nothing imported yet", "Every import appears here, and can be taken back for a month.", None)
    } else {
        table(jobs)
    };
    view! {
        {part::heading("Import and export", None)}
        {form.summary()}
        <div class="columns">
            <div class="column">{upload(form)}</div>
            <div class="column side-column">{export()}</div>
        </div>
        <section class="card" aria-labelledby="history">
            <h2 id="history">"Imports so far"</h2>
            {history}
        </section>
        {part::pager(place)}
    }
    .into_any()
}

fn upload(form: &Form) -> AnyView {
    let samples = Format::ALL
        .into_iter()
        .map(|format| {
            let href = format!("{HERE}/sample/{}", format.code());
            view! { <li><a href=href download="">{format!("Sample file of {}", format.label())}</a></li> }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="choose">
            <h2 id="choose">"Products from a file"</h2>
            <p class="hint">
                "Export products as CSV from Shopify or WooCommerce and choose the file here. You see how its columns are
                read and what would happen before anything is written. The same file twice changes nothing."
            </p>
            <form method="post" action=HERE enctype="multipart/form-data" class="stack narrow">
                <div class="field">
                    <label for=form.field_id("file")>"CSV file"</label>
                    <input
                        id=form.field_id("file")
                        type="file"
                        name="file"
                        accept=".csv,.tsv,.txt,text/csv"
                        required=true
                        aria-invalid=form.error("file").map(|_| "true")
                        aria-describedby="file-hint"
                    />
                    <p class="hint" id="file-hint">
                        {format!(
                            "At most {} MB, in UTF-8, UTF-16 or Windows-1252, separated by commas, semicolons or tabs.",
                            IMPORT_FILE_BYTES / 1024 / 1024,
                        )}
                    </p>
                    {form.error("file").map(|text| view! { <p class="error">{text.to_owned()}</p> })}
                </div>
                <div><button>"Upload"</button></div>
            </form>
            <ul class="hint">{samples}</ul>
        </section>
    }
    .into_any()
}

fn export() -> AnyView {
    let form = Form::new("export");
    let formats = Format::ALL.into_iter().map(|f| (f.code().to_owned(), f.label().to_owned())).collect();
    let statuses = [("", "All products"), ("published", "Published"), ("draft", "Drafts"), ("archived", "Archived")];
    let statuses = statuses.into_iter().map(|(value, label)| (value.to_owned(), label.to_owned())).collect();
    view! {
        <section class="card" aria-labelledby="export">
            <h2 id="export">"Products to a file"</h2>
            <p class="hint">
                "Everything the shop knows of its products. Imported here again, the file changes nothing."
            </p>
            <form method="get" action=format!("{HERE}/export") class="stack">
                {Field::new("format", "Format").select(&form, formats)}
                {Field::new("status", "Products").select(&form, statuses)}
                <div><button class="quiet">"Export as CSV"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn table(jobs: Vec<Job>) -> AnyView {
    let rows = jobs
        .into_iter()
        .map(|job| {
            let counts = &job.counts;
            view! {
                <tr>
                    <th scope="row">
                        <a href=format!("{HERE}/{}", job.id)>{name(&job)}</a>
                        <span class="sub">{job.mapping.format().label()}" · "{job.actor.clone()}</span>
                    </th>
                    <td>{date::time(job.created_at)}</td>
                    <td>{badge(&job)}</td>
                    <td class="num">{counts.created}</td>
                    <td class="num">{counts.updated}</td>
                    <td class="num">{counts.refused}</td>
                </tr>
            }
        })
        .collect_view();
    let columns = [Text("File"), Text("When"), Text("State"), Number("New"), Number("Changed"), Number("Refused")];
    part::table("Imports so far, table", &columns, rows)
}
