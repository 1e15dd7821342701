//! The media library: pictures with their words and where they are shown, and files that nothing shows.

use crate::form::Form;
use crate::part::{self, Place};
use leptos::prelude::*;
use shop::library::{Counts, Shelved, Unused};
use shop::limits::{ALT_CHARS, TITLE_CHARS};

/// Which part of the library is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    #[default]
    All,
    WithoutAlt,
    Unused,
}

impl View {
    pub const ALL: [Self; 3] = [Self::All, Self::WithoutAlt, Self::Unused];

    /// As the address has it.
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "",
            Self::WithoutAlt => "no-alt",
            Self::Unused => "unused",
        }
    }

    pub fn parse(code: &str) -> Self {
        Self::ALL.into_iter().find(|view| view.code() == code).unwrap_or_default()
    }
}

/// Which pictures were asked for.
pub struct Sought {
    pub view: View,
    pub text: String,
}

impl Sought {
    /// The list's address.
    pub fn address(&self) -> String {
        address(self.view, &self.text)
    }
}

fn address(view: View, text: &str) -> String {
    format!("/admin/media?show={}&q={}", view.code(), part::encode(text))
}

/// `form` holds what was typed and refused; its field "id" names the picture.
pub fn pictures(shelved: Vec<Shelved>, counts: Counts, sought: &Sought, place: &Place, form: &Form) -> AnyView {
    let body = if shelved.is_empty() {
        nothing(sought)
    } else {
        let items = shelved.into_iter().map(|one| item(one, &sought.address(), form)).collect_view();
        view! { <ul class="media-list">{items}</ul> }.into_any()
    };
    view! {
        {part::heading("Media", None)}
        {tabs(counts, sought)}
        {form.summary()}
        {search(sought)}
        <section class="card flush" aria-label="Pictures">{body}</section>
        {part::pager(place)}
    }
    .into_any()
}

fn tabs(counts: Counts, sought: &Sought) -> AnyView {
    let tab = |view: View, label: &str, count: i64| {
        let text = if view == View::Unused { "" } else { &sought.text };
        (address(view, text), format!("{label} ({count})"), view == sought.view)
    };
    part::tabs(
        "Media by state",
        vec![
            tab(View::All, "In products", counts.pictures),
            tab(View::WithoutAlt, "Missing alt text", counts.without_alt),
            tab(View::Unused, "Unused files", counts.unused),
        ],
    )
    .into_any()
}

fn nothing(sought: &Sought) -> AnyView {
    let all = || Some(("/admin/media".to_owned(), "Show all pictures"));
    match sought.view {
        _ if !sought.text.is_empty() => part::empty("Nothing matches", "No picture fits this view and search.", all()),
        View::WithoutAlt => {
            part::empty("Every picture has its words", "Screen readers read them; so do search engines.", all())
        }
        _ => part::empty(
            "No pictures yet",
            "Pictures of products are listed here, whoever brought them.",
            Some(("/admin/products".to_owned(), "To the products")),
        ),
    }
}

fn search(sought: &Sought) -> AnyView {
    let clear =
        (!sought.text.is_empty()).then(|| view! { <a class="chip" href=address(sought.view, "")>"Clear search ✕"</a> });
    view! {
        <form method="get" action="/admin/media" class="search" role="search">
            <input type="hidden" name="show" value=sought.view.code() />
            <label for="search" class="sr-only">"Product, words or file"</label>
            <input
                id="search"
                type="search"
                name="q"
                value=sought.text.clone()
                placeholder="Product, alt text or file name"
                maxlength=TITLE_CHARS
            />
            <button class="quiet">"Search"</button>
            {clear}
        </form>
    }
    .into_any()
}

