//! The server as people run it: its own process, its own data, killed and started again.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use super::{ModelServer, TempDir, given};

/// A running `weft-server`, on data that lasts as long as this value.
pub struct TestServer {
    child: Child,
    addr: SocketAddr,
    args: Vec<String>,
    data: TempDir,
}

impl TestServer {
    /// Starts one that asks `model` for replies; `args` are further flags. It serves the built app
    /// unless they name another folder.
    pub fn start(model: Option<&ModelServer>, args: &[&str]) -> Self {
        let data = TempDir::new("server");
        let mut all: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        all.extend(["--ollama-url".to_owned(), String::new()]);
        if !args.contains(&"--app-dir") {
            let app = given("WEFT_APP_DIR").to_string_lossy().into_owned();
            all.extend(["--app-dir".to_owned(), app]);
        }
        if let Some(model) = model {
            all.extend(["--ai-base-url".to_owned(), model.base_url()]);
        }
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let (child, addr) = spawn(free, &data, &all);
        Self {
            child,
            addr,
            args: all,
            data,
        }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where to point a browser.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Kills it where it stands, as a power cut does.
    pub fn kill(&mut self) {
        self.child.kill().expect("the server was running");
        self.child.wait().expect("the server ended");
    }

    /// Starts it again, on the same data and at the same address.
    pub fn restart(&mut self) {
        (self.child, self.addr) = spawn(self.addr, &self.data, &self.args);
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(addr: SocketAddr, data: &TempDir, args: &[String]) -> (Child, SocketAddr) {
    let mut child = Command::new(given("WEFT_SERVER_BIN"))
        .arg("--addr")
        .arg(addr.to_string())
        .arg("--data")
        .arg(data.path())
        .args(args)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server's binary");
    let stdout = child.stdout.take().expect("a piped stdout");
    let mut lines = BufReader::new(stdout).lines();
    let addr = lines
        .find_map(|line| {
            let line = line.ok()?;
            let url = line.strip_prefix("Weft is ready at http://")?;
            url.parse().ok()
        })
        .expect("the server said where it is");
    (child, addr)
}
