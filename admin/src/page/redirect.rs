//! Addresses that have moved: what leads where, by hand or from a file; and addresses that were asked for in vain.

use crate::date;
use crate::form::{Field, Form};
use crate::part::{self, Number, Place, Text};
use leptos::prelude::*;
use shop::import::RowError;
use shop::limits::{REDIRECT_CHARS, REDIRECT_FILE_ROWS};
use shop::redirect::{Missing, Origin, Redirect};

/// Rows of a refused file that are shown; the rest is a number.
const ERRORS_SHOWN: usize = 100;

/// What the list was asked for, and what was wrong with a file.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub text: String,
    pub file_errors: Vec<RowError>,
}

fn tabs(missing: bool) -> AnyView {
    part::tabs(
        "Redirects and missing addresses",
        vec![
            ("/admin/redirects".into(), "Redirects".into(), !missing),
            ("/admin/redirects/missing".into(), "Not found".into(), missing),
        ],
    )
}

pub fn list(redirects: Vec<Redirect>, asked: &Asked, place: &Place, form: &Form) -> AnyView {
    let filtered = !asked.text.is_empty();
    let body = match (redirects.is_empty(), filtered) {
        (false, _) => table(redirects),
        (true, true) => {
            let all = ("/admin/redirects".to_owned(), "Show all redirects");
            part::empty("No redirect matches", "No address contains what you search for.", Some(all))
        }
        (true, false) => part::empty(
            "No redirects yet",
            "Give a product another address and its old one appears here by itself.",
            None,
        ),
    };
    let clear = filtered.then(|| view! { <a class="chip" href="/admin/redirects">"Clear search ✕"</a> });
    view! {
        {part::heading("Redirects", None)}
        {tabs(false)}
        {form.summary()}
        {file_errors(&asked.file_errors)}
        <div class="columns">
            <div class="column">{add(form)}</div>
            <div class="column side-column">{file()}</div>
        </div>
        <form method="get" action="/admin/redirects" class="search" role="search">
            <label for="search" class="sr-only">"Part of an address"</label>
            <input
                id="search"
                type="search"
                name="q"
                value=asked.text.clone()
                placeholder="Address contains …"
                maxlength=REDIRECT_CHARS
            />
            <button class="quiet">"Search"</button>
            {clear}
        </form>
        <section class="card flush" aria-label="Redirects">{body}</section>
        {part::pager(place)}
    }
    .into_any()
}

