//! One worker, and what waits for it.

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use gloo_timers::future::TimeoutFuture;
use js_sys::Array;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{MessageEvent, Worker};

/// How long an answer may take, in milliseconds.
const ANSWER_MS: u32 = 2_000;

/// How long a worker may take to be ready, in milliseconds: it is loaded first.
const READY_MS: u32 = 30_000;

/// How often in a row a worker that cannot be loaded is tried.
const TRIES: u32 = 3;

/// Something for the worker to do.
pub struct Job {
    /// What it is told, two values; none where it is no longer wanted by then.
    pub ask: Box<dyn FnOnce() -> Option<[JsValue; 2]>>,
    /// Takes the answer; none where there is none.
    pub done: Box<dyn FnOnce(Option<JsValue>)>,
}

/// A worker that is started when it is first needed.
#[derive(Clone)]
pub struct Service(Rc<RefCell<Inner>>);

type Told = Closure<dyn FnMut(MessageEvent)>;
type Failed = Closure<dyn FnMut()>;

struct Inner {
    url: String,
    running: Option<(Worker, Told, Failed)>,
    /// Counts the workers, so that what is heard late of an earlier one is known.
    generation: u32,
    ready: bool,
    failures: u32,
    /// The request that is out, by its number, and who takes the answer.
    asked: Option<Box<dyn FnOnce(Option<JsValue>)>>,
    number: u32,
    waiting: VecDeque<Job>,
}

impl Service {
    /// The worker of the script at `url`.
    pub fn new(url: &str) -> Self {
        Self(Rc::new(RefCell::new(Inner {
            url: url.to_owned(),
            running: None,
            generation: 0,
            ready: false,
            failures: 0,
            asked: None,
            number: 0,
            waiting: VecDeque::new(),
        })))
    }

    /// Gives the worker something to do.
    pub fn submit(&self, job: Job) {
        self.0.borrow_mut().waiting.push_back(job);
        self.proceed();
    }

    fn proceed(&self) {
        let (is_running, is_free) = {
            let inner = self.0.borrow();
            let is_free = inner.ready && inner.asked.is_none();
            (inner.running.is_some(), is_free)
        };
        if !is_running {
            self.start();
        } else if is_free {
            self.ask();
        }
    }

    /// Sends the next request that is still wanted.
    fn ask(&self) {
        loop {
            let Some(job) = self.0.borrow_mut().waiting.pop_front() else {
                return;
            };
            let Some([one, other]) = (job.ask)() else {
                (job.done)(None);
                continue;
            };
            let number = {
                let mut inner = self.0.borrow_mut();
                inner.number += 1;
                inner.asked = Some(job.done);
                let request = Array::of3(&inner.number.into(), &one, &other);
                if let Some((worker, ..)) = &inner.running {
                    // What cannot be sent is late as well.
                    let _ = worker.post_message(&request);
                }
                inner.number
            };
            let service = self.clone();
            spawn_local(async move {
                TimeoutFuture::new(ANSWER_MS).await;
                let is_late = {
                    let inner = service.0.borrow();
                    inner.number == number && inner.asked.is_some()
                };
                if is_late {
                    service.stop();
                    service.proceed_if_waiting();
                }
            });
            return;
        }
    }

    fn proceed_if_waiting(&self) {
        if !self.0.borrow().waiting.is_empty() {
            self.proceed();
        }
    }

    fn start(&self) {
        let mut inner = self.0.borrow_mut();
        let worker = if inner.failures < TRIES {
            Worker::new(&inner.url).ok()
        } else {
            None
        };
        let Some(worker) = worker else {
            drop(inner);
            return self.give_up();
        };
        inner.generation += 1;
        let generation = inner.generation;
        let service = self.clone();
        let told = Told::new(move |event: MessageEvent| service.hear(&event.data()));
        let service = self.clone();
        let failed = Failed::new(move || service.fail(generation));
        worker.set_onmessage(Some(told.as_ref().unchecked_ref()));
        worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
        inner.running = Some((worker, told, failed));
        drop(inner);
        let service = self.clone();
        spawn_local(async move {
            TimeoutFuture::new(READY_MS).await;
            if !service.0.borrow().ready {
                service.fail(generation);
            }
        });
    }

    fn hear(&self, data: &JsValue) {
        let done = {
            let mut inner = self.0.borrow_mut();
            if data.is_null() {
                inner.ready = true;
                inner.failures = 0;
                None
            } else {
                let number = f64::from(inner.number);
                let answer: &Array = data.unchecked_ref();
                let is_due = answer.get(0).as_f64() == Some(number);
                inner
                    .asked
                    .take_if(|_| is_due)
                    .map(|done| (done, answer.get(1)))
            }
        };
        if let Some((done, answer)) = done {
            done(Some(answer));
        }
        self.proceed_if_waiting();
    }

    /// The worker could not be loaded, or broke down.
    fn fail(&self, generation: u32) {
        if self.0.borrow().generation != generation {
            return;
        }
        let was_ready = self.0.borrow().ready;
        self.stop();
        if was_ready {
            self.proceed_if_waiting();
        } else {
            self.0.borrow_mut().failures += 1;
            self.give_up();
        }
    }

    /// Ends the worker. What it was asked has no answer.
    fn stop(&self) {
        let done = {
            let mut inner = self.0.borrow_mut();
            inner.ready = false;
            inner.generation += 1;
            if let Some((worker, told, failed)) = inner.running.take() {
                worker.set_onmessage(None);
                worker.set_onerror(None);
                worker.terminate();
                // One of them may be what runs now.
                spawn_local(async move { drop((told, failed)) });
            }
            inner.asked.take()
        };
        if let Some(done) = done {
            done(None);
        }
    }

    fn give_up(&self) {
        let waiting = std::mem::take(&mut self.0.borrow_mut().waiting);
        for job in waiting {
            (job.done)(None);
        }
    }
}
