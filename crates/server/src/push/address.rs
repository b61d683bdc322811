//! Where a push may go. A device names its push service, so the address is a stranger's word.
//!
//! Invariant: the server connects to public addresses only. It is the address connected to that is checked,
//! not an earlier answer for its name; no redirect is followed and no proxy is asked.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use reqwest::{
    Client, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};

/// The longest address of a push service, in bytes.
const MAX_BYTES: usize = 2048;

/// How long a push service may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which hosts may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Those with a public address, over https.
    Public,
    /// This machine as well, also over http: for tests.
    Loopback,
}

impl Allowed {
    fn takes(self, ip: IpAddr) -> bool {
        is_public(ip) || (self == Self::Loopback && ip.is_loopback())
    }
}

/// The address of a push service, where it is one that may be called.
pub fn endpoint(text: &str, allowed: Allowed) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= MAX_BYTES)?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    // Where the host is an address no name is resolved, so this is its only check.
    let ip = url
        .host_str()?
        .trim_matches(['[', ']'])
        .parse::<IpAddr>()
        .ok();
    let fits = match url.scheme() {
        "https" => ip.is_none_or(|ip| allowed.takes(ip)),
        "http" => allowed == Allowed::Loopback && ip.is_some_and(|ip| ip.is_loopback()),
        _ => false,
    };
    (plain && fits).then_some(url)
}

/// What calls push services.
pub(crate) fn client(allowed: Allowed) -> reqwest::Result<Client> {
    Client::builder()
        .dns_resolver(std::sync::Arc::new(Resolver(allowed)))
        .redirect(redirect::Policy::none())
        .no_proxy()
        .https_only(allowed == Allowed::Public)
        .timeout(PATIENCE)
        .build()
}

/// Finds the addresses of a name, less those that are not to be called.
struct Resolver(Allowed);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0))
                .await?
                .filter(|found| allowed.takes(found.ip()))
                .collect();
            if found.is_empty() {
                return Err(io::Error::from(io::ErrorKind::AddrNotAvailable).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the public Internet (IANA's special-purpose registries).
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let special = match ip.octets() {
        [0 | 10 | 127, ..] | [169, 254, ..] | [192, 168, ..] => true,
        [100, b, ..] => (64..128).contains(&b),
        [172, b, ..] => (16..32).contains(&b),
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18 | 19, ..] => true,
        [198, 51, 100, _] | [203, 0, 113, _] => true,
        [a, ..] => a >= 224,
    };
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(mapped) = ip.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    match ip.segments() {
        // A network that translates to IPv4.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            is_public_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)))
        }
        // Protocol assignments (Teredo among them), documentation, 6to4.
        [0x2001, b, ..] => b >= 0x200 && b != 0xdb8,
        [0x2002, ..] => false,
        [0x3fff, b, ..] => b >= 0x1000,
        [a, ..] => a & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_called() {
        for ip in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "126.0.0.1",
            "128.0.0.1",
            "169.253.0.1",
            "172.15.255.255",
            "172.32.0.1",
            "192.0.1.1",
            "192.167.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "203.0.114.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:200::1",
            "2001:4860::8888",
            "3fff:1000::1",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
        ] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:10::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
    }

    #[test]
    fn an_endpoint_is_https_and_of_a_public_host() {
        for good in [
            "https://push.example.org/a/b?c=d",
            "https://push.example.org:8443/x",
            "https://1.1.1.1/x",
            "https://[2606:4700::1111]/x",
        ] {
            assert!(endpoint(good, Allowed::Public).is_some(), "{good}");
        }
        let long = format!("https://push.example.org/{}", "x".repeat(MAX_BYTES));
        for bad in [
            "",
            "x",
            "/x",
            "push.example.org",
            "http://push.example.org/",
            "ftp://push.example.org/",
            "file:///etc",
            "https://u:p@push.example.org/",
            "https://u@push.example.org/",
            "https://push.example.org/#x",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://10.0.0.1:443/",
            "https://169.254.169.254/latest",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fd00::1]/",
            "http://127.0.0.1/",
            &long,
        ] {
            assert!(endpoint(bad, Allowed::Public).is_none(), "{bad}");
        }
    }

    #[test]
    fn loopback_is_for_those_who_allow_it_and_nothing_else_is() {
        for good in [
            "http://127.0.0.1:1/x",
            "https://[::1]/",
            "https://push.example.org/",
        ] {
            assert!(endpoint(good, Allowed::Loopback).is_some(), "{good}");
        }
        for bad in [
            "http://push.example.org/",
            "http://10.0.0.1/",
            "https://10.0.0.1/",
            "http://localhost/",
        ] {
            assert!(endpoint(bad, Allowed::Loopback).is_none(), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_connected_to() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = endpoint(&format!("https://localhost:{port}/"), Allowed::Public).unwrap();
        let answer = client(Allowed::Public).unwrap().post(url.clone()).send();
        tokio::select! {
            answer = answer => assert!(answer.unwrap_err().is_connect()),
            _ = listener.accept() => panic!("it was called"),
        }
        // The same name is found where it may be.
        let calling = tokio::spawn(client(Allowed::Loopback).unwrap().post(url).send());
        listener.accept().await.unwrap();
        calling.abort();
    }
}
