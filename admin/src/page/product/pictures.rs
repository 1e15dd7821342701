//! A product's pictures: their texts, order and focus inside the editor's form, and the form that adds some.

use super::sent::rows;
use crate::form::{Field, Form};
use leptos::prelude::*;
use shop::catalogue::edit::Edited;
use shop::limits::{ALT_CHARS, PICTURES};

pub fn section(stored: &Edited, form: &Form) -> AnyView {
    let rows = rows(form, "pictures", "id", PICTURES);
    let last = rows.last().copied();
    let shown = rows.into_iter().filter_map(|at| row(stored, form, at, Some(at) == last)).collect_view();
    let none = stored.draft.pictures.is_empty().then(|| view! { <p class="hint">"None yet."</p> });
    let moved = form.is_on("moved").then(|| {
        view! { <p class="notice" role="status">"The new order is kept when you save the product."</p> }
    });
    view! {
        <section class="card" aria-labelledby="pictures">
            <h2 id="pictures">"Pictures"</h2>
            {none}
            {moved}
            <ul class="pictures">{shown}</ul>
        </section>
    }
    .into_any()
}

fn row(stored: &Edited, form: &Form, at: usize, is_last: bool) -> Option<AnyView> {
    let name = |part: &str| format!("pictures.{at}.{part}");
    let id = form.value(&name("id")).to_owned();
    let picture = stored.draft.pictures.iter().find(|p| p.id.to_string() == id)?;
    let src = picture.thumb.clone().unwrap_or_else(|| picture.url.clone());
    let (x, y) = (form.field_id(&name("focus_x")), form.field_id(&name("focus_y")));
    let number = at + 1;
    let button = |towards: &'static str, label: &'static str, is_idle: bool| {
        let text = format!("Move picture {number} {towards}");
        // Back to where the button was.
        let action = format!("/admin/products/{}#pictures", stored.id);
        let value = format!("picture-{towards}-{at}");
        view! {
            <button class="quiet small" name="do" value=value formaction=action aria-label=text disabled=is_idle>{label}</button>
        }
    };
    let focus = |part: &str, label: String| Field::new(name(part), label).kind("number").keys("numeric").input(form);
    Some(
        view! {
            <li>
                <span class="focus-picker" data-focus-x=x data-focus-y=y>
                    <img src=src alt="" width=picture.width.max(1) height=picture.height.max(1) loading="lazy" />
                </span>
                <input type="hidden" name=name("id") value=id />
                <div class="stack">
                    {Field::new(name("alt"), format!("What picture {number} shows")).max(ALT_CHARS).input(form)}
                    <div class="focus-fields">
                        {focus("focus_x", format!("Focus of picture {number}, % from the left"))}
                        {focus("focus_y", format!("Focus of picture {number}, % from the top"))}
                    </div>
                    <div class="actions">
                        {button("up", "Up", at == 0)}
                        {button("down", "Down", is_last)}
                        {Field::new(name("remove"), format!("Remove picture {number}")).check(form)}
                    </div>
                </div>
            </li>
        }
        .into_any(),
    )
}

/// Stands below the editor's form, because it is sent by itself.
pub fn upload(stored: &Edited, form: &Form) -> AnyView {
    let refused = form.error("picture").map(|_| "true");
    view! {
        <section class="card" aria-labelledby="upload">
            <h2 id="upload">"Add pictures"</h2>
            <form
                method="post"
                action=format!("/admin/products/{}/pictures", stored.id)
                enctype="multipart/form-data"
                class="stack drop"
                data-upload=""
            >
                <div class="field">
                    <label for=form.field_id("picture")>"Files"</label>
                    <input
                        id=form.field_id("picture")
                        type="file"
                        name="picture"
                        accept="image/jpeg,image/png,image/webp"
                        multiple=true
                        required=true
                        aria-invalid=refused
                        aria-describedby="picture-hint"
                    />
                    <p class="hint" id="picture-hint">
                        "JPEG, PNG or WebP, each at most 16 MB and 50 megapixels. Where and when a photo was taken is not kept. \
                         Smaller sizes are drawn within seconds."
                    </p>
                </div>
                <div><button class="quiet">"Upload"</button></div>
                <ul class="uploads" data-uploads="" aria-live="polite"></ul>
            </form>
        </section>
    }
    .into_any()
}
