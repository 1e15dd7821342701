//! The editor of one category, new or existing.

use crate::form::{Field, Form};
use crate::part;
use leptos::prelude::*;
use shop::FieldError;
use shop::catalogue::tree::{Draft, Edited, Heirs, Node};
use shop::id::CategoryId;
use shop::limits::{LIST_TEXT_CHARS, NAME_CHARS, SEO_DESCRIPTION_CHARS, SLUG_CHARS, TITLE_CHARS};

/// What the editor stands on besides its form.
#[derive(Clone, Debug)]
pub struct Opened {
    /// `None`: a category that is not saved yet.
    pub stored: Option<Edited>,
    pub nodes: Vec<Node>,
    /// Why it could not be removed, or the picture not be taken.
    pub aside: Vec<FieldError>,
}

/// The form that shows `draft`.
pub fn form_of(draft: &Draft, version: i64) -> Form {
    Form::new("category")
        .with("version", version)
        .with("title", &draft.title)
        .with("slug", &draft.slug)
        .with("parent", draft.parent.map(|id| id.to_string()).unwrap_or_default())
        .with("description", &draft.description)
        .with("seo_title", &draft.seo_title)
        .with("seo_description", &draft.seo_description)
}

/// What the form says, and what cannot be read of it.
pub fn read(form: &Form) -> (Draft, Vec<FieldError>) {
    let text = |name: &str| form.value(name).trim().to_owned();
    let parent = text("parent");
    let id: Option<CategoryId> = parent.parse().ok();
    let mut errors = Vec::new();
    if id.is_none() && !parent.is_empty() {
        errors.push(FieldError { field: "parent".into(), message: "Choose a category of the list.".into() });
    }
    let draft = Draft {
        title: text("title"),
        slug: text("slug"),
        parent: id,
        description: text("description"),
        seo_title: text("seo_title"),
        seo_description: text("seo_description"),
    };
    (draft, errors)
}

/// What the form for removing says.
///
/// # Errors
/// By the field `heirs`.
pub fn heirs(form: &Form) -> Result<Heirs, Vec<FieldError>> {
    let refused = || vec![FieldError { field: "heirs".into(), message: "Choose a category of the list.".into() }];
    match form.value("heirs") {
        "" => Ok(Heirs::Nobody),
        "top" => Ok(Heirs::Top),
        id => id.parse().map(Heirs::Category).map_err(|_| refused()),
    }
}

pub fn editor(opened: &Opened, form: &Form) -> AnyView {
    let (title, action) = match &opened.stored {
        Some(stored) => (stored.draft.title.clone(), format!("/admin/categories/{}", stored.id)),
        None => ("Add category".to_owned(), "/admin/categories/new".to_owned()),
    };
    let look = opened.stored.as_ref().map(|stored| {
        view! { <a class="button quiet" href=format!("/c/{}", stored.draft.slug)>"View in shop"</a> }.into_any()
    });
    view! {
        {part::up("/admin/categories", "Categories")}
        {part::heading(title, look)}
        {form.summary()}
        {Form::new("aside").refused(opened.aside.clone()).summary()}
        <form method="post" action=action class="columns" data-guard="">
            <input type="hidden" name="version" value=form.value("version").to_owned() />
            <div class="column">{basics(opened, form)}</div>
            <div class="column side-column">{search_engines(form)}</div>
            <div class="column across"><div class="save-bar"><button>"Save category"</button></div></div>
        </form>
        {opened.stored.as_ref().map(|stored| after(stored, opened))}
    }
    .into_any()
}

