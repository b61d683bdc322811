//! The addresses of the app.

use std::fmt;

use weft_protocol::ThreadId;

/// What an address leads to. Its `Display` is the path, with its first slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// A chat that has no name yet.
    New,
    /// A thread.
    Thread(ThreadId),
    /// Becoming a member by a link with this secret.
    Join(u128),
    /// Signing in.
    SignIn,
    /// The settings.
    Settings,
    /// Nothing.
    NotFound,
}

impl Route {
    /// What a path within the app leads to; slashes around it do not count.
    pub fn parse(path: &str) -> Self {
        match path.trim_matches('/') {
            "" => Self::New,
            "sign-in" => Self::SignIn,
            "settings" => Self::Settings,
            path => match path.split_once('/') {
                Some(("t", id)) => id.parse().map_or(Self::NotFound, Self::Thread),
                Some(("join", secret)) => {
                    u128::from_str_radix(secret, 16).map_or(Self::NotFound, Self::Join)
                }
                _ => Self::NotFound,
            },
        }
    }

    /// The thread that it leads to.
    pub fn thread(self) -> Option<ThreadId> {
        match self {
            Self::Thread(thread) => Some(thread),
            Self::New | Self::Join(_) | Self::SignIn | Self::Settings | Self::NotFound => None,
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New | Self::NotFound => f.write_str("/"),
            Self::Thread(thread) => write!(f, "/t/{thread}"),
            Self::Join(secret) => write!(f, "/join/{secret:032x}"),
            Self::SignIn => f.write_str("/sign-in"),
            Self::Settings => f.write_str("/settings"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_found_again_by_its_path() {
        let thread = ThreadId::from_bytes([7; 16]);
        for route in [
            Route::New,
            Route::Thread(thread),
            Route::Join(7),
            Route::SignIn,
            Route::Settings,
        ] {
            assert_eq!(Route::parse(&route.to_string()), route);
        }
    }

    #[test]
    fn what_leads_nowhere_is_not_found() {
        for path in ["/t/", "/t/not-an-id", "/settings/more", "/x"] {
            assert_eq!(Route::parse(path), Route::NotFound, "{path}");
        }
    }
}
