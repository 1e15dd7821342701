//! Price lists: all of them, and one with its entries.

use crate::date;
use crate::form::{Field, Form};
use crate::part::{self, Number, Place, Text};
use leptos::prelude::*;
use shop::FieldError;
use shop::customer_group::Group;
use shop::limits::{NAMED_PRICES, TITLE_CHARS};
use shop::price_list::{Draft, Entry, List, Summary};

const HERE: &str = "/admin/price-lists";

/// Price lists and the groups that they are for.
pub(super) fn tabs(groups: bool) -> AnyView {
    part::tabs(
        "Price lists and customer groups",
        vec![
            (HERE.into(), "Price lists".into(), !groups),
            ("/admin/price-lists/groups".into(), "Customer groups".into(), groups),
        ],
    )
}

fn badge(list: &Summary, now: i64) -> AnyView {
    let draft = &list.draft;
    match () {
        () if !draft.active => part::badge("", "Off"),
        () if draft.end_at.is_some_and(|end| end <= now) => part::badge("", "Over"),
        () if draft.start_at.is_some_and(|start| start > now) => part::badge("info", "Later"),
        () => part::badge("good", "In force"),
    }
}

/// `now` in Unix milliseconds.
pub fn list(lists: Vec<Summary>, place: &Place, now: i64) -> AnyView {
    let add = view! { <a class="button" href="/admin/price-lists/new">"Add price list"</a> };
    let body = if lists.is_empty() {
        part::empty(
            "No price lists yet",
            "A price list makes things cheaper in quantity, for a time, or for a group of customers.",
            Some(("/admin/price-lists/new".to_owned(), "Add the first price list")),
        )
    } else {
        let columns = [
            Text("Price list"),
            Text("State"),
            Text("For"),
            Text("From (UTC)"),
            Text("Until (UTC)"),
            Number("Entries"),
        ];
        part::table("Price lists, table", &columns, lists.into_iter().map(|list| row(&list, now)).collect_view())
    };
    view! {
        {part::heading("Price lists", Some(add.into_any()))}
        {tabs(false)}
        <section class="card flush" aria-label="Price lists">{body}</section>
        {part::pager(place)}
    }
    .into_any()
}

fn row(list: &Summary, now: i64) -> AnyView {
    let time = |at: Option<i64>| at.map_or_else(|| view! { <span class="hint">"Always"</span> }.into_any(), date::time);
    view! {
        <tr>
            <th scope="row"><a href=format!("{HERE}/{}", list.id)>{list.draft.title.clone()}</a></th>
            <td>{badge(list, now)}</td>
            <td>{list.group_name.clone().unwrap_or_else(|| "Everybody".to_owned())}</td>
            <td>{time(list.draft.start_at)}</td>
            <td>{time(list.draft.end_at)}</td>
            <td class="num">{list.entries}</td>
        </tr>
    }
    .into_any()
}

/// The form that shows `draft`.
pub fn form_of(draft: &Draft, version: i64) -> Form {
    let time = |at: Option<i64>| at.map(date::local).unwrap_or_default();
    Form::new("list")
        .with("version", version)
        .with("title", &draft.title)
        .with("group", draft.group.map(|group| group.to_string()).unwrap_or_default())
        .with("start_at", time(draft.start_at))
        .with("end_at", time(draft.end_at))
        .with("active", if draft.active { "on" } else { "" })
}

/// What was sent, and what of it cannot be read.
pub fn read(form: &Form) -> (Draft, Vec<FieldError>) {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: &str| {
        errors.push(FieldError { field: field.to_owned(), message: message.to_owned() });
    };
    let mut time = |field: &str| match form.value(field).trim() {
        "" => None,
        text => date::parse_local(text).or_else(|| {
            wrong(field, "A day and a time, or nothing.");
            None
        }),
    };
    let (start_at, end_at) = (time("start_at"), time("end_at"));
    let group = match form.value("group") {
        "" => None,
        // Never everybody because of a value that cannot be read.
        text => text.parse().ok().or_else(|| {
            wrong("group", "There is no such group.");
            None
        }),
    };
    let active = form.is_on("active");
    (Draft { title: form.value("title").trim().to_owned(), group, start_at, end_at, active }, errors)
}

/// What stands on the page of a list; `list` is `None` for one that is not saved yet.
pub struct Opened<'o> {
    pub list: Option<&'o List>,
    pub groups: &'o [Group],
    pub entries: Vec<Entry>,
    pub place: &'o Place,
}

