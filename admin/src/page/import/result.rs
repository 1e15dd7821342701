//! An import under way and after it: how far it is, what it did or would do, and what can be done about it.

use super::{HERE, badge, name};
use crate::date;
use crate::part::{self, Number, Text};
use leptos::prelude::*;
use shop::import::RowError;
use shop::import::job::{Job, State, Touched};

/// What the page shows beside the job itself; the first of each.
#[derive(Default)]
pub struct Seen {
    pub errors: Vec<RowError>,
    pub touched: Vec<Touched>,
}

pub fn progress(job: &Job, seen: Seen) -> AnyView {
    let body = match job.state {
        state if state.is_active() => under_way(job),
        State::Checked => checked(job),
        _ => over(job),
    };
    let Seen { errors, touched } = seen;
    view! {
        {part::up(HERE, "Import and export")}
        {part::heading(name(job), Some(badge(job)))}
        {body}
        {(!errors.is_empty()).then(|| refused(job, errors))}
        {(!touched.is_empty()).then(|| products(touched))}
    }
    .into_any()
}

fn under_way(job: &Job) -> AnyView {
    let what = match job.state {
        State::Checking => "The file is being checked. Nothing is written.",
        State::Fetching => "The products are there. Their pictures are being fetched.",
        State::RollingBack => "The import is being taken back.",
        _ => "The products are being imported.",
    };
    let bar = job.total.filter(|total| *total > 0).map(|total| {
        let text = format!("{} of {total} products", job.position);
        view! {
            <p>
                <progress value=job.position max=total aria-label="Progress">{text.clone()}</progress>
                " "
                {text}
            </p>
        }
    });
    let cancel = (job.state != State::RollingBack && !job.cancelled).then(|| {
        view! {
            <form method="post" action=format!("{HERE}/{}/cancel", job.id)>
                <button class="quiet">{if job.state == State::Fetching { "Stop fetching" } else { "Cancel" }}</button>
            </form>
        }
    });
    view! {
        <section class="card" aria-label="Progress">
            <p role="status"><strong>{if job.cancelled { "Ending after the products under way." } else { what }}</strong></p>
            {bar}
            <p class="hint">"This page looks again every two seconds. You may leave; the work goes on, also after a restart."</p>
            {cancel}
        </section>
    }
    .into_any()
}

/// What would happen, and the button that makes it happen.
fn checked(job: &Job) -> AnyView {
    let changes = job.counts.created + job.counts.updated;
    let button = (changes > 0).then(|| {
        view! {
            <form method="post" action=format!("{HERE}/{}/run", job.id)>
                <button>"Import "{changes}{if changes == 1 { " product" } else { " products" }}</button>
            </form>
        }
    });
    let nothing = (changes == 0).then(|| view! { <p>"There is nothing to import from this file."</p> });
    view! {
        <section class="card" aria-labelledby="would">
            <h2 id="would">"Nothing is written yet. This would happen:"</h2>
            {counts(job)}
            {nothing}
            <div class="actions">
                {button} <a class="button quiet" href=format!("{HERE}/{}/columns", job.id)>"Change columns"</a>
            </div>
        </section>
    }
    .into_any()
}

