//! Taking over products from a file: choose it, see what would happen, do it, see what happened.

use crate::part;
use leptos::prelude::*;
use shop::import::{ColumnUse, Outcome, Report, RowError};

/// Where an upload stands.
pub enum Stage {
    Running { dry_run: bool },
    Checked(Report),
    Applied(Report),
}

pub fn upload() -> AnyView {
    view! {
        {part::heading("Import", None)}
        <section class="card" aria-labelledby="choose">
            <h2 id="choose">"Products from Shopify"</h2>
            <p class="hint">
                "Export products as CSV there and choose the file here. It is only checked at first: you see what would
                happen before anything is written. The same file twice changes nothing."
            </p>
            <form method="post" action="/admin/import" enctype="multipart/form-data" class="stack narrow">
                <div class="field">
                    <label for="file">"CSV file"</label>
                    <input id="file" type="file" name="file" accept=".csv,text/csv" required=true aria-describedby="file-hint" />
                    <p class="hint" id="file-hint">"At most 32 MB."</p>
                </div>
                <div><button>"Check the file"</button></div>
            </form>
        </section>
    }
    .into_any()
}

pub fn report(key: &str, stage: Stage) -> AnyView {
    let body = match stage {
        Stage::Running { dry_run } => running(dry_run),
        Stage::Checked(report) => view! { {next(key, &report)}{details(report)} }.into_any(),
        Stage::Applied(report) => view! { {done(&report)}{details(report)} }.into_any(),
    };
    view! {
        {part::up("/admin/import", "Import")}
        {part::heading("Import", None)}
        {body}
    }
    .into_any()
}

fn running(dry_run: bool) -> AnyView {
    let text = if dry_run { "The file is being checked." } else { "The products are being imported." };
    view! {
        <div class="notice" role="status">
            <p><strong>{text}</strong></p>
            <p>"This page looks again every two seconds. You may leave; the work goes on."</p>
        </div>
    }
    .into_any()
}

/// What would happen, and the button that makes it happen.
fn next(key: &str, report: &Report) -> AnyView {
    let changes = report.count(Outcome::Created) + report.count(Outcome::Updated);
    let button = (changes > 0).then(|| {
        view! {
            <form method="post" action=format!("/admin/import/{key}")>
                <button>"Import "{changes}{if changes == 1 { " product" } else { " products" }}</button>
            </form>
        }
    });
    let nothing = (changes == 0).then(|| view! { <p>"There is nothing to import from this file."</p> });
    view! {
        <section class="card" aria-labelledby="would">
            <h2 id="would">"Nothing is written yet. This would happen:"</h2>
            {counts(report)}
            {nothing}
            {button}
        </section>
    }
    .into_any()
}

fn done(report: &Report) -> AnyView {
    view! {
        <section class="card" aria-labelledby="done">
            <h2 id="done">"The import is done"</h2>
            {counts(report)}
            <p class="hint">
                {report.pictures_stored}" pictures stored, "{report.pictures_drawn}" drawn because their address did not answer."
            </p>
            <p><a class="button" href="/admin/products">"Show products"</a></p>
        </section>
    }
    .into_any()
}

fn counts(report: &Report) -> AnyView {
    let row = |outcome| report.count(outcome).into_any();
    part::facts(vec![
        ("Rows read", report.rows.into_any()),
        ("New", row(Outcome::Created)),
        ("Changed", row(Outcome::Updated)),
        ("Unchanged", row(Outcome::Unchanged)),
        ("Refused", row(Outcome::Refused)),
    ])
}

fn details(report: Report) -> AnyView {
    let Report { columns, errors, products, .. } = report;
    let products_count = products.len();
    let products = products
        .into_iter()
        .map(|product| {
            let badge = match product.outcome {
                Outcome::Created => part::badge("good", "New"),
                Outcome::Updated => part::badge("info", "Changed"),
                Outcome::Unchanged => part::badge("", "Unchanged"),
                Outcome::Refused => part::badge("bad", "Refused"),
            };
            view! {
                <tr>
                    <th scope="row">{product.title}<span class="sub">{product.handle}</span></th>
                    <td class="num">{product.variants}</td>
                    <td>{badge}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        {(!errors.is_empty()).then(|| refused(errors))}
        {mapping(columns)}
        <details class="card">
            <summary><h2>{products_count}" products"</h2></summary>
            <div class="scroll" role="group" aria-label="Products in the file" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Product"</th>
                            <th scope="col" class="num">"Variants"</th>
                            <th scope="col">"Result"</th>
                        </tr>
                    </thead>
                    <tbody>{products}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

fn refused(errors: Vec<RowError>) -> AnyView {
    let rows = errors
        .into_iter()
        .map(|error| {
            view! {
                <tr>
                    <td class="num">{error.line}</td>
                    <td>{error.column}</td>
                    <td>{error.message}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="errors">
            <h2 id="errors">"What is wrong in the file"</h2>
            <p class="hint">"A product with an error is left out whole; the others are not held up by it."</p>
            <div class="scroll" role="group" aria-labelledby="errors" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col" class="num">"Line"</th>
                            <th scope="col">"Column"</th>
                            <th scope="col">"Problem"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn mapping(columns: Vec<ColumnUse>) -> AnyView {
    let rows = columns
        .into_iter()
        .map(|column| {
            let field = match column.field {
                Some(field) => field.into_any(),
                None => view! { <span class="hint">"Ignored"</span> }.into_any(),
            };
            view! {
                <tr>
                    <th scope="row">{column.column}</th>
                    <td>{field}</td>
                    <td>{column.note}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <details class="card">
            <summary><h2>"How columns are read"</h2></summary>
            <div class="scroll" role="group" aria-label="How columns are read" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Column"</th>
                            <th scope="col">"Fills"</th>
                            <th scope="col">"How"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}
