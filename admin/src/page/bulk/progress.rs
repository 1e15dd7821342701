//! A bulk edit on its way: the differences, what became of them, and what can be done next.

use super::{HERE, badge, products};
use crate::date;
use crate::part::{self, Number, Place, Text};
use leptos::prelude::*;
use shop::bulk::{Edit, Item, State};

pub fn progress(edit: &Edit, items: Vec<Item>, place: &Place) -> AnyView {
    let body = match edit.state {
        state if state.is_active() => under_way(edit),
        State::Planned => planned(edit),
        _ => over(edit),
    };
    let shown = (!items.is_empty()).then(|| differences(items));
    view! {
        {part::up(HERE, "Bulk edits")}
        {part::heading(format!("Edit of {}", products(edit.counts.all())), Some(badge(edit)))}
        {body}
        {shown}
        {part::pager(place)}
    }
    .into_any()
}

fn post(edit: &Edit, action: &str, class: &'static str, label: String) -> AnyView {
    view! {
        <form method="post" action=format!("{HERE}/{}/{action}", edit.id)>
            <button class=class>{label}</button>
        </form>
    }
    .into_any()
}

fn under_way(edit: &Edit) -> AnyView {
    let counts = &edit.counts;
    let (what, left, all, button) = match edit.state {
        State::Planning => {
            let back = post(edit, "again", "quiet", "Choose other changes".into());
            ("The differences are being worked out. Nothing is written.", counts.chosen, counts.all(), Some(back))
        }
        State::Applying => {
            let all = counts.planned + counts.applied + counts.edited;
            let stop = post(edit, "stop", "quiet", "Stop".into());
            ("The products are being changed.", counts.planned, all, Some(stop))
        }
        _ => ("The changes are being taken back.", counts.applied, counts.applied + counts.undone + counts.kept, None),
    };
    let (done, text) = (all - left, format!("{} of {}", part::thousands((all - left).unsigned_abs()), products(all)));
    view! {
        <section class="card" aria-label="Progress">
            <p role="status"><strong>{what}</strong></p>
            <p>
                <progress value=done max=all.max(1) aria-label="Progress">{text.clone()}</progress>
                " "
                {text}
            </p>
            <p class="hint">"This page looks again every two seconds. You may leave; the work goes on, also after a restart."</p>
            {button}
        </section>
    }
    .into_any()
}

fn planned(edit: &Edit) -> AnyView {
    let count = edit.counts.planned;
    let button = (count > 0).then(|| post(edit, "apply", "", format!("Change {}", products(count))));
    let nothing = (count == 0).then(|| view! { <p>"Nothing would change: choose other changes."</p> });
    view! {
        <section class="card" aria-labelledby="would">
            <h2 id="would">"Nothing is written yet. This would happen:"</h2>
            {facts(edit)}
            {nothing}
            <div class="actions">{button} {post(edit, "again", "quiet", "Choose other changes".into())}</div>
        </section>
    }
    .into_any()
}

fn over(edit: &Edit) -> AnyView {
    let heading = match (edit.state, edit.stopped) {
        (State::Undone, _) => "The changes are taken back",
        (_, true) => "It was stopped before all products were changed",
        _ => "The products are changed",
    };
    let undo = (edit.state == State::Applied && edit.counts.applied > 0).then(|| {
        view! {
            {post(edit, "undo", "quiet danger", format!("Undo the change of {}", products(edit.counts.applied)))}
            <p class="hint">"What somebody has changed since stays as it is now."</p>
        }
    });
    let ended = edit.ended_at.map(|at| view! { "Ended "{date::time(at)}", begun by "{edit.actor.clone()}"." });
    view! {
        <section class="card" aria-labelledby="over">
            <h2 id="over">{heading}</h2>
            {facts(edit)}
            <p class="hint">{ended}</p>
            <p><a class="button" href="/admin/products">"Show products"</a></p>
            {undo}
        </section>
    }
    .into_any()
}

/// What there is none of is left out, but for what the page is about.
fn facts(edit: &Edit) -> AnyView {
    let counts = &edit.counts;
    let rows = [
        ("To be changed", counts.planned),
        ("Changed", counts.applied),
        ("Taken back", counts.undone),
        ("Already as wanted", counts.same),
        ("Refused", counts.refused),
        ("Left alone, because edited meanwhile", counts.edited + counts.kept),
        ("Gone", counts.gone),
    ];
    let rows = rows.into_iter().filter(|(_, count)| *count > 0);
    part::facts(rows.map(|(term, count)| (term, part::thousands(count.unsigned_abs()).into_any())).collect())
}

fn differences(items: Vec<Item>) -> AnyView {
    let rows = items.into_iter().map(row).collect_view();
    view! {
        <section class="card flush" aria-label="Differences">
            {part::table("Differences by product", &[Text("Product"), Text("Difference"), Text("State")], rows)}
        </section>
    }
    .into_any()
}

fn row(item: Item) -> AnyView {
    let (tone, text) = match item.state.as_str() {
        "planned" => ("info", "Would change"),
        "applied" => ("good", "Changed"),
        "undone" => ("", "Taken back"),
        "refused" => ("bad", "Refused"),
        "gone" => ("", "Gone"),
        _ => ("warn", "Edited meanwhile"),
    };
    let title = match item.title {
        Some(title) => view! { <a href=format!("/admin/products/{}", item.product_id)>{title}</a> }.into_any(),
        None => view! { <span class="hint">"Gone"</span> }.into_any(),
    };
    let lines = item
        .difference
        .into_iter()
        .map(|line| {
            let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
            view! {
                <li>{line.what}": "<del>{or_none(line.before)}</del>" → "<ins>{or_none(line.after)}</ins></li>
            }
        })
        .collect_view();
    let message = (!item.message.is_empty()).then(|| view! { <p class="error">{item.message}</p> });
    view! {
        <tr>
            <th scope="row">{title}</th>
            <td class="wordy"><ul class="plain">{lines}</ul>{message}</td>
            <td>{part::badge(tone, text)}</td>
        </tr>
    }
    .into_any()
}

pub fn history(edits: Vec<Edit>, place: &Place) -> AnyView {
    let body = if edits.is_empty() {
        let products = ("/admin/products".to_owned(), "Choose products");
        part::empty(
            "No bulk edits yet",
            "Tick products in the list, or take all of a search, and edit them at once.",
            Some(products),
        )
    } else {
        let rows = edits
            .into_iter()
            .map(|edit| {
                view! {
                    <tr>
                        <th scope="row"><a href=format!("{HERE}/{}", edit.id)>{date::time(edit.created_at)}</a></th>
                        <td class="num">{part::thousands(edit.counts.all().unsigned_abs())}</td>
                        <td>{badge(&edit)}</td>
                        <td>{edit.actor.clone()}</td>
                    </tr>
                }
            })
            .collect_view();
        part::table("Bulk edits, table", &[Text("Begun"), Number("Products"), Text("State"), Text("By")], rows)
    };
    view! {
        {part::up("/admin/products", "Products")}
        {part::heading("Bulk edits", None)}
        <section class="card flush" aria-label="Bulk edits">{body}</section>
        {part::pager(place)}
    }
    .into_any()
}
