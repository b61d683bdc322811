//! The server as people run it: its own process, its own data, killed and started again.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
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

    /// Where its data is.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Its process.
    pub fn process(&self) -> u32 {
        self.child.id()
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

    /// Copies its data, as of now, while it is not running.
    pub fn back_up(&self) -> TempDir {
        let backup = TempDir::new("backup");
        copy(self.data.path(), backup.path());
        backup
    }

    /// Puts the data back to what it was, while it is not running.
    pub fn restore(&self, backup: &TempDir) {
        for entry in fs::read_dir(self.data.path()).expect("the data") {
            fs::remove_file(entry.expect("a file").path()).expect("a file");
        }
        copy(backup.path(), self.data.path());
    }

    /// A figure of `/metrics`.
    pub fn metric(&self, name: &str) -> u64 {
        let mut answer = String::new();
        let read = TcpStream::connect(self.addr).and_then(|mut stream| {
            let host = self.addr;
            write!(stream, "GET /metrics HTTP/1.0\r\nHost: {host}\r\n\r\n")?;
            stream.read_to_string(&mut answer)
        });
        read.expect("the figures");
        let figure = answer
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
        figure.unwrap_or_else(|| panic!("no {name} in {answer}"))
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("a file");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
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
