//! Sending pictures one by one, with progress; by dropping them or by the form's own button.
//!
//! Every file is a request of its own, so one that is refused or breaks off costs none of the others. What was typed into
//! the editor meanwhile stays: its version follows, and pictures that it does not show are kept when it is saved.

use serde::{Deserialize, Serialize};

/// What became of the files of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uploaded {
    pub added: usize,
    /// The product's version afterwards.
    pub version: i64,
    /// Why others were refused, each with its name.
    pub errors: Vec<String>,
}

#[cfg(feature = "hydrate")]
pub use browser::wake;

#[cfg(feature = "hydrate")]
mod browser {
    use super::super::wake::on;
    use super::Uploaded;
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::rc::Rc;
    use wasm_bindgen::JsCast;
    use web_sys::{
        Document, DragEvent, Element, File, FileList, FormData, HtmlFormElement, HtmlInputElement, HtmlProgressElement,
        ProgressEvent, XmlHttpRequest,
    };

    pub fn wake(document: &Document, dirty: &Rc<Cell<bool>>) {
        let find = |what: &str| document.query_selector(what).ok().flatten();
        let form = find("form[data-upload]").and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        let (Some(form), Some(list)) = (form, find("[data-uploads]")) else { return };
        let input = form.query_selector("input[type=file]").ok().flatten();
        let Some(input) = input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()) else { return };
        let queue = Rc::new(Queue {
            document: document.clone(),
            form: form.clone(),
            list,
            waiting: RefCell::default(),
            is_sending: Cell::new(false),
            has_failed: Cell::new(false),
            added: Cell::new(0),
            dirty: Rc::clone(dirty),
        });
        let _ = form.class_list().add_1("awake");
        let sent = Rc::clone(&queue);
        on(&form, "submit", move |event| {
            event.prevent_default();
            if let Some(files) = input.files() {
                sent.put(&files);
            }
            input.set_value("");
        });
        let over = form.clone();
        on(&form, "dragover", move |event| {
            // Without this the browser opens the file instead.
            event.prevent_default();
            let _ = over.class_list().add_1("over");
        });
        let left = form.clone();
        on(&form, "dragleave", move |_| {
            let _ = left.class_list().remove_1("over");
        });
        on(&form.clone(), "drop", move |event| {
            event.prevent_default();
            let _ = form.class_list().remove_1("over");
            let dropped = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer).and_then(|data| data.files());
            if let Some(files) = dropped {
                queue.put(&files);
            }
        });
    }

    struct Queue {
        document: Document,
        form: HtmlFormElement,
        list: Element,
        waiting: RefCell<VecDeque<(File, Line)>>,
        is_sending: Cell<bool>,
        has_failed: Cell<bool>,
        added: Cell<usize>,
        dirty: Rc<Cell<bool>>,
    }

    /// One file in the list: its name, a bar, and what became of it.
    struct Line {
        bar: HtmlProgressElement,
        outcome: Element,
    }

    impl Queue {
        fn put(self: &Rc<Self>, files: &FileList) {
            for file in (0..files.length()).filter_map(|at| files.get(at)) {
                if let Some(line) = self.line(&file.name()) {
                    self.waiting.borrow_mut().push_back((file, line));
                }
            }
            self.next();
        }

        fn line(&self, name: &str) -> Option<Line> {
            let element = |tag: &str| self.document.create_element(tag).ok();
            let (item, label, outcome) = (element("li")?, element("span")?, element("span")?);
            let bar = element("progress")?.dyn_into::<HtmlProgressElement>().ok()?;
            label.set_text_content(Some(name));
            bar.set_max(100.0);
            bar.set_value(0.0);
            bar.set_attribute("aria-label", &format!("{name}, sent")).ok()?;
            for part in [&label, bar.as_ref(), &outcome] {
                item.append_child(part).ok()?;
            }
            self.list.append_child(&item).ok()?;
            Some(Line { bar, outcome })
        }

        /// Sends the next file, unless one is under way.
        fn next(self: &Rc<Self>) {
            if self.is_sending.get() {
                return;
            }
            let next = self.waiting.borrow_mut().pop_front();
            match next {
                Some((file, line)) => {
                    self.is_sending.set(true);
                    if self.send(&file, line).is_none() {
                        self.is_sending.set(false);
                    }
                }
                None => self.finish(),
            }
        }

        fn send(self: &Rc<Self>, file: &File, line: Line) -> Option<()> {
            let body = FormData::new().ok()?;
            body.append_with_blob_and_filename("picture", file, &file.name()).ok()?;
            let request = XmlHttpRequest::new().ok()?;
            request.open("POST", &self.form.action()).ok()?;
            request.set_request_header("accept", "application/json").ok()?;
            let bar = line.bar.clone();
            let sending = request.upload().ok()?;
            on(&sending, "progress", move |event| {
                if let Some(progress) = event.dyn_ref::<ProgressEvent>().filter(|it| it.length_computable()) {
                    bar.set_value(progress.loaded() / progress.total().max(1.0) * 100.0);
                }
            });
            let (queue, answered) = (Rc::clone(self), request.clone());
            on(&request, "loadend", move |_| {
                queue.settle(&answered, &line);
                queue.is_sending.set(false);
                queue.next();
            });
            request.send_with_opt_form_data(Some(&body)).ok()
        }

        fn settle(&self, answered: &XmlHttpRequest, line: &Line) {
            let text = answered.response_text().ok().flatten().unwrap_or_default();
            let said: Option<Uploaded> = serde_json::from_str(&text).ok();
            let outcome = match said {
                Some(done) => {
                    self.follow(done.version);
                    self.added.set(self.added.get() + done.added);
                    if done.errors.is_empty() { Ok(()) } else { Err(done.errors.join(" ")) }
                }
                None => Err("It could not be sent. Please try again.".to_owned()),
            };
            line.bar.set_value(100.0);
            let (class, words) = match outcome {
                Ok(()) => ("good", "Added".to_owned()),
                Err(why) => {
                    self.has_failed.set(true);
                    ("bad", why)
                }
            };
            line.outcome.set_class_name(class);
            line.outcome.set_text_content(Some(&words));
        }

        /// The editor goes on from the product as it is now.
        fn follow(&self, version: i64) {
            let Ok(fields) = self.document.query_selector_all("form[data-guard] input[name=version]") else { return };
            for at in 0..fields.length() {
                if let Some(field) = fields.item(at).and_then(|node| node.dyn_into::<HtmlInputElement>().ok()) {
                    field.set_value(&version.to_string());
                }
            }
        }

        /// Shows the new pictures, unless something was typed or has to be read first.
        fn finish(&self) {
            if self.added.get() == 0 {
                return;
            }
            if !self.dirty.get() && !self.has_failed.get() {
                if let Some(window) = web_sys::window() {
                    let _ = window.location().reload();
                }
            } else if let Ok(note) = self.document.create_element("li") {
                note.set_text_content(Some("New pictures appear above when the product is saved."));
                let _ = self.list.append_child(&note);
            }
        }
    }
}