fn over(job: &Job) -> AnyView {
    let heading = match job.state {
        State::Done => "The import is done",
        State::Cancelled => "The import was cancelled",
        State::Failed => "The shop could not go on with this import",
        State::RolledBack => "The import is taken back",
        _ => "The file did not arrive whole",
    };
    let cancelled = (job.state == State::Cancelled && job.can_roll_back)
        .then(|| view! { <p>"What was imported until then is in the shop."</p> });
    let failed = (job.state == State::Failed && job.can_roll_back)
        .then(|| view! { <p>"What was imported until then is in the shop. The log says what happened."</p> });
    let pictures = (job.counts.pictures_stored + job.counts.pictures_missing > 0).then(|| {
        view! {
            <p class="hint">
                {format!(
                    "{} pictures fetched; {} keep a drawn one because their address did not answer.",
                    job.counts.pictures_stored,
                    job.counts.pictures_missing,
                )}
            </p>
        }
    });
    let back = job.can_roll_back.then(|| {
        view! {
            <form method="post" action=format!("{HERE}/{}/roll-back", job.id) class="stack">
                <p class="hint">
                    "Taking it back removes the products it made, or archives those that were ordered, reserved or
                    reviewed, and puts back what it changed. Products that somebody has edited since are left alone."
                </p>
                <div><button class="quiet danger">"Take this import back"</button></div>
            </form>
        }
    });
    view! {
        <section class="card" aria-labelledby="over">
            <h2 id="over">{heading}</h2>
            {cancelled}
            {failed}
            {if job.state == State::RolledBack { taken_back(job) } else { counts(job) }}
            {pictures}
            <p class="hint">{job.ended_at.map(|at| view! { "Ended "{date::time(at)}", begun by "{job.actor.clone()}"." })}</p>
            <p><a class="button" href="/admin/products">"Show products"</a></p>
            {back}
        </section>
    }
    .into_any()
}

fn counts(job: &Job) -> AnyView {
    let counts = &job.counts;
    part::facts(vec![
        ("Rows read", counts.file_rows.into_any()),
        ("New", counts.created.into_any()),
        ("Changed", counts.updated.into_any()),
        ("Unchanged", counts.unchanged.into_any()),
        ("Refused", counts.refused.into_any()),
    ])
}

fn taken_back(job: &Job) -> AnyView {
    let counts = &job.counts;
    part::facts(vec![
        ("Removed", counts.removed.into_any()),
        ("Put back as before", counts.restored.into_any()),
        ("Archived, because ordered, reserved or reviewed", counts.archived.into_any()),
        ("Left alone, because edited since", counts.kept.into_any()),
    ])
}

fn refused(job: &Job, errors: Vec<RowError>) -> AnyView {
    let shown = errors.len();
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
    let more = job.counts.errors - i64::try_from(shown).unwrap_or(0);
    view! {
        <section class="card" aria-labelledby="errors">
            <h2 id="errors">"What is wrong in the file"</h2>
            <p class="hint">"A product with an error is left out whole; the others are not held up by it."</p>
            <p><a class="button quiet" href=format!("{HERE}/{}/errors.csv", job.id) download="">"Download the errors"</a></p>
            {part::table("What is wrong in the file, table", &[Number("Line"), Text("Column"), Text("Problem")], rows)}
            {(more > 0).then(|| view! { <p class="hint">{format!("And {more} more.")}</p> })}
        </section>
    }
    .into_any()
}

fn products(touched: Vec<Touched>) -> AnyView {
    let count = touched.len();
    let rows = touched
        .into_iter()
        .map(|product| {
            let (tone, text) = match product.rolled_back.as_deref() {
                Some("removed" | "gone") => ("", "Removed"),
                Some("restored") => ("", "Put back"),
                Some("archived") => ("warn", "Archived"),
                Some(_) => ("warn", "Edited since"),
                None if product.outcome == "created" => ("good", "New"),
                None => ("info", "Changed"),
            };
            let title = match product.title {
                Some(title) => {
                    view! { <a href=format!("/admin/products/{}", product.product_id)>{title}</a> }.into_any()
                }
                None => view! { <span class="hint">"Gone"</span> }.into_any(),
            };
            view! {
                <tr>
                    <th scope="row">{title}<span class="sub">{product.handle}</span></th>
                    <td>{part::badge(tone, text)}</td>
                </tr>
            }
        })
        .collect_view();
    let heading = if count == 100 { "The first 100 products".to_owned() } else { format!("{count} products") };
    view! {
        <details class="card">
            <summary><h2>{heading}</h2></summary>
            {part::table("Products of the import", &[Text("Product"), Text("What became of it")], rows)}
        </details>
    }
    .into_any()
}