/// `form` is of the list itself, `entries` what is written below it.
pub fn show(opened: Opened<'_>, form: &Form, entries: &Form) -> AnyView {
    let id = opened.list.map(|list| list.summary.id);
    let title = opened.list.map_or("Add price list".to_owned(), |list| list.summary.draft.title.clone());
    let action = id.map_or(format!("{HERE}/new"), |id| format!("{HERE}/{id}"));
    view! {
        {part::up(HERE, "Price lists")}
        {part::heading(title, None)}
        {form.summary()}
        {entries.summary()}
        <section class="card" aria-labelledby="list">
            <h2 id="list">"The list"</h2>
            <form method="post" action=action class="stack">
                <input type="hidden" name="version" value=form.value("version").to_owned() />
                {Field::new("title", "Title").required().max(TITLE_CHARS).hint("For you alone; shoppers see the prices.").input(form)}
                {Field::new("group", "For").select(form, groups(opened.groups))}
                {Field::new("start_at", "From (UTC)").kind("datetime-local").hint("Left empty, at once.").input(form)}
                {Field::new("end_at", "Until (UTC)").kind("datetime-local").hint("Left empty, for good.").input(form)}
                {Field::new("active", "In use").hint("The lowest price wins: a list never makes anything dearer.").check(form)}
                <div><button>"Save list"</button></div>
            </form>
        </section>
        {id.map(|id| content(&id.to_string(), opened.entries, opened.place, entries))}
    }
    .into_any()
}

fn groups(groups: &[Group]) -> Vec<(String, String)> {
    let known = groups.iter().map(|group| (group.id.to_string(), format!("Group: {}", group.name)));
    std::iter::once((String::new(), "Everybody".to_owned())).chain(known).collect()
}

fn content(id: &str, entries: Vec<Entry>, place: &Place, form: &Form) -> AnyView {
    let body = if entries.is_empty() {
        part::empty("No entries yet", "Paste prices below, or work them out from the catalogue's.", None)
    } else {
        let columns = [
            Text("Product"),
            Text("SKU"),
            Number("From pieces"),
            Number("Price each"),
            Number("Usual price"),
            Text("Remove"),
        ];
        part::table("Entries, table", &columns, entries.into_iter().map(|one| entry(id, one)).collect_view())
    };
    view! {
        <section class="card flush" aria-label="Entries">{body}</section>
        {part::pager(place)}
        <div class="columns">
            <div class="column">{paste(id, form)}</div>
            <div class="column side-column">{fill(id, form)}</div>
        </div>
        <form method="post" action=format!("{HERE}/{id}/delete")>
            <button class="link" data-confirm="Delete this list with all its entries?">"Delete the list"</button>
        </form>
    }
    .into_any()
}

fn entry(id: &str, entry: Entry) -> AnyView {
    let base = entry.base.map_or_else(|| "Not sold".to_owned(), |price| price.to_string());
    let name = format!(" {} from {} in {}", entry.sku, entry.min_quantity, entry.price.currency);
    view! {
        <tr>
            <th scope="row">{entry.title}</th>
            <td><code>{entry.sku}</code></td>
            <td class="num">{entry.min_quantity}</td>
            <td class="num">{entry.price.to_string()}</td>
            <td class="num">{base}</td>
            <td class="link-cell">
                <form method="post" action=format!("{HERE}/{id}/remove")>
                    <input type="hidden" name="variant" value=entry.variant.to_string() />
                    <input type="hidden" name="currency" value=entry.price.currency.code() />
                    <input type="hidden" name="min_quantity" value=entry.min_quantity.to_string() />
                    <button class="link">"Remove"<span class="sr-only">{name}</span></button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}

fn paste(id: &str, form: &Form) -> AnyView {
    let most = part::thousands(NAMED_PRICES as u64);
    view! {
        <section class="card" aria-labelledby="paste">
            <h2 id="paste">"Paste prices"</h2>
            <form method="post" action=format!("{HERE}/{id}/entries") class="stack">
                {Field::new("entries", "Lines")
                    .rows(8)
                    .hint(format!(
                        "SKU, currency, min quantity, amount: one price on each line, from a table or a CSV file, at most \
                         {most}. All lines are taken over, or none.",
                    ))
                    .area(form)}
                {Field::new("instead", "Remove entries that are not among these lines").check(form)}
                <div class="actions">
                    <button>"Take over the lines"</button>
                    <a class="button quiet" href=format!("{HERE}/{id}/entries.csv")>"Download all entries"</a>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn fill(id: &str, form: &Form) -> AnyView {
    view! {
        <section class="card" aria-labelledby="fill">
            <h2 id="fill">"From the usual prices"</h2>
            <form method="post" action=format!("{HERE}/{id}/fill") class="stack">
                {Field::new("percent", "Percent off").keys("numeric").max(2).required().input(form)}
                {Field::new("min_quantity", "From pieces").keys("numeric").max(3).required().input(form)}
                {Field::new("skus", "Products, by SKU")
                    .rows(3)
                    .hint("One SKU on each line; left empty, all that you sell.")
                    .area(form)}
                <p class="hint">
                    "Worked out once, from today's prices, rounded half up. Later changes of a price change nothing here."
                </p>
                <div><button class="quiet">"Work out entries"</button></div>
            </form>
        </section>
    }
    .into_any()
}