fn basics(opened: &Opened, form: &Form) -> AnyView {
    let top = (String::new(), "None: the top level, in the menu".to_owned());
    let parents = std::iter::once(top).chain(choices(&opened.nodes)).collect();
    view! {
        <section class="card" aria-labelledby="basics">
            <h2 id="basics">"Category"</h2>
            {Field::new("title", "Title").required().max(NAME_CHARS).input(form)}
            {Field::new("slug", "Address in the shop")
                .max(SLUG_CHARS)
                .slug_from(form.field_id("title"))
                .hint("Lower-case letters, digits and hyphens. The old address leads to the new one.")
                .input(form)}
            {Field::new("parent", "Stands below").select(form, parents)}
            {Field::new("description", "Text above its products").max(LIST_TEXT_CHARS).rows(4).area(form)}
        </section>
    }
    .into_any()
}

/// All categories, deeper ones set in.
fn choices(nodes: &[Node]) -> impl Iterator<Item = (String, String)> + '_ {
    nodes.iter().map(|node| (node.id.to_string(), format!("{}{}", "– ".repeat(node.depth), node.title)))
}

fn search_engines(form: &Form) -> AnyView {
    view! {
        <section class="card" aria-labelledby="seo">
            <h2 id="seo">"In search results"</h2>
            {Field::new("seo_title", "Title").max(TITLE_CHARS).hint("Left empty, the category's title.").input(form)}
            {Field::new("seo_description", "Description")
                .max(SEO_DESCRIPTION_CHARS)
                .rows(3)
                .hint("Left empty, the text above its products.")
                .area(form)}
        </section>
    }
    .into_any()
}

/// What is sent by itself.
fn after(stored: &Edited, opened: &Opened) -> AnyView {
    view! {
        <div class="columns">
            <div class="column">{picture(stored)}</div>
            <div class="column side-column">{removal(stored, opened)}</div>
        </div>
    }
    .into_any()
}

fn picture(stored: &Edited) -> AnyView {
    let here = format!("/admin/categories/{}/picture", stored.id);
    let shown = stored.picture_url.clone().map(|url| {
        view! {
            <img class="thumb large" src=url alt="" width="160" height="160" />
            <form method="post" action=format!("{here}/remove")>
                <button class="link" data-confirm="Take the picture away?">"Take the picture away"</button>
            </form>
        }
    });
    view! {
        <section class="card" aria-labelledby="picture">
            <h2 id="picture">"Picture"</h2>
            {shown}
            <form method="post" action=here enctype="multipart/form-data" class="stack">
                <div class="field">
                    <label for="aside-picture">"Picture of the front page's tile"</label>
                    <input
                        id="aside-picture"
                        type="file"
                        name="picture"
                        accept="image/jpeg,image/png,image/webp"
                        required=true
                        aria-describedby="picture-hint"
                    />
                    <p class="hint" id="picture-hint">"JPEG, PNG or WebP, at most 16 MB; square looks best."</p>
                </div>
                <div><button class="quiet">"Use this picture"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn removal(stored: &Edited, opened: &Opened) -> AnyView {
    let form = Form::new("aside").refused(opened.aside.clone());
    let is_empty = stored.products == 0 && stored.children == 0;
    let inside = match (stored.products, stored.children) {
        (0, 0) => "Nothing is in it.".to_owned(),
        (products, children) => format!("Products in it: {products}. Categories in it: {children}."),
    };
    let first = [("", "Choose …"), ("top", "Categories to the top level")].map(|(v, l)| (v.to_owned(), l.to_owned()));
    let others = opened.nodes.iter().filter(|node| node.id != stored.id).cloned().collect::<Vec<_>>();
    let heirs = (!is_empty).then(|| {
        let choices = first.into_iter().chain(choices(&others)).collect();
        Field::new("heirs", "What is in it goes to").select(&form, choices)
    });
    view! {
        <section class="card" aria-labelledby="removal">
            <h2 id="removal">"Delete"</h2>
            <p class="hint">{inside}</p>
            <form method="post" action=format!("/admin/categories/{}/delete", stored.id) class="stack">
                <input type="hidden" name="version" value=stored.version />
                {heirs}
                <div>
                    <button class="danger" data-confirm=format!("Delete the category {}?", stored.draft.title)>
                        "Delete category"
                    </button>
                </div>
            </form>
        </section>
    }
    .into_any()
}
