//! The parts of a page that read state and send intents. Each is one concept; none touches the outside.

mod composer;
mod connection;
mod message;
mod model;
mod nav;
mod notices;
mod outdated;
mod sidebar;
mod sign_out;
mod thread;
mod time;
mod timeline;

pub(crate) use self::{
    composer::{Composer, Pen},
    connection::Connection,
    message::Switched,
    model::ModelPicker,
    nav::Nav,
    notices::Notices,
    outdated::Outdated,
    sidebar::Sidebar,
    sign_out::SignOut,
    timeline::{Places, TimelineLog},
};
