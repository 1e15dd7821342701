//! The editor of one collection, new or existing.

use super::{Members, members, rule};
use crate::form::{Field, Form};
use crate::part;
use leptos::prelude::*;
use shop::collection::{Edited, Kind, Order};
use shop::id::CategoryId;
use shop::limits::{LIST_TEXT_CHARS, SEO_DESCRIPTION_CHARS, SLUG_CHARS, TITLE_CHARS};
use shop::money::Currency;

/// What the editor stands on besides its form.
#[derive(Clone, Debug)]
pub struct Opened {
    /// `None`: a collection that is not saved yet.
    pub stored: Option<Edited>,
    pub kind: Kind,
    /// Identifier, slug and title with those above it.
    pub categories: Vec<(CategoryId, String, String)>,
    pub currencies: Vec<Currency>,
    /// What the rule of the form would take, in words, when somebody has asked.
    pub counted: Option<String>,
    pub members: Members,
}

pub fn editor(opened: &Opened, form: &Form) -> AnyView {
    let (title, action) = match &opened.stored {
        Some(stored) => (stored.draft.title.clone(), format!("/admin/collections/{}", stored.id)),
        None => ("Add collection".to_owned(), "/admin/collections/new".to_owned()),
    };
    let look = opened.stored.as_ref().filter(|stored| stored.draft.published).map(|stored| {
        view! { <a class="button quiet" href=format!("/collections/{}", stored.draft.slug)>"View in shop"</a> }
            .into_any()
    });
    let kinds = opened.stored.is_none().then(|| kinds(opened.kind));
    let rule = (opened.kind == Kind::Rule).then(|| rule::section(opened, form));
    view! {
        {part::up("/admin/collections", "Collections")}
        {part::heading(title, look)}
        {kinds}
        {form.summary()}
        <form
            method="post"
            action=action
            class="columns"
            data-guard=""
            data-count=(opened.kind == Kind::Rule).then_some("/admin/collections/count")
        >
            <input type="hidden" name="version" value=form.value("version").to_owned() />
            <input type="hidden" name="kind" value=opened.kind.code() />
            // Pressing Enter in a field saves: the first button of a form is the one that is meant.
            <button class="sr-only" name="do" value="save" tabindex="-1" aria-hidden="true">"Save"</button>
            <div class="column">{basics(form)}</div>
            <div class="column side-column">{showing(opened.kind, form)}{search_engines(form)}</div>
            <div class="column across">
                {rule}
                <div class="save-bar"><button name="do" value="save">"Save collection"</button></div>
            </div>
        </form>
        {opened.stored.as_ref().map(|stored| view! { {members::section(stored, &opened.members)}{removal(stored)} })}
    }
    .into_any()
}

fn kinds(chosen: Kind) -> AnyView {
    let tab = |kind: Kind, label: &str| {
        (format!("/admin/collections/new?kind={}", kind.code()), label.to_owned(), kind == chosen)
    };
    part::tabs("Kind of collection", vec![tab(Kind::Hand, "By hand"), tab(Kind::Rule, "By rule")])
}

fn basics(form: &Form) -> AnyView {
    view! {
        <section class="card" aria-labelledby="basics">
            <h2 id="basics">"Collection"</h2>
            {Field::new("title", "Title").required().max(TITLE_CHARS).input(form)}
            {Field::new("slug", "Address in the shop")
                .max(SLUG_CHARS)
                .slug_from(form.field_id("title"))
                .hint("Lower-case letters, digits and hyphens. The old address leads to the new one.")
                .input(form)}
            {Field::new("description", "Text above its products").max(LIST_TEXT_CHARS).rows(4).area(form)}
        </section>
    }
    .into_any()
}

fn showing(kind: Kind, form: &Form) -> AnyView {
    let label = |order: Order| match (order, kind) {
        (Order::Place, Kind::Hand) => "As you have put them",
        (Order::Place | Order::Relevance, _) => "Featured: what is in stock first",
        (Order::Newest, _) => "Newest first",
        (Order::PriceLow, _) => "Price, low to high",
        (Order::PriceHigh, _) => "Price, high to low",
        (Order::Rating, _) => "Best rated first",
        (Order::BestSelling, _) => "Best-selling first",
    };
    let orders = Order::ALL.into_iter().filter(|order| kind == Kind::Hand || *order != Order::Place);
    let orders = orders.map(|order| (order.code().to_owned(), label(order).to_owned())).collect();
    view! {
        <section class="card" aria-labelledby="showing">
            <h2 id="showing">"In the shop"</h2>
            {Field::new("published", "Published: shoppers find it").check(form)}
            {Field::new("order", "Its list begins with")
                .hint("Shoppers may choose another order. Pinned products come first as long as they do not.")
                .select(form, orders)}
        </section>
    }
    .into_any()
}

fn search_engines(form: &Form) -> AnyView {
    view! {
        <section class="card" aria-labelledby="seo">
            <h2 id="seo">"In search results"</h2>
            {Field::new("seo_title", "Title").max(TITLE_CHARS).hint("Left empty, the collection's title.").input(form)}
            {Field::new("seo_description", "Description")
                .max(SEO_DESCRIPTION_CHARS)
                .rows(3)
                .hint("Left empty, the text above its products.")
                .area(form)}
        </section>
    }
    .into_any()
}

fn removal(stored: &Edited) -> AnyView {
    view! {
        <section class="card" aria-labelledby="removal">
            <h2 id="removal">"Delete"</h2>
            <p class="hint">"Its products stay in the shop."</p>
            <form method="post" action=format!("/admin/collections/{}/delete", stored.id)>
                <button class="danger" data-confirm=format!("Delete the collection {}?", stored.draft.title)>
                    "Delete collection"
                </button>
            </form>
        </section>
    }
    .into_any()
}