fn add(form: &Form) -> AnyView {
    view! {
        <section class="card" aria-labelledby="add">
            <h2 id="add">"Add a redirect"</h2>
            <form method="post" action="/admin/redirects" class="stack">
                {Field::new("from", "Old address")
                    .required()
                    .max(REDIRECT_CHARS)
                    .hint("A path like /p/old-mug. Only where no page is.")
                    .input(form)}
                {Field::new("to", "New address")
                    .required()
                    .max(REDIRECT_CHARS)
                    .hint("A path like /p/mug or /c/kitchen, or a full address of this shop.")
                    .input(form)}
                <div><button>"Add redirect"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn file() -> AnyView {
    view! {
        <section class="card" aria-labelledby="file-heading">
            <h2 id="file-heading">"From a file"</h2>
            <form method="post" action="/admin/redirects/file" enctype="multipart/form-data" class="stack">
                <div class="field">
                    <label for="file">"CSV file"</label>
                    <input
                        id="file"
                        type="file"
                        name="file"
                        accept=".csv,text/csv"
                        required=true
                        aria-describedby="file-hint"
                    />
                    <p class="hint" id="file-hint">
                        {format!(
                            "Columns \"from\" and \"to\", or Shopify's \"Redirect from\" and \"Redirect to\"; at most \
                             {REDIRECT_FILE_ROWS} rows. All rows are taken over, or none.",
                        )}
                    </p>
                </div>
                <div><button class="quiet">"Take over the file"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn file_errors(errors: &[RowError]) -> Option<AnyView> {
    if errors.is_empty() {
        return None;
    }
    let more = errors.len().saturating_sub(ERRORS_SHOWN);
    let more = (more > 0).then(|| view! { <p class="hint">{format!("And {more} more.")}</p> });
    let rows = errors
        .iter()
        .take(ERRORS_SHOWN)
        .map(|error| {
            view! {
                <tr>
                    <td class="num">{error.line}</td>
                    <td>{error.column.clone()}</td>
                    <td>{error.message.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    Some(
        view! {
            <div class="notice bad" role="alert">
                <p><strong>"Nothing of the file was taken over. Mend these lines and send it again."</strong></p>
            </div>
            <section class="card flush" aria-label="What is wrong in the file">
                {part::table("What is wrong in the file", &[Number("Line"), Text("Column"), Text("What is wrong")], rows)}
                {more}
            </section>
        }
        .into_any(),
    )
}

fn table(redirects: Vec<Redirect>) -> AnyView {
    let columns =
        [Text("Old address"), Text("New address"), Text("Made"), Number("Visits"), Text("Last visit"), Text("Delete")];
    part::table("Redirects, table", &columns, redirects.into_iter().map(row).collect_view())
}

fn row(redirect: Redirect) -> AnyView {
    let made = match redirect.origin {
        Origin::Slug => "On renaming",
        Origin::Hand => "By hand",
        Origin::File => "From a file",
    };
    let question = format!("Delete the redirect from {}?", redirect.source);
    let last = redirect.last_hit_at.map_or_else(|| view! { <span class="hint">"Never"</span> }.into_any(), date::time);
    view! {
        <tr>
            <th scope="row" class="address">{redirect.source.clone()}</th>
            <td class="address"><a href=shop::redirect::encode(&redirect.target)>{redirect.target.clone()}</a></td>
            <td>{made}</td>
            <td class="num">{redirect.hits}</td>
            <td>{last}</td>
            <td class="link-cell">
                <form method="post" action=format!("/admin/redirects/{}/delete", redirect.id)>
                    <button class="link" data-confirm=question>
                        "Delete"<span class="sr-only">" the redirect from "{redirect.source}</span>
                    </button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}

/// The addresses people ask for in vain, most wanted first.
pub fn missing(found: Vec<Missing>) -> AnyView {
    let body = if found.is_empty() {
        part::empty(
            "Nothing was missed",
            "Addresses that visitors ask for and that are not there are listed here.",
            None,
        )
    } else {
        let columns = [Text("Address"), Number("Asked for"), Text("First"), Text("Last"), Text("What to do")];
        part::table("Addresses not found, table", &columns, found.into_iter().map(missed).collect_view())
    };
    view! {
        {part::heading("Redirects", None)}
        {tabs(true)}
        <p class="lead">
            "The most wanted first. Addresses are kept without what follows the question mark, and for 90 days at most."
        </p>
        <section class="card flush" aria-label="Addresses not found">{body}</section>
    }
    .into_any()
}

fn missed(missing: Missing) -> AnyView {
    let Missing { path, hits, first_at, last_at } = missing;
    view! {
        <tr>
            <th scope="row" class="address">{path.clone()}</th>
            <td class="num">{hits}</td>
            <td>{date::time(first_at)}</td>
            <td>{date::time(last_at)}</td>
            <td>
                <div class="actions">
                    <a class="button quiet" href=format!("/admin/redirects?from={}#add", part::encode(&path))>
                        "Make redirect"<span class="sr-only">" from "{path.clone()}</span>
                    </a>
                    <form method="post" action="/admin/redirects/missing/forget">
                        <input type="hidden" name="path" value=path.clone() />
                        <button class="link">"Forget"<span class="sr-only">" "{path}</span></button>
                    </form>
                </div>
            </td>
        </tr>
    }
    .into_any()
}
