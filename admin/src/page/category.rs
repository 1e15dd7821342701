//! The tree of categories, and the editor of one.

mod editor;

pub use editor::{Opened, editor, form_of, heirs, read};

use crate::form::Form;
use crate::part;
use leptos::prelude::*;
use shop::catalogue::tree::Node;
use shop::id::CategoryId;

/// `form` says why a move was refused.
pub fn tree(nodes: &[Node], form: &Form) -> AnyView {
    let new = view! { <a class="button" href="/admin/categories/new">"Add category"</a> };
    let body = if nodes.is_empty() {
        let new = ("/admin/categories/new".to_owned(), "Add category");
        part::empty(
            "No categories yet",
            "Shoppers find their way by them: the top level is the shop's menu.",
            Some(new),
        )
    } else {
        let rows = nodes.iter().map(|node| row(nodes, node)).collect_view();
        view! { <ul class="tree" data-drag="tree" aria-label="Categories">{rows}</ul> }.into_any()
    };
    view! {
        {part::heading("Categories", Some(new.into_any()))}
        {form.summary()}
        <p class="lead">
            "The top level is the shop's menu. A category shows its own products and those of all categories below it."
        </p>
        <section class="card flush" aria-label="Tree of categories">{body}</section>
    }
    .into_any()
}

fn row(nodes: &[Node], node: &Node) -> AnyView {
    let action = format!("/admin/categories/{}/move", node.id);
    let next = next_sibling(nodes, node).map(|id| id.to_string()).unwrap_or_default();
    let parent = node.parent.map(|id| id.to_string()).unwrap_or_default();
    let products = match node.products {
        1 => "1 product".to_owned(),
        many => format!("{many} products"),
    };
    let depth = node.depth;
    let level = format!("Level {}: ", depth + 1);
    let button = |to: &'static str, sign: &'static str, words: &'static str, off: bool| {
        view! {
            <button class="quiet square" name="do" value=to disabled=off>
                <span aria-hidden="true">{sign}</span>
                <span class="sr-only">{format!("{words}: {}", node.title)}</span>
            </button>
        }
    };
    view! {
        <li
            id=format!("c-{}", node.id)
            class=format!("branch depth-{depth}")
            data-item=node.id.to_string()
            data-move=action.clone()
            data-parent=parent
            data-next=next
            data-version=node.version
        >
            <span class="grip" aria-hidden="true">"⠿"</span>
            <div class="branch-text">
                <span class="sr-only">{level}</span>
                <a href=format!("/admin/categories/{}", node.id)>{node.title.clone()}</a>
                <span class="sub">{format!("/c/{} · {products}", node.slug)}</span>
            </div>
            <form method="post" action=action.clone() class="actions">
                <input type="hidden" name="version" value=node.version />
                {button("up", "↑", "Move up", node.is_first)}
                {button("down", "↓", "Move down", node.is_last)}
                {button("in", "→", "Move into the category above it", node.is_first)}
                {button("out", "←", "Move out of its category", node.parent.is_none())}
            </form>
            <a class="button quiet" href=format!("/admin/categories/new?parent={}", node.id)>
                "Add below"<span class="sr-only">" "{node.title.clone()}</span>
            </a>
        </li>
    }
    .into_any()
}

fn next_sibling(nodes: &[Node], node: &Node) -> Option<CategoryId> {
    let mut siblings = nodes.iter().filter(|other| other.parent == node.parent);
    siblings.find(|other| other.id == node.id)?;
    siblings.next().map(|next| next.id)
}