fn item(one: Shelved, back: &str, form: &Form) -> AnyView {
    let Shelved { picture, product_id, title, products } = one;
    let id = picture.id.to_string();
    let typed = form.value("id") == id;
    let alt = if typed && !form.errors.is_empty() { form.value("alt").to_owned() } else { picture.alt.clone() };
    // What is wrong leads to the field of the picture that it is about.
    let field = |name: &str| if typed { form.field_id(name) } else { format!("{name}-{id}") };
    let (alt_id, file_id) = (field("alt"), field("picture"));
    let shared = (products > 1).then(|| part::badge("info", format!("{products} products")));
    let missing = picture.alt.is_empty().then(|| part::badge("warn", "No alt text"));
    let file = picture.url.rsplit('/').next().unwrap_or_default().to_owned();
    let src = picture.thumb();
    let name = picture.url.clone();
    view! {
        <li class="media-item">
            <a class="media-thumb" href=name aria-label=format!("Open the picture of {title}")>
                <img src=src alt="" width="96" height="96" loading="lazy" />
            </a>
            <div class="media-words">
                <p>
                    <a href=format!("/admin/products/{product_id}")>{title.clone()}</a>" "{shared}" "{missing}
                </p>
                <p class="hint"><code>{file}</code>{format!(" · {} × {}", picture.width, picture.height)}</p>
                <form method="post" action=format!("/admin/media/{id}/alt") class="media-line">
                    <input type="hidden" name="back" value=back.to_owned() />
                    <label for=alt_id.clone() class="sr-only">{format!("Alt text of a picture of {title}")}</label>
                    <input
                        id=alt_id
                        type="text"
                        name="alt"
                        value=alt
                        maxlength=ALT_CHARS
                        placeholder="What is to be seen?"
                    />
                    <button class="quiet small" aria-label=format!("Save alt text of a picture of {title}")>"Save"</button>
                </form>
                <details>
                    <summary>"Replace file"</summary>
                    <form
                        method="post"
                        action=format!("/admin/media/{id}/file")
                        enctype="multipart/form-data"
                        class="media-line"
                    >
                        <input type="hidden" name="back" value=back.to_owned() />
                        <label for=file_id.clone() class="sr-only">{format!("New file for a picture of {title}")}</label>
                        <input id=file_id type="file" name="picture" accept="image/jpeg,image/png,image/webp" required />
                        <button class="quiet small" aria-label=format!("Replace a picture of {title}")>"Replace"</button>
                    </form>
                    <p class="hint">"The picture keeps its place, words and focus wherever products show this file."</p>
                </details>
            </div>
        </li>
    }
    .into_any()
}

/// Files that nothing shows, each to be ticked.
pub fn unused(files: Vec<Unused>, counts: Counts, place: &Place, form: &Form) -> AnyView {
    let sought = Sought { view: View::Unused, text: String::new() };
    let body = if files.is_empty() {
        part::empty("Nothing unused", "Every stored file is shown by a product, a category or a review.", None)
    } else {
        let items = files.into_iter().map(file).collect_view();
        view! {
            <form method="post" action="/admin/media/erase" class="stack">
                <ul class="media-grid">{items}</ul>
                <div class="actions">
                    <button class="danger" data-confirm="Delete these files for good?">"Delete ticked files"</button>
                    <p class="hint">"Files that orders show, or an import needs to be taken back, are kept."</p>
                </div>
            </form>
        }
        .into_any()
    };
    view! {
        {part::heading("Media", None)}
        {tabs(counts, &sought)}
        {form.summary()}
        <section class="card" aria-label="Unused files">{body}</section>
        {part::pager(place)}
    }
    .into_any()
}

fn file(one: Unused) -> AnyView {
    let name = one.url.rsplit('/').next().unwrap_or_default().to_owned();
    if one.leaving {
        return view! { <li class="hint">{format!("{name} is being deleted")}</li> }.into_any();
    }
    view! {
        <li>
            <label>
                <img src=one.thumb_url alt=format!("File {name}") width="96" height="96" loading="lazy" />
                <input type="checkbox" name="url" value=one.url.clone() checked />
            </label>
        </li>
    }
    .into_any()
}
